"""Compares what the readers find with a table of what independent readers found."""

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.imaging import report
from archive.imaging.describe import describe
from archive.imaging.model import Description, Outcome

CORE = ("size_x", "size_y", "size_z", "size_c", "size_t", "pixel_type", "rgb")
FIGURES = frozenset(
    {
        "physical_x_um",
        "physical_y_um",
        "physical_z_um",
        "objective_magnification",
        "objective_na",
    }
)
# A ZIP of pictures is kept as it is: the table describes its first member, as one of its readers does.
NEVER_READ = frozenset({"ZIP", ""})


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))


@dataclass
class Agreement:
    """Counts by format and column; `wrong` holds every disagreement as a line."""

    agreed: Counter[tuple[str, str]] = field(default_factory=Counter)
    compared: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)

    def note(self, row: dict[str, str], column: str, found: object, same: bool) -> None:
        key = (row["format"] or "no format", column)
        self.compared[key] += 1
        self.agreed[key] += same
        if not same:
            self.wrong.append(f"{row['path']} [{row['series']}] {column}: expected {row.get(column)!r}, read {found!r}")

    def print(self) -> None:
        columns = list(dict.fromkeys(column for _, column in self.compared))
        for format_ in sorted({format_ for format_, _ in self.compared}):
            cells = [
                f"{column} {self.agreed[format_, column]}/{self.compared[format_, column]}"
                for column in columns
                if self.compared[format_, column]
            ]
            print(f"{format_:14} " + ", ".join(cells))
        for reason, count in sorted(self.left_out.items()):
            print(f"left out: {count} × {reason}")
        for line in self.wrong:
            print("DIFFERS:", line)


def same(column: str, expected: str, found: Any) -> bool:
    """Figures agree within one in ten thousand: the table is rounded to six digits."""
    if found is None or found == "":
        return expected == ""
    if column in FIGURES:
        return expected != "" and abs(float(expected) - float(found)) <= 1e-4 * abs(float(expected))
    if column == "emission_nm":
        pairs = list(zip(expected.split("|"), str(found).split("|"), strict=False))
        return expected.count("|") == str(found).count("|") and all(
            a == b or (a and b and abs(float(a) - float(b)) < 0.01) for a, b in pairs
        )
    if column == "rgb":
        return expected == str(found).lower()
    return expected == str(found)


def compare(root: Path, rows: list[dict[str, str]], columns: tuple[str, ...]) -> Agreement:
    """Describe every file of the table once, and compare its rows with what was read."""
    result = Agreement()
    described: dict[str, Description] = {}
    for row in rows:
        path = row["path"]
        if path not in described:
            described[path] = describe(root, path)
        _compare_row(result, row, described[path], columns)
    return result


def _compare_row(result: Agreement, row: dict[str, str], description: Description, columns: tuple[str, ...]) -> None:
    reason = description.reason.code if description.reason else ""
    if row["series"] == "group":
        result.left_out["joined by names only"] += 1
    elif row["confidence"] == "unreadable" or (row["format"] in NEVER_READ and description.outcome is Outcome.KEPT):
        result.left_out[f"{row['format'] or 'no format'}: {reason}"] += 1
        expected = description.outcome in (Outcome.KEPT, Outcome.REFUSED) and bool(reason)
        result.note(row, "reason", reason, expected)
    elif row["series"] == "plate":
        found = [report.plate_row(description, plate) for plate in description.plates]
        ok = any(item["name"] == row["name"] and item["remark"] == row["remark"] for item in found)
        result.note(row, "remark", found, ok)
    else:
        _compare_image(result, row, description, columns)


def _compare_image(result: Agreement, row: dict[str, str], description: Description, columns: tuple[str, ...]) -> None:
    images = {str(image.series): image for image in description.images}
    image = images.get(row["series"])
    if image is None:
        found = f"{description.outcome} {description.reason.code if description.reason else sorted(images)}"
        result.note(row, "series", found, False)
        return
    found_row = report.image_row(description, image)
    uncertain = set(row["uncertain"].split(",")) | (set(CORE) if row["confidence"] == "conflict" else set())
    for column in columns:
        if column not in uncertain:
            result.note(row, column, found_row[column], same(column, row[column], found_row[column]))
