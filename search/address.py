"""PURE: a search ↔ the parameters of its address, and the mark where a page of results ended."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from search.facets import BadValue, FacetDeclaration, FacetRegistry, Kind, did_you_mean, number, registry
from search.language import parse
from search.query import SIZES, QueryError, Range, SearchQuery, Sort

MOST_VALUES = 100
LARGEST_SIZE = 200


def from_params(kind: Kind, params: Mapping[str, Sequence[str]], facets: FacetRegistry = registry) -> SearchQuery:
    """The search that URL parameters ask for; raises QueryError with every problem at once.

    Parameters that are no facet are left to the caller: a page may carry others (a view, a tracking mark).
    """
    query, problems = read(kind, params, facets)
    if problems:
        raise QueryError(*problems)
    return query


def read(
    kind: Kind, params: Mapping[str, Sequence[str]], facets: FacetRegistry = registry
) -> tuple[SearchQuery, list[tuple[str, str]]]:
    """What of a search can be read, and what is wrong with the rest: a page goes on without one bad filter."""
    problems: list[tuple[str, str]] = []
    text = " ".join(_last(params, "q").split())
    node = None
    try:
        node = parse(text, kind, facets)
    except QueryError as error:
        problems += error.problems
    filters = {facet.name: chosen for facet in facets.terms(kind) if (chosen := _chosen(params, facet))}
    ranges = {facet.name: bounds for facet in facets.ranges(kind) if (bounds := _bounds(params, facet, problems))}
    sort = _sort(_last(params, "sort"), problems)
    size = _page_size(_last(params, "size"), kind, problems)
    return SearchQuery(kind, text, node, filters, ranges, sort, _last(params, "cursor"), size), problems


def _last(params: Mapping[str, Sequence[str]], name: str) -> str:
    values = params.get(name) or [""]
    return str(values[-1]).strip()


def _chosen(params: Mapping[str, Sequence[str]], facet: FacetDeclaration) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in params.get(facet.name, ()) if value))[:MOST_VALUES]


def _bounds(params: Mapping[str, Sequence[str]], facet: FacetDeclaration, problems: list) -> Range | None:
    unit = _last(params, f"{facet.name}.unit")
    found: dict[str, float | None] = {}
    for end in ("min", "max"):
        written = _last(params, f"{facet.name}.{end}")
        bare = bool(written) and (written[-1].isdigit() or written[-1] == ".")
        try:
            found[end] = number(facet, f"{written} {unit}" if unit and bare else written) if written else None
        except BadValue as error:
            problems.append((f"{facet.name}.{end}", str(error)))
            return None
    if found["min"] is None and found["max"] is None:
        return None
    if found["min"] is not None and found["max"] is not None and found["min"] > found["max"]:
        problems.append((f"{facet.name}.min", f"{facet.label}: the smallest value is above the largest. Swap them."))
        return None
    return Range(facet.name, found["min"], found["max"])


def _sort(written: str, problems: list) -> Sort:
    try:
        return Sort(written or Sort.RELEVANCE)
    except ValueError:
        hint = did_you_mean(written, list(Sort)) or f" Known: {', '.join(Sort)}."
        problems.append(("sort", f'Unknown order "{written[:40]}".{hint}'))
        return Sort.RELEVANCE


def _page_size(written: str, kind: Kind, problems: list) -> int:
    if not written:
        return SIZES[kind]
    if not written.isascii() or not written.isdigit() or not 1 <= int(written[:9]) <= LARGEST_SIZE:
        problems.append(("size", f"The page size must be a whole number from 1 to {LARGEST_SIZE}."))
        return SIZES[kind]
    return int(written)


def to_params(query: SearchQuery) -> list[tuple[str, str]]:
    """The URL parameters of a search, without what is as always; `from_params` reads them back."""
    found = [("q", query.text)] if query.text else []
    found += [(name, value) for name, values in sorted(query.filters.items()) for value in values]
    for name, bounds in sorted(query.ranges.items()):
        ends = (("min", bounds.low), ("max", bounds.high))
        found += [(f"{name}.{end}", as_written(name, value)) for end, value in ends if value is not None]
    if query.sort is not Sort.RELEVANCE:
        found.append(("sort", query.sort.value))
    if query.size != SIZES[query.kind]:
        found.append(("size", str(query.size)))
    if query.cursor:
        found.append(("cursor", query.cursor))
    return found


def as_written(name: str, value: float, facets: FacetRegistry = registry) -> str:
    """A bound as a person writes it: a day as a day, a whole number without a point."""
    facet = next((facet for facet in facets.all() if facet.name == name), None)
    if facet is not None and facet.type == "date":
        return date.fromordinal(int(value)).isoformat()
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else repr(value)


def to_url(query: SearchQuery) -> str:
    return urlencode(to_params(query))


# ---- the cursor ------------------------------------------------------------------------------------------------


def encode_cursor(query: SearchQuery, after: Sequence[str | int | float]) -> str:
    """Where a page ended. It holds for the order that it was made with."""
    packed = json.dumps([query.sort.value, *after], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_cursor(query: SearchQuery) -> list[str | int | float]:
    """What `encode_cursor` was given, or an empty list on the first page; raises QueryError."""
    if not query.cursor:
        return []
    try:
        padded = query.cursor + "=" * (-len(query.cursor) % 4)
        sort, *after = json.loads(base64.urlsafe_b64decode(padded.encode()))
        if sort != query.sort.value or not after or not all(isinstance(part, str | int | float) for part in after):
            raise ValueError(sort)
    except (ValueError, TypeError, binascii.Error, UnicodeError) as error:
        raise QueryError(
            ("cursor", "This page mark does not belong to this search. Start at its first page.")
        ) from error
    return after
