"""What an upper layer may add to search: facets, and values for the documents. Filled in its AppConfig.ready().

Search works without any of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from search.backends.document import TermValue
from search.facets import FacetDeclaration, Kind, registry


@dataclass(frozen=True)
class Extra:
    """What an upper layer knows of one dataset or image."""

    terms: tuple[TermValue, ...] = ()
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    shown: Mapping[str, Any] = field(default_factory=dict)


# Given a kind and the primary keys of a batch, what to add to each: one call for a batch keeps queries constant.
Contributor = Callable[[Kind, Sequence[int]], Mapping[int, Extra]]
_contributors: list[Contributor] = []


def add_facet(facet: FacetDeclaration) -> None:
    registry.add(facet)


def add_document_fields(contributor: Contributor) -> None:
    if contributor not in _contributors:
        _contributors.append(contributor)


def extras(kind: Kind, ids: Sequence[int]) -> dict[int, list[Extra]]:
    """What all upper layers add to these records."""
    found: dict[int, list[Extra]] = {}
    for contributor in _contributors:
        for pk, extra in contributor(kind, ids).items():
            found.setdefault(pk, []).append(extra)
    return found
