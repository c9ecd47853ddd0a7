"""PURE: a search as a value, whatever wrote it: the language (language.py), an address (address.py), or a program."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from search.facets import Kind

SIZES = {Kind.DATASET: 25, Kind.IMAGE: 50}
# Fields of the query language that are no facets: what they are called, and which indexed field they ask.
TEXT_FIELDS = {"title": "title", "description": "description", "author": "author", "accession": "identifier",
               "identifier": "identifier", "doi": "identifier", "file": "file", "keyword": "keyword",
               "sample": "sample", "dataset": "dataset"}  # fmt: skip


class QueryError(ValueError):
    """A query that we cannot run. `problems` are sentences with the name of the parameter that each is about."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        super().__init__(" ".join(sentence for _, sentence in problems))
        self.problems = problems


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "date"
    OLDEST = "-date"
    TITLE = "title"
    LARGEST = "size"
    ACCESSION = "accession"


SORT_LABELS = {
    Sort.RELEVANCE: "relevance",
    Sort.NEWEST: "date, newest first",
    Sort.OLDEST: "date, oldest first",
    Sort.LARGEST: "file size, largest first",
    Sort.TITLE: "name",
    Sort.ACCESSION: "accession",
}


@dataclass(frozen=True)
class Word:
    text: str
    field: str = ""


@dataclass(frozen=True)
class Phrase:
    text: str
    field: str = ""


@dataclass(frozen=True)
class Prefix:
    text: str
    field: str = ""


@dataclass(frozen=True)
class Range:
    """Bounds of a number; None is open. The language's < and > leave the bound itself out."""

    field: str
    low: float | None = None
    high: float | None = None
    include_low: bool = True
    include_high: bool = True


@dataclass(frozen=True)
class Not:
    node: "Node"


@dataclass(frozen=True)
class And:
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True)
class Or:
    nodes: "tuple[Node, ...]"


Node = Word | Phrase | Prefix | Range | Not | And | Or


@dataclass(frozen=True)
class SearchQuery:
    """A search, whole: what was written, what it means, what is chosen, in which order, and from where on."""

    kind: Kind
    text: str = ""
    node: Node | None = None
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, Range] = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    cursor: str = ""
    size: int = 25
    # Which facets to count: None for all of the kind, () for none.
    facets: tuple[str, ...] | None = None

    @property
    def is_filtered(self) -> bool:
        return bool(self.filters or self.ranges)

    def without(self, name: str, value: str | None = None) -> "SearchQuery":
        """The same search with one filter (or one of its values) taken off, from the first page."""
        left = tuple(kept for kept in self.filters.get(name, ()) if value is not None and kept != value)
        filters = {key: values for key, values in self.filters.items() if key != name}
        if left:
            filters[name] = left
        ranges = {key: bounds for key, bounds in self.ranges.items() if key != name}
        return replace(self, filters=filters, ranges=ranges, cursor="")


def wanted(node: Node | None) -> list[Word | Phrase | Prefix]:
    """The words, phrases and prefixes that a hit may have matched: those that are not excluded."""
    if isinstance(node, Word | Phrase | Prefix):
        return [node]
    if isinstance(node, And | Or):
        return [leaf for part in node.nodes for leaf in wanted(part)]
    return []
