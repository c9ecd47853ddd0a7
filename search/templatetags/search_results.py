"""Template helpers of search. They look up words; they never read the database."""

from django import template

from search.facets import FacetDeclaration
from search.presentation import PLACES
from search.results import Reason

register = template.Library()
# Values that are set in italics, as biology writes them.
ITALIC = frozenset({"organism"})


@register.filter
def place(reason: Reason) -> str:
    """Where a word was found, if the text does not say it itself."""
    return PLACES.get(reason.field, "")


@register.filter
def is_italic(facet: FacetDeclaration | str) -> bool:
    name = facet if isinstance(facet, str) else facet.name
    return name in ITALIC


@register.filter
def id_of(facet: str, key: str) -> str:
    """The id of a value's box: always the same, so that the focus stays on it when the results come anew."""
    return f"v-{facet}-{'_'.join(key.split())}"


@register.filter
def of_kind(totals: dict[str, int] | str, kind: str) -> int | None:
    """The number for a tab; none (and an empty string in place of the numbers) when nothing was counted."""
    return totals.get(kind) if isinstance(totals, dict) else None
