"""PURE: one declaration per facet. Mapping, aggregation, URL parameter, label, unit and template follow from it.

An upper layer adds facets through `search.extensions`; nothing else lists facets.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from enum import StrEnum
from math import nan

from archive.imaging.report import FORMATS


class Kind(StrEnum):
    """The two document kinds, one index each."""

    DATASET = "dataset"
    IMAGE = "image"


class FacetType(StrEnum):
    TERMS = "terms"
    RANGE = "range"
    DATE = "date"  # a range over days, written as 2026-03-01, kept as a day number


BOTH = frozenset(Kind)
# Ends the name of a field that holds the names of a facet's values.
VALUES = "_named"


@dataclass(frozen=True)
class FacetDeclaration:
    """What a facet is. `name` is also the URL parameter, the field of the query language and the document's field."""

    name: str
    label: str
    type: FacetType = FacetType.TERMS
    scope: frozenset[Kind] = BOTH
    unit: str = ""
    help: str = ""
    open: bool = False
    order: int = 100
    aliases: tuple[str, ...] = ()
    value_labels: Mapping[str, str] = field(default_factory=dict)
    # Sorted by key (years) rather than by count.
    newest_first: bool = False

    @property
    def is_terms(self) -> bool:
        return self.type is FacetType.TERMS

    @property
    def words_field(self) -> str:
        """The document's field that `name:value` asks: words of values and broader terms, whole synonyms."""
        return f"{self.name}{VALUES}"

    def label_of(self, key: str) -> str:
        return self.value_labels.get(key, key)


class BadValue(ValueError):
    """A value that a range facet cannot read; the sentence says what is accepted."""


# Range values may be written in these units; each is turned into the facet's own.
_UNITS: dict[str, dict[str, float]] = {
    "µm": {"µm": 1, "μm": 1, "um": 1, "nm": 0.001, "mm": 1000, "å": 0.0001},
    "B": {"b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "pb": 1e15},
}
# No size of anything is beyond this; what a search engine or an address makes of larger numbers is nobody's wish.
LARGEST_NUMBER = 1e18


def number(facet: FacetDeclaration, text: str) -> float:
    """The value of a range facet in its own unit: "65 nm" is 0.065 for a pixel size, "2026-03-01" a day number."""
    written = text.strip().lower().replace(",", "")
    if facet.type is FacetType.DATE:
        return _day(facet, written)
    digits = written.rstrip("abcdefghijklmnopqrstuvwxyzµμå% ")
    # "1e3" ends in a digit, so that only a unit is ever cut off.
    unit = written[len(digits) :].strip()
    factor = 1.0 if not unit else _UNITS.get(facet.unit, {}).get(unit)
    try:
        value = float(digits) * (factor or 0)
    except ValueError:
        value = nan
    # What is not a number compares with nothing, so that it is refused as well.
    if factor is None or not abs(value) <= LARGEST_NUMBER:
        example = f"0.2 or 65 nm (without a unit, {facet.unit})" if facet.unit == "µm" else "12"
        raise BadValue(f'{facet.label} needs a number, not "{text.strip()[:40]}". Write for example {example}.')
    return value


def _day(facet: FacetDeclaration, written: str) -> float:
    padded = {4: f"{written}-01-01", 7: f"{written}-01"}.get(len(written), written)
    try:
        return float(date.fromisoformat(padded).toordinal())
    except ValueError as error:
        raise BadValue(f'{facet.label} needs a day, not "{written[:40]}". Write for example 2026-03-01.') from error


def day_number(day: date) -> float:
    """How documents keep a day."""
    return float(day.toordinal())


LICENCES = {"CC0-1.0": "CC0 1.0", "CC-BY-4.0": "CC BY 4.0"}


def _size(name: str, axis: str) -> FacetDeclaration:
    return FacetDeclaration(name, f"Size {axis}", FacetType.RANGE, frozenset({Kind.IMAGE}), order=70)


FACETS = (
    FacetDeclaration("organism", "Organism", open=True, order=20, aliases=("species", "taxon")),
    FacetDeclaration("cell_line", "Cell line", order=21),
    FacetDeclaration("tissue", "Tissue or organ", order=22, aliases=("organ", "anatomy")),
    FacetDeclaration("cell_type", "Cell type", order=23),
    FacetDeclaration("cellular_component", "Cellular component", order=24, aliases=("component", "organelle")),
    FacetDeclaration("disease", "Disease", order=25),
    FacetDeclaration("phenotype", "Phenotype", order=26),
    FacetDeclaration("imaging_method", "Imaging method", open=True, order=30, aliases=("method",)),
    FacetDeclaration("modality", "Modality", order=35),
    FacetDeclaration("channel", "Channel or fluorophore", open=True, order=50, aliases=("fluorophore", "dye")),
    FacetDeclaration("format", "Format", order=65, value_labels=FORMATS),
    FacetDeclaration("licence", "Licence", order=55, aliases=("license",), value_labels=LICENCES),
    FacetDeclaration("year", "Year of release", order=60, newest_first=True),
    FacetDeclaration(
        "pixel_size", "Pixel size", FacetType.RANGE, unit="µm", open=True, order=40, aliases=("pixelsize",)
    ),
    _size("size_x", "X"),
    _size("size_y", "Y"),
    _size("size_z", "Z"),
    _size("size_c", "C"),
    _size("size_t", "T"),
    FacetDeclaration("images", "Number of images", FacetType.RANGE, frozenset({Kind.DATASET}), order=75),
    FacetDeclaration("bytes", "File size", FacetType.RANGE, unit="B", order=80, aliases=("size",)),
    FacetDeclaration("released", "Release date", FacetType.DATE, order=85, aliases=("date",)),
)


class FacetRegistry:
    """The facets of this portal: those above, and those that an upper layer adds when it starts."""

    def __init__(self, facets: Iterable[FacetDeclaration]) -> None:
        self._facets = {facet.name: facet for facet in facets}

    def add(self, facet: FacetDeclaration) -> None:
        """Adding the same declaration again changes nothing; another of the same name is a mistake."""
        if self._facets.setdefault(facet.name, facet) != facet:
            raise ValueError(f'There is already a facet "{facet.name}"; give the new one another name.')

    def all(self) -> tuple[FacetDeclaration, ...]:
        return tuple(self._facets.values())

    def of(self, kind: Kind) -> tuple[FacetDeclaration, ...]:
        """The facets of a kind of document in the order in which pages show them."""
        found = [facet for facet in self._facets.values() if kind in facet.scope]
        return tuple(sorted(found, key=lambda facet: facet.order))

    def terms(self, kind: Kind) -> tuple[FacetDeclaration, ...]:
        return tuple(facet for facet in self.of(kind) if facet.is_terms)

    def ranges(self, kind: Kind) -> tuple[FacetDeclaration, ...]:
        return tuple(facet for facet in self.of(kind) if not facet.is_terms)

    def find(self, kind: Kind, name: str) -> FacetDeclaration | None:
        """A facet by its name or alias."""
        wanted = name.lower().replace("-", "_")
        return next((facet for facet in self.of(kind) if wanted == facet.name or wanted in facet.aliases), None)

    def names(self, kind: Kind) -> list[str]:
        return [name for facet in self.of(kind) for name in (facet.name, *facet.aliases)]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A half-sentence with the nearest known word, or nothing."""
    close = get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return f' Did you mean "{close[0]}"?' if close else ""


registry = FacetRegistry(FACETS)
