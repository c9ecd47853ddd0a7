"""PURE: why a hit matched, in words: the same explanation whatever engine found it."""

from collections.abc import Mapping, Sequence
from typing import Any

from search import words
from search.facets import FacetRegistry, Kind
from search.query import Node, Phrase, Prefix, Word, wanted
from search.results import Reason

MOST_REASONS = 4
_AROUND = 60
# Where a stored term keeps its synonyms, after its facet and key.
_SYNONYMS = 2
Leaf = Word | Phrase | Prefix


def explain(node: Node | None, stored: Mapping[str, Any], kind: Kind, facets: FacetRegistry) -> tuple[Reason, ...]:
    """At most MOST_REASONS reasons, one for each word asked for, the most telling place first."""
    found: dict[Reason, None] = {}
    for leaf in wanted(node):
        reason = _of_terms(leaf, stored, kind, facets) or _of_texts(leaf, stored)
        if reason is not None:
            found[reason] = None
    return tuple(found)[:MOST_REASONS]


def places(leaf: Leaf, text: str) -> tuple[tuple[int, int], ...]:
    """Where a word, phrase or prefix stands in a text."""
    if isinstance(leaf, Prefix):
        return tuple(
            (t.start, t.end) for t in words.tokens(text) if words.fold(text[t.start : t.end]).startswith(leaf.text)
        )
    asked, found = words.stems(leaf.text), words.tokens(text)
    length = len(asked)
    starts = range(len(found) - length + 1) if length else ()
    return tuple(
        (found[at].start, found[at + length - 1].end)
        for at in starts
        if all(found[at + step].stem == asked[step] for step in range(length))
    )


def _whole(leaf: Leaf, text: str) -> tuple[tuple[int, int], ...]:
    """`field:value` asks synonyms as a whole."""
    found = places(leaf, text)
    return found if found and (isinstance(leaf, Prefix) or words.stems(leaf.text) == words.stems(text)) else ()


def _of_terms(leaf: Leaf, stored: Mapping[str, Any], kind: Kind, facets: FacetRegistry) -> Reason | None:
    """A term by its own name, by a synonym ("synonym of") or by a broader term ("narrower than")."""
    allowed = {facet.name: facet for facet in facets.terms(kind) if leaf.field in ("", facet.words_field)}
    terms = [
        (allowed[name], key, synonyms, ancestors)
        for name, key, synonyms, ancestors in stored["terms"]
        if name in allowed
    ]
    for facet, key, _, _ in terms:
        if marks := places(leaf, facet.label_of(key)):
            return Reason(facet.name, facet.label_of(key), marks)
    for position, sentence in ((_SYNONYMS, "{label} (synonym of {other})"), (3, "{label} (narrower than {other})")):
        found = _whole if leaf.field and position == _SYNONYMS else places
        for term in terms:
            other = next((word for word in term[position] if found(leaf, word)), None)
            if other is not None:
                text = sentence.format(label=term[0].label_of(term[1]), other=other)
                offset = len(text) - len(other) - 1
                return Reason(term[0].name, text, tuple((a + offset, b + offset) for a, b in found(leaf, other)))
    return None


def _of_texts(leaf: Leaf, stored: Mapping[str, Any]) -> Reason | None:
    texts: dict[str, Sequence[str]] = {"title": [stored["title"]], "identifier": stored["ids"], **stored["texts"]}
    for name, values in texts.items():
        if leaf.field not in ("", name):
            continue
        for value in values:
            if marks := places(leaf, value):
                return _cut(name, value, marks)
    return None


def _cut(name: str, text: str, marks: tuple[tuple[int, int], ...]) -> Reason:
    """The words around the first place, so that a long description stays a line."""
    start, end = max(0, marks[0][0] - _AROUND), min(len(text), marks[0][1] + _AROUND)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    if end < len(text):
        end = max(marks[0][1], text.rfind(" ", 0, end))
    before, after = "…" if start else "", "…" if end < len(text) else ""
    shift = len(before) - start
    kept = tuple((a + shift, b + shift) for a, b in marks if b <= end)
    return Reason(name, before + text[start:end] + after, kept)
