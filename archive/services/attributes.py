"""What is said of files: written for a draft, never in a version that was released, and taken back with the draft.

A row that a released version shows ends with the draft's number, and the draft gets a row of its own. All of this runs
in the caller's transaction, with the dataset's names locked.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from archive.models import File, FileAttributes, FileTable
from archive.selectors.attributes import Said, current_rows
from archive.states import FileTableState

BATCH = 500


def give(file: File, said: Said | None, number: int) -> None:
    """A file that takes another one's place takes over what was said of it."""
    if said is not None and not said.is_empty:
        FileAttributes.objects.create(
            file=file, values=said.values, associations=said.associations, from_version=number
        )


def write(said: Mapping[int, Said], number: int, table: FileTable) -> int:
    """Say this of these files in draft `number`; how many of them it changed. A batch at a time."""
    rows = current_rows(said)
    ended, made, changed = [], [], []
    for pk, new in said.items():
        row = rows.get(pk)
        if new == Said.of(row):
            continue
        if row is not None and row.from_version == number:
            changed.append(_rewritten(row, new, table))
            continue
        if row is not None:
            ended.append(row.pk)
        made.append(_made(pk, new, number, table))
    FileAttributes.objects.filter(pk__in=ended).update(until_version=number)
    FileAttributes.objects.bulk_create(made)
    FileAttributes.objects.bulk_update(changed, ["values", "associations", "table", "before"], batch_size=BATCH)
    return len(made) + len(changed)


def _made(pk: int, said: Said, number: int, table: FileTable) -> FileAttributes:
    return FileAttributes(
        file_id=pk, values=said.values, associations=said.associations, from_version=number, table=table
    )


def _rewritten(row: FileAttributes, said: Said, table: FileTable) -> FileAttributes:
    row.before = {"values": row.values, "associations": row.associations}
    row.values, row.associations, row.table = dict(said.values), dict(said.associations), table
    return row


def take_back(table: FileTable, most: int = BATCH) -> int:
    """Undo what this table wrote for up to `most` files: how many were left to do before."""
    rows = list(FileAttributes.objects.filter(table=table).order_by("pk")[:most])
    new = [row for row in rows if row.before is None]
    reopen([row.file_id for row in new], table.number)
    again = [_restored(row) for row in rows if row.before is not None]
    FileAttributes.objects.bulk_update(again, ["values", "associations", "table", "before"], batch_size=BATCH)
    return len(rows)


def _restored(row: FileAttributes) -> FileAttributes:
    before: dict[str, Any] = row.before
    row.values, row.associations, row.before, row.table = before["values"], before["associations"], None, None
    return row


def reopen(files: list[int], number: int) -> None:
    """For these files what draft `number` says is forgotten, and what the version before it said is valid again."""
    rows = FileAttributes.objects.filter(file__in=files)
    rows.filter(from_version=number).delete()
    rows.filter(until_version=number).update(until_version=None)


def drop_draft(dataset_id: int, number: int) -> None:
    """The same for all files of a dataset, when its draft is given up; its tables come to their end."""
    tables = FileTable.objects.filter(dataset=dataset_id, number=number)
    tables.filter(state__in=(FileTableState.CHECKING, FileTableState.CHECKED)).update(state=FileTableState.DISCARDED)
    written = (FileTableState.APPLYING, FileTableState.APPLIED, FileTableState.UNDOING)
    tables.filter(state__in=written).update(state=FileTableState.UNDONE)
    touched = Q(attribute_rows__from_version=number) | Q(attribute_rows__until_version=number)
    files = list(File.objects.filter(touched, dataset=dataset_id).values_list("pk", flat=True).distinct())
    for at in range(0, len(files), BATCH):
        reopen(files[at : at + BATCH], number)
