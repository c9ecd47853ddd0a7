"""PURE: a table that was opened: its rows, once, and what is to be said of the whole of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from .cells import Line


@dataclass
class Sheet:
    """`notes` are sentences; more may come while the rows are read."""

    rows: Iterator[Line]
    notes: list[str] = field(default_factory=list)
