"""PURE: what stands in a cell."""

from dataclasses import dataclass
from enum import StrEnum


class Unreadable(Exception):
    """The table cannot be read, or is larger than may be read: a sentence that says what to do."""


class Kind(StrEnum):
    """Of a cell that is no plain text."""

    NUMBER = "number"
    DATE = "date"  # a real date of the workbook; its text is in ISO 8601
    FORMULA = "formula"  # whose value was never computed
    ERROR = "error"  # #REF!, #N/A
    MERGED = "merged"  # empty, because it is part of a merged cell that begins elsewhere


@dataclass(frozen=True, slots=True)
class Odd:
    kind: Kind
    text: str = ""

    def __str__(self) -> str:
        return self.text


Cell = str | Odd
# The row's number as a spreadsheet counts, from 1, and its cells.
Line = tuple[int, list[Cell]]
