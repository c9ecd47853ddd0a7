"""Terms that a text mentions, the longest names first: what to suggest from a title or a description.

Exact names only (labels, common and exact synonyms, abbreviations, scientific names); words that mean something else in
plain English are left out.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from .model import Scope, Term
from .ranking import Found, Kind, preference
from .words import key, word_spans

# Names of taxa and methods that are everyday words: finding them in running text is wrong more often than right.
EVERYDAY = frozenset(
    (
        *("all", "alpha", "argus", "base", "beta", "cancer", "cell", "cells", "colon", "data", "delta", "drum"),
        *("environmental", "film", "fish", "fisher", "gamma", "glia", "image", "images", "imaging", "iris", "lens"),
        *("life", "light", "method", "methods", "other", "pan", "photography", "plate", "ray", "rays", "root"),
        *("sample", "samples", "sigma", "spot", "spots", "stage", "staining", "synthetic", "test", "theta", "time"),
        *("unidentified", "video"),
    )
)
MINIMUM_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Mention:
    """`text[start:end]` mentions `term` under `name`."""

    start: int
    end: int
    text: str
    term: Term
    name: str
    scope: Scope


class TermMatcher:
    """A dictionary of names by their first word. Building it takes a second for a large vocabulary: keep it."""

    def __init__(self, terms: Iterable[Term]) -> None:
        found: dict[str, list[Found]] = defaultdict(list)
        for term in terms:
            for name in () if term.obsolete else term.names():
                if _is_usable(name.text, name.scope):
                    kind = Kind.EXACT_LABEL if name.scope is Scope.LABEL else Kind.EXACT_SYNONYM
                    found[key(name.text)].append(Found(term, name.text, name.scope, kind))
        self._names = {name: min(candidates, key=preference) for name, candidates in found.items()}
        self._lengths: dict[str, list[int]] = defaultdict(list)
        for known in self._names:
            first, count = known.partition(" ")[0], known.count(" ") + 1
            if count not in self._lengths[first]:
                self._lengths[first].append(count)
        for lengths in self._lengths.values():
            lengths.sort(reverse=True)

    def find(self, text: str) -> tuple[Mention, ...]:
        """The mentions in the order of the text; they do not overlap."""
        spans = word_spans(text)
        mentions, position = [], 0
        while position < len(spans):
            mention, length = self._longest(text, spans, position)
            if mention:
                mentions.append(mention)
            position += length
        return tuple(mentions)

    def terms(self, text: str) -> tuple[Term, ...]:
        """Each mentioned term once, the most often mentioned first."""
        counts: dict[str, int] = defaultdict(int)
        terms: dict[str, Term] = {}
        for mention in self.find(text):
            counts[mention.term.curie] += 1
            terms[mention.term.curie] = mention.term
        return tuple(sorted(terms.values(), key=lambda term: -counts[term.curie]))

    def _longest(self, text: str, spans: list[tuple[str, int, int]], position: int) -> tuple[Mention | None, int]:
        for count in self._lengths.get(spans[position][0], ()):
            window = spans[position : position + count]
            if len(window) < count:
                continue
            hit = self._names.get(" ".join(word for word, _, _ in window))
            start, end = window[0][1], window[-1][2]
            if hit and _is_meant(hit, text[start:end]):
                return Mention(start, end, text[start:end], hit.term, hit.name, hit.scope), count
        return None, 1


def _is_usable(name: str, scope: Scope) -> bool:
    letters = sum(character.isalpha() for character in name)
    return scope.is_exact and letters >= MINIMUM_LETTERS and key(name) not in EVERYDAY


def _is_meant(hit: Found, written: str) -> bool:
    """Abbreviations must be written as such: SIM is a method and "sim" is not. A genus has a capital."""
    if hit.name.isupper() and len(hit.name) <= 6:
        return written == hit.name
    scientific = hit.term.rank == "genus" and hit.scope is not Scope.COMMON
    return not (scientific and written.islower())
