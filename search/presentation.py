"""PURE: what a results page says about a search: chips of chosen filters, facets as forms, the links between pages."""

from dataclasses import dataclass, replace
from urllib.parse import parse_qs

from search.facets import FacetRegistry, registry
from search.query import SORT_LABELS, Range, SearchQuery, as_written, to_url
from search.results import Facet, Results


@dataclass(frozen=True)
class Chip:
    """A chosen filter, and the search without it."""

    label: str
    value: str
    url: str


@dataclass(frozen=True)
class FacetForm:
    """A facet as the page's filter form shows it."""

    facet: Facet
    is_open: bool
    chosen: int
    low: str = ""
    high: str = ""


def chips(query: SearchQuery, facets: FacetRegistry = registry) -> list[Chip]:
    found = []
    for facet in facets.of(query.kind):
        for key in query.filters.get(facet.name, ()):
            found.append(Chip(facet.label, facet.label_of(key), "?" + to_url(query.without(facet.name, key))))
        if bounds := query.ranges.get(facet.name):
            found.append(Chip(facet.label, _interval(bounds, facet.unit), "?" + to_url(query.without(facet.name))))
    return found


def _interval(bounds: Range, unit: str) -> str:
    low = as_written(bounds.field, bounds.low) if bounds.low is not None else ""
    high = as_written(bounds.field, bounds.high) if bounds.high is not None else ""
    text = f"{low}–{high}" if low and high else f"from {low}" if low else f"up to {high}"
    return f"{text}\u00a0{unit}" if unit else text


def forms(query: SearchQuery, results: Results) -> list[FacetForm]:
    found = []
    for facet in results.facets:
        chosen = len(query.filters.get(facet.name, ()))
        bounds = query.ranges.get(facet.name)
        if facet.declaration.is_terms and not facet.values:
            continue
        if not facet.declaration.is_terms and facet.low is None and bounds is None:
            continue
        low = as_written(facet.name, bounds.low) if bounds and bounds.low is not None else ""
        high = as_written(facet.name, bounds.high) if bounds and bounds.high is not None else ""
        chosen += 1 if bounds else 0
        found.append(FacetForm(facet, facet.declaration.open or bool(chosen), chosen, low, high))
    return found


def next_url(query: SearchQuery, results: Results) -> str:
    return "?" + to_url(replace(query, cursor=results.cursor)) if results.cursor else ""


def sort_options(query: SearchQuery) -> list[tuple[str, str, bool]]:
    return [(sort.value, label, sort is query.sort) for sort, label in SORT_LABELS.items()]


def params_of(chip: Chip) -> dict[str, list[str]]:
    """The parameters of the search without a chip."""
    return parse_qs(chip.url.removeprefix("?"))
