"""Pages by cursor: each page begins behind the last row of the one before, so that it costs the same however far in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet

from archive.errors import Invalid

Row = TypeVar("Row", bound=Model)
_SALT = "archive.page"
MOST = 500


@dataclass(frozen=True)
class Page(Generic[Row]):
    """`next_cursor` is empty on the last page; `first` says that this one begins at the start."""

    items: tuple[Row, ...]
    next_cursor: str
    first: bool


def page_of(rows: QuerySet[Row], *, order: Sequence[str], cursor: str = "", size: int = 60) -> Page[Row]:
    """The rows behind the cursor in the order of these fields, the last of which tells all rows apart.

    A field with `-` in front goes down. Raises Invalid for a cursor that is not ours.
    """
    size = min(max(size, 1), MOST)
    begun = _opened(cursor, order) if cursor else None
    if begun is not None:
        rows = rows.filter(_behind(order, begun))
    found = list(rows.order_by(*order)[: size + 1])
    more = len(found) > size
    items = tuple(found[:size])
    return Page(items, _closed([_value(items[-1], name) for name in order], order) if more else "", begun is None)


def _behind(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Lexicographic: behind in the first field, or equal there and behind in the next, and so on."""
    condition, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        field = name.lstrip("-")
        step = "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{field}__{step}": value})
        equal &= Q(**{field: value})
    return condition


def _value(row: Any, name: str) -> Any:
    for step in name.lstrip("-").split("__"):
        row = getattr(row, step)
    return row


def _salt(order: Sequence[str]) -> str:
    """A mark opens only the list whose order made it: another one's values would be of other types."""
    return f"{_SALT}:{'/'.join(order)}"


def _closed(values: list[Any], order: Sequence[str]) -> str:
    # Moments as ISO text, to the microsecond: fields read them back.
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return signing.dumps(plain, salt=_salt(order), compress=True)


def _opened(cursor: str, order: Sequence[str]) -> list[Any]:
    try:
        values = signing.loads(cursor, salt=_salt(order))
    except (signing.BadSignature, json.JSONDecodeError) as error:
        raise Invalid("This page mark is not one of this list. Begin at the first page.") from error
    return values
