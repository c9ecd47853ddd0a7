"""Terms as values: what a vocabulary says, without where it is kept."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from .words import key

IS_A = "is_a"


class Scope(StrEnum):
    """How a name stands for its term, the best first: this order decides between terms of the same name."""

    LABEL = "label"
    COMMON = "common"
    EXACT = "exact"
    ABBREVIATION = "abbrev"
    SCIENTIFIC = "scientific"  # a former or another scientific name
    NARROW = "narrow"
    BROAD = "broad"
    RELATED = "related"
    MISSPELLING = "misspelling"

    @property
    def order(self) -> int:
        return _ORDER[self]

    @property
    def is_exact(self) -> bool:
        """Whether the name means the term itself, and not something narrower, broader or near."""
        return self.order <= Scope.SCIENTIFIC.order


_ORDER = {scope: order for order, scope in enumerate(Scope)}


@dataclass(frozen=True, slots=True)
class Synonym:
    text: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class Parent:
    curie: str
    relation: str = IS_A


@dataclass(frozen=True, slots=True)
class Term:
    """`curie` is unique over all ontologies; `parents` also holds part_of and derived_from, told by their relation."""

    curie: str
    label: str
    synonyms: tuple[Synonym, ...] = ()
    parents: tuple[Parent, ...] = ()
    obsolete: bool = False
    replaced_by: tuple[str, ...] = ()
    definition: str = ""
    rank: str = ""
    ontology: str = ""
    version: str = ""

    @property
    def prefix(self) -> str:
        return self.curie.partition(":")[0]

    @property
    def familiarity(self) -> int:
        """How many everyday names it has: *C. elegans* is the worm and not the mould *Cunninghamella elegans*."""
        return sum(synonym.scope is Scope.COMMON for synonym in self.synonyms)

    def names(self) -> tuple[Synonym, ...]:
        """The label and all synonyms."""
        return (Synonym(self.label, Scope.LABEL), *self.synonyms)

    def is_called(self, name: str) -> bool:
        """Whether this is its label, or a synonym that means the same."""
        wanted = key(name)
        return any(known.scope.is_exact and key(known.text) == wanted for known in self.names())


@dataclass(frozen=True, slots=True)
class OntologyInfo:
    """`name` is the prefix of its CURIEs; `complete` says that a CURIE that is not in the file is no term.

    `builds_on` names the vocabularies that its parents reach into.
    """

    name: str
    title: str
    version: str
    licence: str
    homepage: str
    file: Path
    complete: bool = True
    builds_on: tuple[str, ...] = ()
