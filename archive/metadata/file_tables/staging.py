"""PURE: a table on its way through: kept in a file of its own while its columns are counted, then gone through again.

The file is an SQLite database in a folder that the caller gives and throws away: half a million rows need no memory.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ..spreadsheets import Cell, Kind, Line, Odd, Unreadable
from ..spreadsheets.writing import unguarded
from .columns import Column, Tally, path_at, understood
from .damage import clean
from .findings import Finding, Level

_BATCH = 1000
LONGEST_CELL = 32_767
_TABLES = """
CREATE TABLE line (row INTEGER PRIMARY KEY, path TEXT NOT NULL, cells TEXT NOT NULL);
CREATE TABLE finding (row INTEGER, level TEXT, name TEXT, value TEXT, sentence TEXT);
CREATE INDEX finding_by_row ON finding (row);
"""


def as_path(cell: Cell) -> str:
    """A path as the deposit writes it, as far as the spelling of folders goes."""
    text = unguarded(str(cell).strip()).replace("\\", "/")
    while text.startswith(("./", "/")):
        text = text.removeprefix("/").removeprefix("./")
    return text


@dataclass(frozen=True)
class StagedLine:
    row: int
    path: str
    cells: list[Cell]


class Staged:
    """The rows of a table behind its head, and what is found wrong with them. To be closed."""

    def __init__(self, database: sqlite3.Connection, head: Sequence[str], columns: tuple[Column, ...], rows: int):
        self._database = database
        self.head, self.columns, self.rows = head, columns, rows

    def __enter__(self) -> "Staged":
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def batches(self, size: int) -> Iterator[list[StagedLine]]:
        """All rows in their order, some at a time."""
        last = 0
        while True:
            found = self._database.execute(
                "SELECT row, path, cells FROM line WHERE row > ? ORDER BY row LIMIT ?", (last, size)
            ).fetchall()
            if not found:
                return
            yield [StagedLine(row, path, _loaded(cells)) for row, path, cells in found]
            last = found[-1][0]

    def find_repeats(self) -> None:
        """Rows of one path: all but the first are wrong if they say the same, and all of them if they do not."""
        self._database.execute("CREATE INDEX line_by_path ON line (path)")
        rows = self._database.execute(
            "SELECT path, COUNT(DISTINCT cells) FROM line WHERE path != '' GROUP BY path HAVING COUNT(*) > 1"
        )
        for path, texts in rows.fetchall():
            numbers = [row for (row,) in self._database.execute("SELECT row FROM line WHERE path = ?", (path,))]
            self._add(_repeats(self.columns[0].name, path, sorted(numbers), is_same=texts == 1))

    def path_count(self) -> int:
        """How many different paths the rows name."""
        found = self._database.execute("SELECT COUNT(DISTINCT path) FROM line WHERE path != ''")
        count: int = found.fetchone()[0]
        return count

    def wrong_rows(self, rows: Iterable[int]) -> set[int]:
        """Which of these have an error so far. Rows are given in ascending order, a batch at a time."""
        rows = list(rows)
        found = self._database.execute(
            "SELECT row FROM finding WHERE level = 'error' AND row BETWEEN ? AND ?", (rows[0], rows[-1])
        )
        return {row for (row,) in found}

    def add(self, findings: Iterable[Finding]) -> None:
        self._add(findings)

    def _add(self, findings: Iterable[Finding]) -> None:
        self._database.executemany(
            "INSERT INTO finding VALUES (?, ?, ?, ?, ?)",
            ((one.row, str(one.level), one.column, one.value, one.sentence) for one in findings),
        )

    def findings(self) -> Iterator[Finding]:
        """Errors first, by row."""
        found = self._database.execute("SELECT row, name, value, sentence, level FROM finding ORDER BY level, row")
        return (Finding(row, name, value, sentence, Level(level)) for row, name, value, sentence, level in found)

    def finding_counts(self) -> dict[str, int]:
        """errors and hints, and how many rows are wrong."""
        count = self._database.execute(
            "SELECT COUNT(CASE level WHEN 'error' THEN 1 END), COUNT(CASE level WHEN 'hint' THEN 1 END),"
            " COUNT(DISTINCT CASE level WHEN 'error' THEN row END) FROM finding"
        )
        errors, hints, wrong = count.fetchone()
        return {"errors": errors, "hints": hints, "wrong": wrong}


def _repeats(column: str, path: str, rows: list[int], *, is_same: bool) -> Iterator[Finding]:
    said = ", ".join(map(str, rows[:6])) + ("…" if len(rows) > 6 else "")
    if is_same:
        sentence = f"This path stands in rows {said}, with the same values. One row is enough."
        yield from (Finding(row, column, path, sentence, Level.HINT) for row in rows[1:])
    else:
        sentence = f"This path stands in rows {said}, with different values. Keep the row that is right."
        yield from (Finding(row, column, path, sentence) for row in rows)


# --- reading


def stage(rows: Iterable[Line], folder: Path, most_rows: int) -> Staged:
    """Go through a table once. Raises Unreadable."""
    database = sqlite3.connect(folder / "staged.sqlite", isolation_level=None)
    try:
        database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {_TABLES}")
        head, tallies, count = _read(iter(rows), database, most_rows)
        return Staged(database, head, understood(head, tallies), count)
    except BaseException:
        database.close()
        raise


def _read(rows: Iterator[Line], database: sqlite3.Connection, most: int) -> tuple[list[str], list[Tally], int]:
    head = _head(rows)
    at = path_at(head)
    tallies = [Tally() for _ in head]
    count, batch = 0, []
    with closing(database.cursor()) as cursor:
        cursor.execute("BEGIN")
        for number, cells in rows:
            _count(cells, tallies, at)
            if not any(str(cell).strip() for cell in cells) and not any(isinstance(cell, Odd) for cell in cells):
                continue
            count += 1
            if count > most:
                raise Unreadable(f"The table has more than {most:,} rows. Upload it in parts.")
            path = as_path(cells[at]) if at is not None and at < len(cells) else ""
            batch.append((number, path, _dumped(cells)))
            if len(batch) == _BATCH:
                cursor.executemany("INSERT INTO line VALUES (?, ?, ?)", batch)
                batch.clear()
        cursor.executemany("INSERT INTO line VALUES (?, ?, ?)", batch)
        cursor.execute("COMMIT")
    if not count:
        raise Unreadable("The table has no row below its first one. Fill in a row for each file, and upload it again.")
    return head, tallies, count


def _head(rows: Iterator[Line]) -> list[str]:
    for _, cells in rows:
        head = [clean(unguarded(str(cell))).replace("\n", " ") for cell in cells]
        if any(head):
            while head and not head[-1]:
                head.pop()
            return head
    raise Unreadable("The table is empty. Download it pre-filled, and fill in that.")


def _count(cells: Sequence[Cell], tallies: list[Tally], path: int | None) -> None:
    """Paths are only counted: each is another one."""
    for at, cell in enumerate(cells):
        if at == path:
            tallies[at].filled += bool(str(cell).strip())
            continue
        if isinstance(cell, Odd) and cell.kind in (Kind.MERGED, Kind.FORMULA):
            continue
        text = clean(str(cell))
        if not text:
            continue
        if at >= len(tallies):
            tallies.extend(Tally() for _ in range(min(at, 16_384) + 1 - len(tallies)))
        tallies[at].add(cell, text)


def _dumped(cells: Sequence[Cell]) -> str:
    kept: list[str | list[str]] = [
        [cell.kind, cell.text[:LONGEST_CELL]] if isinstance(cell, Odd) else cell[:LONGEST_CELL] for cell in cells
    ]
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def _loaded(cells: str) -> list[Cell]:
    return [Odd(Kind(cell[0]), cell[1]) if isinstance(cell, list) else cell for cell in json.loads(cells)]
