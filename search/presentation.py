"""PURE: what a results page says about a search: chips of chosen filters, facets as forms, the links between pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

from search.address import as_written, to_params, to_url
from search.facets import FacetDeclaration, FacetRegistry, FacetType, registry
from search.query import SORT_LABELS, Range, SearchQuery
from search.results import Facet, Results

# The units in which a range may be written: how they are shown, and how many of the facet's own unit each is.
UNITS: dict[str, dict[str, float]] = {
    "µm": {"nm": 0.001, "µm": 1, "mm": 1000},
    "B": {"kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12},
}
_FEW_DIGITS = 6
ENDS = {"min": "from", "max": "to"}
Params = Mapping[str, Sequence[str]]
# Pairs of a parameter and the sentence that says what is wrong with it.
Problems = Sequence[tuple[str, str]]
# How the places where a word was found are called.
PLACES = {
    "title": "title",
    "description": "description",
    "author": "authors",
    "file": "file name",
    "keyword": "keywords",
    "sample": "sample",
    "dataset": "title of its dataset",
    "identifier": "identifier",
}


@dataclass(frozen=True)
class Chip:
    """A chosen filter, and the search without it."""

    name: str
    label: str
    value: str
    url: str


@dataclass(frozen=True)
class FacetForm:
    """A facet as the page's filter form shows it. A range is written in `unit`, one of `units`."""

    facet: Facet
    is_open: bool
    chosen: int
    low: str = ""
    high: str = ""
    unit: str = ""
    units: tuple[str, ...] = ()
    extent: str = ""
    input_type: str = "text"
    # Why what is written in it was not applied.
    error: str = ""


@dataclass(frozen=True)
class Fix:
    """A parameter that could not be read, and what to write instead.

    `fields` are the inputs that it needs, each with name, label and what was typed; `place` is the facet's field that
    says the same, where facets are shown.
    """

    name: str
    sentence: str
    fields: tuple[tuple[str, str, str], ...] = ()
    place: str = ""


def chips(query: SearchQuery, facets: FacetRegistry = registry) -> list[Chip]:
    found = []
    for facet in facets.of(query.kind):
        for key in query.filters.get(facet.name, ()):
            url = "?" + to_url(query.without(facet.name, key))
            found.append(Chip(facet.name, facet.label, facet.label_of(key), url))
        if bounds := query.ranges.get(facet.name):
            url = "?" + to_url(query.without(facet.name))
            found.append(Chip(facet.name, facet.label, interval(facet, bounds.low, bounds.high), url))
    return found


def interval(facet: FacetDeclaration, low: float | None, high: float | None) -> str:
    """Bounds as a reader says them: 65–200 nm, from 2026-03-01, up to 1.5 GB."""
    unit = unit_of(facet, low if low is not None else high)
    written = [in_unit(facet, value, unit) for value in (low, high)]
    if low is None:
        text = f"up to {written[1]}"
    elif high is None:
        text = f"from {written[0]}"
    else:
        text = "–".join(dict.fromkeys(written)) if facet.type is not FacetType.DATE else " to ".join(written)
    return f"{text}\u00a0{unit}" if unit else text


def unit_of(facet: FacetDeclaration, value: float | None) -> str:
    """The largest unit in which a value is not below one tenth; the facet's own where it has only that."""
    units = UNITS.get(facet.unit)
    if not units or value is None:
        return facet.unit if not units or facet.unit in units else next(iter(units))
    fitting = [unit for unit, factor in units.items() if abs(value) >= factor * (1 if facet.unit == "B" else 0.1)]
    return fitting[-1] if fitting else next(iter(units))


def in_unit(facet: FacetDeclaration, value: float | None, unit: str) -> str:
    if value is None:
        return ""
    factor = UNITS.get(facet.unit, {}).get(unit)
    return as_written(facet.name, float(f"{value / factor:.{_FEW_DIGITS}g}") if factor else value)


def forms(
    query: SearchQuery, results: Results, params: Params | None = None, problems: Problems = ()
) -> list[FacetForm]:
    """Facets as forms; a range that could not be read keeps what was typed and says what is wrong with it."""
    errors = {name.partition(".")[0]: sentence for name, sentence in problems}
    found = []
    for facet in results.facets:
        bounds = query.ranges.get(facet.name)
        if facet.declaration.is_terms:
            chosen = len(query.filters.get(facet.name, ()))
            if facet.values:
                found.append(FacetForm(facet, facet.declaration.open or bool(chosen), chosen))
        elif facet.low is not None or bounds is not None or facet.name in errors:
            found.append(_range_form(facet, bounds, params or {}, errors.get(facet.name, "")))
    return found


