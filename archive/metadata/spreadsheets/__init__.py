"""PURE: rows out of CSV, TSV and XLSX files, streamed and within limits, and into them.

A row is its number as a spreadsheet counts it, and its cells: texts, or an `Odd` where a workbook holds something else.
"""

from .cells import Cell, Kind, Line, Odd, Unreadable
from .sheet import Sheet
from .text import text_rows
from .workbook import MOST_UNPACKED, open_workbook
from .writing import text_lines, write_workbook

__all__ = [
    "MOST_UNPACKED",
    "Cell",
    "Kind",
    "Line",
    "Odd",
    "Sheet",
    "Unreadable",
    "open_workbook",
    "text_lines",
    "text_rows",
    "write_workbook",
]
