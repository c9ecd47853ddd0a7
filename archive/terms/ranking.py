"""How well a name fits what was typed, and which of the names that fit as well is meant first."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from .model import Scope, Synonym, Term


class Kind(IntEnum):
    """How well a name fits what was typed, the best first."""

    EXACT_LABEL = 0
    EXACT_SYNONYM = 1
    BEGINS = 2
    HAS_WORDS = 3

    @property
    def is_exact(self) -> bool:
        return self <= Kind.EXACT_SYNONYM


@dataclass(frozen=True, slots=True)
class Found:
    """`name` is the label or the synonym that fits; say "synonym of" where `scope` is not the label."""

    term: Term
    name: str
    scope: Scope
    kind: Kind

    @property
    def by_synonym(self) -> bool:
        return self.scope is not Scope.LABEL


def exact_kind(scope: Scope) -> Kind:
    return Kind.EXACT_LABEL if scope is Scope.LABEL else Kind.EXACT_SYNONYM


def kind_of(key: str, scope: Scope, typed: str) -> Kind:
    """Of a name whose words begin with those that were typed; both as keys."""
    if key == typed:
        return exact_kind(scope)
    return Kind.BEGINS if key.startswith(typed) else Kind.HAS_WORDS


def standing(term: Term, name: Synonym) -> int:
    """Among names that fit as well, the smaller the better; below 2³¹.

    Species first; those with everyday names first; then by scope; then short names, then short CURIEs.
    """
    number = int(term.rank != "species")
    for value, bits in (
        (255 - min(term.familiarity, 255), 8),
        (name.scope.order, 4),
        (min(len(name.text), 1023), 10),
        (min(len(term.curie), 63), 6),
    ):
        number = number << bits | value
    return number


def order(kind: Kind, scope: Scope, standing: int, curie: str) -> tuple[int, int, int, str]:
    """The order of results: how it fits; an exact name's scope; its standing."""
    return kind, scope.order if kind.is_exact else 0, standing, curie


def preference(found: Found) -> tuple[int, int, int, str]:
    rank = standing(found.term, Synonym(found.name, found.scope))
    return order(found.kind, found.scope, rank, found.term.curie)


def best_of_each(found: Iterable[Found]) -> tuple[Found, ...]:
    best: dict[str, Found] = {}
    for hit in sorted(found, key=preference):
        best.setdefault(hit.term.curie, hit)
    return tuple(best.values())
