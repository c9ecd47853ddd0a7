"""Tables of wells among the deposited files, read once: small ones when a page asks, large ones and XLSX by a task.

What was read lies as JSON among what is derived, under a name that follows from the blob; bytes never change.
"""

import json
from functools import lru_cache

from django.core.files.base import ContentFile

from archive.events import Event, emit
from archive.metadata import well_tables
from archive.metadata.well_tables import NoTable, WellColumn, WellTable
from archive.models import Blob, File
from archive.states import FileKind, FileState
from archive.storage import chunks_of, derived, originals

# Larger ones are not read while somebody waits.
AT_ONCE = 300_000


def may_be_table(file: File) -> bool:
    return (
        file.kind == FileKind.FILE
        and file.state != FileState.DAMAGED
        and file.path.lower().endswith(well_tables.ENDINGS)
        and 0 < file.size <= well_tables.MOST_BYTES
    )


def table_of(file: File) -> WellTable | None:
    """The file's table; None if it has none, or if it is being read now (see `is_waiting`)."""
    if file.blob.size <= AT_ONCE and not file.path.lower().endswith(".xlsx"):
        return _small(file.blob.key, file.name)
    return _kept(file.blob.key, _name(file.blob)) if derived().exists(_name(file.blob)) else None


def is_waiting(file: File) -> bool:
    """Whether a task has to read it, and has not yet."""
    is_large = file.blob.size > AT_ONCE or file.path.lower().endswith(".xlsx")
    return is_large and not derived().exists(_name(file.blob))


def want_table(*, file: File) -> None:
    """Have it read in the background. Asked again while it is, it is read once: the task looks first."""
    emit(Event.TABLE_WANTED, file_id=file.pk)


def read_table(*, file_id: int) -> None:
    """Read a large table and keep what it says. May be called again."""
    file = File.objects.select_related("blob").filter(pk=file_id).first()
    if file is None or not may_be_table(file) or derived().exists(_name(file.blob)):
        return
    found = _read(file.blob.key, file.name)
    written = _written(found) if found else None
    try:
        derived().save(_name(file.blob), ContentFile(json.dumps(written).encode()))
    except FileExistsError:
        # Two tasks were sent; the other one has kept the same.
        return


def _name(blob: Blob) -> str:
    return f"well-tables/{blob.key.rsplit('/', 1)[-1]}.json"


def _read(key: str, name: str) -> WellTable | None:
    try:
        return well_tables.read(b"".join(chunks_of(originals(), key)), name)
    except NoTable:
        return None


@lru_cache(maxsize=64)
def _small(key: str, name: str) -> WellTable | None:
    return _read(key, name)


@lru_cache(maxsize=8)
def _kept(key: str, name: str) -> WellTable | None:
    with derived().open(name) as file:
        said = json.load(file)
    if said is None:
        return None
    columns = tuple(
        WellColumn(
            column["name"],
            {plate: {(row, at): value for row, at, value in found} for plate, found in column["values"].items()},
        )
        for column in said["columns"]
    )
    return WellTable(columns, said["rows"], said["is_cut"], said["repeats"])


def _written(table: WellTable) -> dict[str, object]:
    columns = [
        {
            "name": column.name,
            "values": {plate: [[*at, value] for at, value in found.items()] for plate, found in column.values.items()},
        }
        for column in table.columns
    ]
    return {"columns": columns, "rows": table.rows, "is_cut": table.is_cut, "repeats": table.repeats}
