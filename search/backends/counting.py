"""What every backend does alike with counts and suggestions."""

from collections.abc import Iterable, Mapping, Sequence

from search import words
from search.facets import FacetDeclaration, FacetRegistry
from search.query import Range, SearchQuery
from search.results import Facet, FacetValue, Suggestion

# A terms aggregation is exact over shards and segments only when it may return every value.
EVERY_BUCKET = 20_000
SHOWN_VALUES = 12
SUGGESTED_TITLES = 3


def counted(query: SearchQuery, facets: FacetRegistry) -> tuple[FacetDeclaration, ...]:
    """The facets that a search counts."""
    every = facets.of(query.kind)
    return every if query.facets is None else tuple(facet for facet in every if facet.name in query.facets)


def other_filters(query: SearchQuery, name: str) -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, Range]]:
    """The chosen filters without those of one facet: its counts say what choosing another value would add."""
    filters = {key: values for key, values in query.filters.items() if key != name}
    ranges = {key: bounds for key, bounds in query.ranges.items() if key != name}
    return filters, ranges


def terms_facet(
    facet: FacetDeclaration,
    buckets: Iterable[tuple[str, int]],
    selected: Sequence[str],
    *,
    contains: str = "",
    size: int = SHOWN_VALUES,
) -> Facet:
    """A facet from counted keys: the largest first, chosen ones always listed, though they count nothing."""
    counts = {key: count for key, count in buckets if count}
    if contains:
        counts = {key: count for key, count in counts.items() if _holds(facet.label_of(key), contains)}
    else:
        counts |= {key: 0 for key in selected if key not in counts}
    order = sorted(counts, key=lambda key: (-counts[key], words.fold(facet.label_of(key)), key))
    if facet.newest_first:
        order = sorted(counts, reverse=True)
    shown = [key for at, key in enumerate(order) if at < size or key in selected]
    values = tuple(FacetValue(key, facet.label_of(key), counts[key], key in selected) for key in shown)
    return Facet(facet, values, len(counts))


def _holds(label: str, contains: str) -> bool:
    """Every word typed begins a word of the label."""
    there = words.folded(label)
    return all(any(word.startswith(asked) for word in there) for asked in words.folded(contains))


def suggestions(
    text: str, facets: Iterable[tuple[FacetDeclaration, Iterable[tuple[str, int]]]], titles: Iterable[str], size: int
) -> tuple[Suggestion, ...]:
    """Facet values by count, then a few titles."""
    found = [
        Suggestion(facet.name, facet.label, facet.label_of(key), count)
        for facet, buckets in facets
        for key, count in buckets
        if _holds(facet.label_of(key), text)
    ]
    found.sort(key=lambda suggestion: (-suggestion.count, suggestion.text))
    named = [Suggestion("title", "Title", title, 1) for title in dict.fromkeys(titles) if _holds(title, text)]
    named = named[:SUGGESTED_TITLES]
    return (*found[: size - len(named)], *named)
