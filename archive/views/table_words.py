"""A table of files in words: its state, what it would do, and what was found in it."""

from dataclasses import dataclass
from typing import Any

from archive.models import FileTable
from archive.states import FileTableState


@dataclass(frozen=True)
class Words:
    """`kind` is the class of the state: busy, ok, warn, bad, idle."""

    kind: str
    text: str


STATE_WORDS = {
    FileTableState.CHECKING: Words("busy", "Being checked"),
    FileTableState.CHECKED: Words("warn", "Waits for your word; nothing is applied yet"),
    FileTableState.REFUSED: Words("bad", "Could not be read"),
    FileTableState.APPLYING: Words("busy", "Being applied"),
    FileTableState.APPLIED: Words("ok", "Applied"),
    FileTableState.UNDOING: Words("busy", "Being taken back"),
    FileTableState.UNDONE: Words("idle", "Undone"),
    FileTableState.DISCARDED: Words("idle", "Discarded"),
}
_LEVELS = {"error": "Error", "hint": "Look"}
_USES = {
    "path": "which file the row is about",
    "association": "a part of the study, by name",
    "gene": "gene names",
    "well": "wells",
    "number": "numbers",
    "date": "dates",
    "identifier": "identifiers",
    "text": "text",
}


def summary_of(table: FileTable) -> str:
    """“412 rows change, 3 have errors, 2 paths are not in the deposit.”"""
    counts = table.counts
    if not counts:
        return ""
    parts = [f"{_rows(counts['changed'])} {'change' if counts['changed'] > 1 else 'changes'}"]
    if counts["wrong"] - counts["unknown"] > 0:
        others = counts["wrong"] - counts["unknown"]
        parts.append(f"{others:,} {'have' if others != 1 else 'has'} errors")
    if counts["unknown"]:
        is_one = counts["unknown"] == 1
        parts.append(f"{counts['unknown']:,} {'path is' if is_one else 'paths are'} not in the deposit")
    if counts["unchanged"]:
        is_one = counts["unchanged"] == 1
        parts.append(f"{counts['unchanged']:,} {'says' if is_one else 'say'} what is known already")
    left_out = counts["left_out"]
    more = f" {left_out:,} files are not in the table and stay as they are." if left_out > 1 else ""
    return ", ".join(parts) + "." + (" One file is not in the table and stays as it is." if left_out == 1 else more)


def _rows(count: int) -> str:
    return "One row" if count == 1 else f"{count:,} rows" if count else "No row"


def columns_of(table: FileTable) -> list[dict[str, Any]]:
    return [{**column, "words": _USES[column["use"]]} for column in table.columns]


def problem_rows(table: FileTable) -> list[dict[str, Any]]:
    """The first problems, errors before hints."""
    return [
        {**problem, "kind": "bad" if problem["level"] == "error" else "idle", "words": _LEVELS[problem["level"]]}
        for problem in table.problems
    ]
