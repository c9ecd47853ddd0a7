"""PURE: tables as text, a row at a time, and as a workbook whose cells are all text: no program changes those."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

# A spreadsheet would compute what begins so; numbers may.
_COMPUTED = re.compile(r"^[=+\-@\t\r](?!\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?$)")
_SPARE_ROWS = 20
_BATCH = 500


def guarded(text: str) -> str:
    """Shown as it is by every spreadsheet; `unguarded` is the way back."""
    return f"'{text}" if _COMPUTED.match(text) else text


def unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _COMPUTED.match(text[1:]) else text


def text_lines(rows: Iterable[Sequence[str]], *, delimiter: str) -> Iterator[bytes]:
    """CSV with the mark by which spreadsheets know UTF-8, or TSV without; some hundred rows at a time."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    if delimiter != "\t":
        buffer.write("\ufeff")
    for number, row in enumerate(rows, start=1):
        writer.writerow([guarded(text) for text in row])
        if number % _BATCH == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    content = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return content


def write_workbook(rows: Iterable[Sequence[str]], file: BinaryIO, *, title: str) -> None:
    """One sheet with a fixed head. Every cell is text: gene names stay names, and numbers keep their digits."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    width = 0
    # Looked up once: it is the same for all cells.
    model = WriteOnlyCell(sheet)
    model.number_format = "@"
    style = model._style
    for number, row in enumerate(rows):
        if number == 0:
            width = len(row)
            for column in range(1, width + _SPARE_ROWS + 1):
                sheet.column_dimensions[get_column_letter(column)].number_format = "@"
                sheet.column_dimensions[get_column_letter(column)].width = 40 if column == 1 else 16
        sheet.append([_text_cell(sheet, text, style) for text in row])
    book.save(file)


def _text_cell(sheet: object, text: str, style: object) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
    cell._style = style
    return cell
