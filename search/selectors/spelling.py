"""What a reader may have meant by a search that finds nothing: words of what they can find, no others."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from archive.models import Term
from search import words
from search.facets import Kind, registry
from search.language import parse
from search.query import Prefix, SearchQuery, wanted
from search.selectors import finding

MOST_VALUES = 2_000
MOST_TITLES = 50
SHORTEST_WORD = 4
CUTOFF = 0.75


@dataclass(frozen=True)
class Correction:
    query: SearchQuery
    total: int


def corrected(query: SearchQuery, reader: finding.Reader) -> Correction | None:
    """The same search with misspelt words put right, if that finds something: with its filters, else without them."""
    asked = [leaf.text for leaf in wanted(query.node) if not isinstance(leaf, Prefix)]
    unknown = {word for text in asked for word in words.folded(text) if len(word) >= SHORTEST_WORD and word.isalpha()}
    if not unknown:
        return None
    known = _known_words(query.kind, unknown, reader)
    better = {word: close[0] for word in unknown - known if (close := get_close_matches(word, known, 1, CUTOFF))}
    if not better:
        return None
    text = _replaced(query.text, better)
    changed = replace(query, text=text, node=parse(text, query.kind), cursor="")
    for better_query in (changed, replace(changed, filters={}, ranges={})):
        if total := finding.count(better_query, reader):
            return Correction(better_query, total)
    return None


def _known_words(kind: Kind, unknown: Iterable[str], reader: finding.Reader) -> set[str]:
    """Words of facets' values and their synonyms, and of titles that begin alike, as far as the reader sees them."""
    everything = SearchQuery(kind)
    labels: list[str] = []
    for facet in registry.terms(kind):
        values = finding.facet(everything, reader, facet.name, "", MOST_VALUES).values
        labels += [value.label for value in values if value.count]
    synonyms = Term.objects.filter(label__in=labels).values_list("synonyms", flat=True)
    labels += [str(synonym["text"]) for found in synonyms for synonym in found if synonym.get("scope") != "misspelling"]
    for word in unknown:
        alike = replace(everything, node=Prefix(word[:2], "title"), size=MOST_TITLES, facets=())
        labels += [hit.title for hit in finding.find(alike, reader).hits]
    return {word for label in labels for word in words.folded(label) if word.isalpha()}


def _replaced(text: str, better: dict[str, str]) -> str:
    """What was typed, with some words changed and all else as it was."""
    pieces, at = [], 0
    for token in words.tokens(text):
        word = better.get(words.fold(text[token.start : token.end]))
        if word:
            pieces += [text[at : token.start], word]
            at = token.end
    return "".join([*pieces, text[at:]])
