"""PURE: what a search gives back; pages and API receive the same objects."""

from dataclasses import dataclass, field
from typing import Any

from search.facets import FacetDeclaration


@dataclass(frozen=True)
class Reason:
    """One reason why a hit matched: where, and the sentence; `marks` are the places in `text` to highlight."""

    field: str
    text: str
    marks: tuple[tuple[int, int], ...] = ()

    @property
    def parts(self) -> tuple[tuple[str, bool], ...]:
        """The text cut into (piece, is marked), so that a template needs no HTML from us."""
        pieces: list[tuple[str, bool]] = []
        at = 0
        for start, end in self.marks:
            pieces += [(self.text[at:start], False), (self.text[start:end], True)]
            at = end
        return tuple(piece for piece in (*pieces, (self.text[at:], False)) if piece[0])


@dataclass(frozen=True)
class Hit:
    """One document that matched. `shown` holds what cards and tables print, as the document was built."""

    id: str
    accession: str
    title: str
    source_identifiers: tuple[str, ...] = ()
    why: tuple[Reason, ...] = ()
    thumbnail: str = ""
    score: float = 0.0
    shown: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FacetValue:
    key: str
    label: str
    count: int
    selected: bool = False


@dataclass(frozen=True)
class Facet:
    """A facet with its counted values, or for a range its smallest and largest value and what was asked for."""

    declaration: FacetDeclaration
    values: tuple[FacetValue, ...] = ()
    distinct: int = 0
    low: float | None = None
    high: float | None = None

    @property
    def name(self) -> str:
        return self.declaration.name

    @property
    def label(self) -> str:
        return self.declaration.label

    @property
    def hidden(self) -> int:
        """How many values are not listed here; a page says so and links to all of them."""
        return max(0, self.distinct - len(self.values))


@dataclass(frozen=True)
class Suggestion:
    """A completion: where it comes from (a facet's name, or "title"), and how many documents it would find."""

    field: str
    label: str
    text: str
    count: int


@dataclass(frozen=True)
class Results:
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    total: int
    took_ms: int
    cursor: str = ""
