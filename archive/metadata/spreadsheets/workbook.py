"""PURE: rows of an XLSX workbook, streamed: memory does not grow with its rows, and no workbook unpacks without end.

Only the first visible sheet is read. Entities and document types in its XML are refused (defusedxml).
"""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import CELL_TAG, DATA_TAG, FORMULA_TAG, ROW_TAG, WorkSheetParser

from .cells import Cell, Kind, Line, Odd, Unreadable
from .sheet import Sheet

# What the parts say that they unpack to: all of them, and the texts, which are kept in memory.
MOST_UNPACKED = 300_000_000
MOST_TEXTS = 60_000_000
MOST_PARTS = 2_000
MOST_ROWS = 1_048_576
MOST_CELLS = 16_384
_MOST_MERGED = 5_000
_CHUNK = 1 << 20
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]{0,200}?ref=\"([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})\"")
_LAST_DATE = 2_958_465
# What openpyxl and zipfile raise of workbooks that are cut off, damaged, encrypted or made by hand.
BROKEN = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, ParseError, SyntaxError, LookupError, ValueError, TypeError,
    AttributeError, ArithmeticError, OSError, EOFError, RuntimeError,
)  # fmt: skip
_TOO_LARGE = (
    "The workbook unpacks to more than can be read here. Save the table alone as CSV, and upload that: it may have "
    "any number of rows."
)
_DAMAGED = "The workbook cannot be read. Open it in a spreadsheet, save it as XLSX or CSV, and upload that."
Merged = tuple[int, int, int, int]


def open_workbook(file: BinaryIO) -> Sheet:
    """The first visible sheet. Raises Unreadable, also while its rows are read."""
    try:
        _require_limits(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        if not visible:
            raise Unreadable("The workbook has no visible sheet. Show the one with the table, and save it again.")
        chosen = visible[0]
        merged = _merged_in(chosen)
    except BROKEN as error:
        raise _unreadable(error) from error
    return Sheet(_lines(chosen, merged), _notes(book.worksheets, chosen, merged))


def _unreadable(error: BaseException) -> Unreadable:
    """Why a workbook cannot be read; openpyxl wraps what the parser refused."""
    if isinstance(error, DefusedXmlException) or isinstance(error.__context__, DefusedXmlException):
        return Unreadable("The workbook holds XML entities, which no spreadsheet writes. Save it as CSV.")
    return Unreadable(_DAMAGED)


def _require_limits(file: BinaryIO) -> None:
    with zipfile.ZipFile(file) as archive:
        parts = archive.infolist()
    texts = sum(part.file_size for part in parts if "sharedstrings" in part.filename.lower())
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED or texts > MOST_TEXTS:
        raise Unreadable(_TOO_LARGE)
    file.seek(0)


def _notes(sheets: list[Any], chosen: Any, merged: list[Merged]) -> list[str]:
    found = []
    others = [sheet.title for sheet in sheets if sheet is not chosen]
    hidden = [sheet.title for sheet in sheets if sheet.sheet_state != "visible"]
    if others:
        said = f" ({len(hidden)} of them hidden)" if hidden else ""
        names = ", ".join(f"“{name}”" for name in others[:5]) + (" and more" if len(others) > 5 else "")
        found.append(f"Only the sheet “{chosen.title}” is read; the workbook also has {names}{said}.")
    if merged:
        found.append("The sheet has merged cells. A merged cell counts for its first row alone: unmerge it, fill down.")
    return found


# --- cells


class _Parser(WorkSheetParser):
    """Tells a formula without a value from an empty cell, and a date that is none from an error."""

    def parse_cell(self, element: Element) -> dict[str, Any]:
        value = element.findtext(f"{CELL_TAG[:-1]}v")
        style = int(element.get("s") or 0)
        if style in self.date_formats and value and element.get("t", "n") == "n" and not _is_date(value):
            element.set("s", "0")
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA_TAG) is not None:
            cell["data_type"] = "f"
        return cell


def _is_date(value: str) -> bool:
    with suppress(ValueError):
        return 0 <= float(value) <= _LAST_DATE
    return False


def _lines(sheet: Any, merged: list[Merged]) -> Iterator[Line]:
    book = sheet.parent
    try:
        with sheet._get_source() as source:
            parser = _Parser(
                source,
                sheet._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            for number, cells in _rows(parser, source):
                line = _line(cells)
                yield number, _with_merged(line, number, merged) if merged else line
    except BROKEN as error:
        raise _unreadable(error) from error


def _rows(parser: _Parser, source: Any) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """As openpyxl reads them, but what was read is forgotten, and rows and cells are counted."""
    parent: Element | None = None
    cells = rows = 0
    for event, element in iterparse(source, events=("start", "end"), forbid_dtd=True):
        if event == "start":
            parent = element if element.tag == DATA_TAG else parent
        elif element.tag == CELL_TAG:
            cells += 1
            if cells > MOST_CELLS:
                raise Unreadable("A row has more cells than a spreadsheet can hold. Save the table as CSV.")
        elif element.tag == ROW_TAG:
            cells, rows = 0, rows + 1
            if rows > MOST_ROWS:
                raise Unreadable("The sheet has more rows than a spreadsheet can hold. Save the table as CSV.")
            yield parser.parse_row(element)
            if parent is not None:
                parent.clear()


def _line(cells: list[dict[str, Any]]) -> list[Cell]:
    line: list[Cell] = []
    for cell in cells:
        at = cell["column"] - 1
        if at >= MOST_CELLS:
            raise Unreadable("A row has more cells than a spreadsheet can hold. Save the table as CSV.")
        if cell["value"] is None and cell["data_type"] != "f":
            continue
        line.extend([""] * (at - len(line)))
        line.append(_cell(cell["value"], cell["data_type"]))
    return line


def _cell(value: Any, data_type: str) -> Cell:
    if data_type == "f":
        return Odd(Kind.FORMULA)
    if data_type == "e":
        return Odd(Kind.ERROR, str(value))
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return Odd(Kind.NUMBER, str(value))
    if isinstance(value, float):
        is_whole = value.is_integer() and abs(value) < 1e15
        return Odd(Kind.NUMBER, str(int(value)) if is_whole else repr(value))
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return Odd(Kind.DATE, value.date().isoformat() if is_day else value.isoformat(" ", "seconds"))
    if isinstance(value, (date, time)):
        return Odd(Kind.DATE, value.isoformat())
    return str(value) if not isinstance(value, timedelta) else Odd(Kind.DATE, str(value))


# --- merged cells


def _merged_in(sheet: Any) -> list[Merged]:
    """(first column, first row, last column, last row), from 1; they stand behind all rows, so that all are passed."""
    found: list[Merged] = []
    rest = b""
    with sheet._get_source() as source:
        while (chunk := source.read(_CHUNK)) and len(found) < _MOST_MERGED:
            window = rest + chunk
            found += [range_boundaries(match[1].decode()) for match in _MERGED.finditer(window)]
            start = window.rfind(b"<", max(len(window) - 300, 0))
            rest = window[start:] if start >= 0 and b">" not in window[start:] else b""
    return found


def _with_merged(line: list[Cell], number: int, merged: list[Merged]) -> list[Cell]:
    for left, top, right, bottom in merged:
        if top <= number <= bottom:
            for column in range(left, min(right, MOST_CELLS) + 1):
                if (column, number) == (left, top):
                    continue
                line.extend([""] * (column - len(line)))
                line[column - 1] = Odd(Kind.MERGED)
    return line
