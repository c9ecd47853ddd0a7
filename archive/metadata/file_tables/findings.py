"""PURE: what is wrong, or worth a look, in one cell of a table."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    ERROR = "error"  # its row is not applied
    HINT = "hint"  # its row is applied as it stands


@dataclass(frozen=True, slots=True)
class Finding:
    """`row` as a spreadsheet counts; `sentence` ends with what to do."""

    row: int
    column: str
    value: str
    sentence: str
    level: Level = Level.ERROR