def _range_form(facet: Facet, bounds: Range | None, params: Params, error: str) -> FacetForm:
    declared = facet.declaration
    low, high = (bounds.low, bounds.high) if bounds else (None, None)
    unit = _unit_of_form(facet, low if low is not None else high, _typed(params, f"{facet.name}.unit"))
    written = [in_unit(declared, value, unit) for value in (low, high)]
    if error:
        written = [_typed(params, f"{facet.name}.{end}") for end in ENDS]
    is_day = declared.type is FacetType.DATE
    return FacetForm(
        facet,
        is_open=declared.open or bounds is not None or bool(error),
        chosen=1 if bounds else 0,
        low=written[0],
        high=written[1],
        unit=unit,
        units=tuple(UNITS.get(declared.unit, ())),
        extent=_extent(facet, unit),
        # A browser would not show a day that is none.
        input_type="date" if is_day and not error else "text",
        error=error,
    )


def _unit_of_form(facet: Facet, value: float | None, typed: str) -> str:
    """The unit that was chosen, else the facet's own, in which results are shown; bytes are too small a unit."""
    units = UNITS.get(facet.declaration.unit, {})
    if typed in units:
        return typed
    own = facet.declaration.unit
    return own if own in units or not units else unit_of(facet.declaration, value if value is not None else facet.low)


def _typed(params: Params, name: str) -> str:
    return (params.get(name) or [""])[-1].strip()


def _extent(facet: Facet, unit: str) -> str:
    """From the smallest to the largest value there is, in the unit of the fields."""
    if facet.low is None or facet.high is None:
        return ""
    if facet.declaration.unit == "B":
        low, high = (interval(facet.declaration, value, value) for value in (facet.low, facet.high))
    else:
        low, high = (in_unit(facet.declaration, value, unit) for value in (facet.low, facet.high))
    text = low if low == high else f"{low} to {high}"
    return f"{text}\u00a0{unit}" if unit and facet.declaration.unit != "B" else text


def next_url(query: SearchQuery, results: Results) -> str:
    return "?" + to_url(replace(query, cursor=results.cursor)) if results.cursor else ""


def first_url(query: SearchQuery) -> str:
    return "?" + to_url(replace(query, cursor="")) if query.cursor else ""


def sort_options(query: SearchQuery) -> list[tuple[str, str, bool]]:
    return [(sort.value, label, sort is query.sort) for sort, label in SORT_LABELS.items()]


def hidden(query: SearchQuery, *left_out: str) -> list[tuple[str, str]]:
    """The parameters of a search as hidden fields of a form that asks for those left out itself."""
    ends = {f"{name}{end}" for name in left_out for end in ("", ".min", ".max", ".unit")}
    return [(name, value) for name, value in to_params(query) if name not in ends and name != "cursor"]


def fixes(problems: Problems, params: Params, facets: FacetRegistry = registry) -> list[Fix]:
    """What has to be put right, each with what was typed: of a range both ends, and its unit where one was chosen."""
    labels = {facet.name: facet.label for facet in facets.all()}
    found = []
    for name, sentence in problems:
        facet, _, end = name.partition(".")
        if facet not in labels:
            found.append(Fix(name, sentence))
            continue
        fields = [(f"{facet}.{part}", f"{labels[facet]}, {word}", _typed(params, f"{facet}.{part}"))
                  for part, word in ENDS.items()]  # fmt: skip
        if unit := _typed(params, f"{facet}.unit"):
            fields.append((f"{facet}.unit", f"{labels[facet]}, unit", unit))
        found.append(Fix(name, sentence, tuple(fields), f"f-{facet}-{end}"))
    return found


def unread(problems: Problems, params: Params) -> list[tuple[str, str]]:
    """What was typed into ranges that could not be read, as hidden fields: nothing that was typed is lost."""
    facets = dict.fromkeys(name.partition(".")[0] for name, _ in problems if "." in name)
    names = [f"{facet}.{part}" for facet in facets for part in (*ENDS, "unit")]
    return [(name, value) for name in names if (value := _typed(params, name))]


def params_of(chip: Chip) -> dict[str, list[str]]:
    """The parameters of the search without a chip."""
    return parse_qs(chip.url.removeprefix("?"))
