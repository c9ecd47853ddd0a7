"""PURE: tables that name wells, as plate readers and image analysis write them: CSV, TSV and XLSX.

A table is one of wells if it has a column of well names (`Well`, `well_id`), or one of rows and one of columns. Several
rows of a well, such as one for each cell, become their mean. What is larger than the limits is read as far as they go.
"""

import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .spreadsheets import Unreadable, open_workbook, text_rows

MOST_ROWS = 200_000
MOST_COLUMNS = 200
MOST_BYTES = 20_000_000
ENDINGS = (".csv", ".tsv", ".xlsx")
WELL_NAMES = {"well", "wellid", "wellname", "wellposition", "wellcoordinate", "welllabel", "wellnumber", "metadatawell"}
_ROW = {"row", "wellrow", "platerow", "rowname", "metadatarow"}
_COLUMN = {"col", "column", "wellcol", "wellcolumn", "platecolumn", "platecol", "columnname", "metadatacolumn"}
_PLATE = {"plate", "plateid", "platename", "platebarcode", "barcode", "metadataplate", "metadataplatebarcode"}
_NAME = re.compile(r"([A-Za-z]{1,2})[ _-]?0{0,2}([1-9]\d?)")
_LONGEST_CELL = 2000
# Sums and differences of so many numbers up to this one are numbers still.
_GREATEST = 1e300
# A column counts as numbers if so many of its filled cells are.
_MOSTLY = 0.8

Position = tuple[int, int]


class NoTable(Exception):
    """Not a table of wells, or not one that can be read."""


@dataclass(frozen=True)
class WellColumn:
    """Numbers of wells, by plate ("" where the table names none), row and column from 0."""

    name: str
    values: dict[str, dict[Position, float]] = field(default_factory=dict)

    def of_plate(self, plate: str) -> dict[Position, float]:
        """Those of a plate of this name; of a table that names no plate, or one alone, all of them."""
        if len(self.values) == 1:
            return next(iter(self.values.values()))
        wanted = plate.strip().casefold()
        return next((found for name, found in self.values.items() if name.casefold() == wanted), {})


@dataclass(frozen=True)
class WellTable:
    """`rows` were read; `is_cut` if there are more. `repeats`: a well stands in several rows; this is their mean."""

    columns: tuple[WellColumn, ...]
    rows: int
    is_cut: bool = False
    repeats: bool = False


def read(content: bytes, name: str) -> WellTable:
    """Raises NoTable."""
    try:
        rows = _rows(content, name)
        head = [str(cell or "").strip() for cell in next(rows, ())][:MOST_COLUMNS]
        return _gathered(_Head.of(head), head, rows)
    except Unreadable as error:
        raise NoTable(str(error)) from error


def position_of(text: str) -> Position | None:
    """Row and column from 0 of A1, a01, AB12, "B-03"."""
    match = _NAME.fullmatch(text.strip())
    return (_letters(match[1]), int(match[2]) - 1) if match else None


def _letters(text: str) -> int:
    number = 0
    for letter in text.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


# --- rows


def _rows(content: bytes, name: str) -> Iterator[Sequence[object]]:
    """Of a workbook the first visible sheet; formulas by the value that was last computed."""
    file = io.BytesIO(content)
    return (cells for _, cells in open_workbook(file).rows) if name.lower().endswith(".xlsx") else text_rows(file)


# --- columns


@dataclass(frozen=True)
class _Head:
    """Where the head says that wells stand: a column of names, or one of rows and one of columns."""

    well: int | None
    row: int | None
    column: int | None
    plate: int | None

    @classmethod
    def of(cls, head: Sequence[str]) -> "_Head":
        plain = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in head]

        def at(names: set[str]) -> int | None:
            return next((number for number, name in enumerate(plain) if name in names), None)

        found = cls(at(WELL_NAMES), at(_ROW), at(_COLUMN), at(_PLATE))
        if found.well is None and (found.row is None or found.column is None):
            raise NoTable("No column names wells.")
        return found

    @property
    def keys(self) -> set[int]:
        return {at for at in (self.well, self.row, self.column, self.plate) if at is not None}

    def position(self, cells: Sequence[object]) -> Position | None:
        if self.well is not None:
            return position_of(_text(cells, self.well))
        row, column = _text(cells, self.row or 0), _text(cells, self.column or 0)
        column = column.removesuffix(".0")
        row = row.removesuffix(".0")
        if not (column.isascii() and column.isdecimal()) or not 0 < int(column) < 100:
            return None
        if row.isascii() and row.isalpha() and len(row) <= 2:
            return _letters(row), int(column) - 1
        is_number = row.isascii() and row.isdecimal() and 0 < int(row) < 100
        return (int(row) - 1, int(column) - 1) if is_number else None


def _text(cells: Sequence[object], at: int) -> str:
    return str(cells[at]).strip()[:_LONGEST_CELL] if at < len(cells) and cells[at] is not None else ""


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) <= _GREATEST else None


@dataclass
class _Sums:
    """What a column holds while it is read: sums and counts by plate and well."""

    name: str
    sums: dict[tuple[str, Position], tuple[float, int]] = field(default_factory=dict)
    numbers: int = 0
    filled: int = 0

    def add(self, key: tuple[str, Position], text: str) -> None:
        if not text or text.casefold() in {"na", "nan", "n/a", "none", "null", "-"}:
            return
        self.filled += 1
        number = _number(text)
        if number is not None:
            self.numbers += 1
            total, count = self.sums.get(key, (0.0, 0))
            self.sums[key] = (total + number, count + 1)

    @property
    def is_numeric(self) -> bool:
        return self.numbers > 0 and self.numbers >= _MOSTLY * self.filled

    def column(self) -> WellColumn:
        values: dict[str, dict[Position, float]] = {}
        for (plate, position), (total, count) in self.sums.items():
            values.setdefault(plate, {})[position] = total / count
        return WellColumn(self.name, values)


def _gathered(head: _Head, names: Sequence[str], rows: Iterable[Sequence[object]]) -> WellTable:
    gathered = [(at, _Sums(name[:100])) for at, name in enumerate(names) if name and at not in head.keys]
    count, seen, repeats, rows = 0, set(), False, iter(rows)
    for cells in itertools.islice(rows, MOST_ROWS):
        position = head.position(cells)
        if position is None:
            continue
        key = (_text(cells, head.plate)[:300] if head.plate is not None else "", position)
        count, repeats = count + 1, repeats or key in seen
        seen.add(key)
        for at, sums in gathered:
            sums.add(key, _text(cells, at))
    columns = tuple(sums.column() for _, sums in gathered if sums.is_numeric)
    if not columns:
        raise NoTable("No column of numbers stands beside the wells.")
    return WellTable(columns, count, next(rows, None) is not None, repeats)
