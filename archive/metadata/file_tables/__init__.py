"""PURE: tables that say something of each file: columns understood, rows checked, damage by spreadsheets found.

A table is read twice: once to see what its columns hold (`stage`), and then row by row, in memory that does not grow.
"""

from .checking import Checked, Checker, Known
from .columns import ASSOCIATIONS, Column, Use
from .findings import Finding, Level
from .staging import Staged, stage
from .suggesting import AXES, Suggestions, suggested_columns

__all__ = [
    "ASSOCIATIONS",
    "AXES",
    "Checked",
    "Checker",
    "Column",
    "Finding",
    "Known",
    "Level",
    "Staged",
    "Suggestions",
    "Use",
    "stage",
    "suggested_columns",
]
