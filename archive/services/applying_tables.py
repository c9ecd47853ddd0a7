"""A checked table of files applied to the draft, or taken back: a batch of files at a time, each in a transaction.

The row of the table counts what is done in the same transaction, so that a killed worker loses nothing and repeats
nothing. The audit trail gets one entry, with counts and the table's digest.
"""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from archive.errors import WrongState
from archive.events import Event, emit
from archive.models import Deposition, File, FileTable
from archive.selectors.attributes import Said, current_rows
from archive.services import attributes, auditing, filing
from archive.services.checking_tables import lines_of
from archive.services.claims import MAX_TRIES, claimed
from archive.states import EDITABLE_DEPOSITIONS, FileTableState

BATCH = attributes.BATCH
_TAKEN_BACK = "It could not be applied to the end, and what was applied is taken back. Upload the table again."


def apply_table(*, table_id: int) -> None:
    """Go on with a table that its depositor wants applied. May be called again."""
    with claimed(FileTable, table_id, (FileTableState.APPLYING,)) as table:
        if table is None:
            return
        if table.tries > MAX_TRIES:
            _give_up(table)
            return
        lines = islice(lines_of(table.changes_key), table.done, None)
        while batch := list(islice(lines, BATCH)):
            try:
                if not _apply_some(table, batch):
                    return  # somebody else does it, or it is not wanted any more
            except WrongState:
                _give_up(table)
                return
        _finish(table, FileTableState.APPLYING, FileTableState.APPLIED, "files.table-applied")


@transaction.atomic
def _apply_some(table: FileTable, batch: list[dict[str, Any]]) -> bool:
    """Whether it was this worker's to do. Raises WrongState where the draft cannot be changed any more."""
    filing.lock_names(table.dataset_id)
    drafts = Deposition.objects.filter(dataset=table.dataset_id, number=table.number, state__in=EDITABLE_DEPOSITIONS)
    if not drafts.exists():
        raise WrongState(_TAKEN_BACK)
    done = table.done + len(batch)
    mine = FileTable.objects.filter(pk=table.pk, state=FileTableState.APPLYING, done=table.done)
    if not mine.update(done=done, tries=1, moved_at=timezone.now()):
        return False
    paths = [line["path"] for line in batch]
    files = File.objects.filter(dataset=table.dataset_id, until_version__isnull=True, path__in=paths)
    pks = dict(files.values_list("path", "pk"))
    rows = current_rows(pks.values())
    said = {pks[line["path"]]: _with(Said.of(rows.get(pks[line["path"]])), line) for line in _there(batch, pks)}
    counts = table.counts
    counts["applied"] = counts.get("applied", 0) + attributes.write(said, table.number, table)
    FileTable.objects.filter(pk=table.pk).update(counts=counts)
    table.done = done
    return True


def _there(batch: Iterable[dict[str, Any]], pks: dict[str, int]) -> Iterable[dict[str, Any]]:
    """Lines of files that the draft still has."""
    return (line for line in batch if line["path"] in pks)


def _with(before: Said, line: dict[str, Any]) -> Said:
    """What is said of a file once a line is applied: empty texts take away."""
    values = {name: text for name, text in {**before.values, **line["values"]}.items() if text}
    associations = {kind: name for kind, name in {**before.associations, **line["associations"]}.items() if name}
    return Said(values, associations)


def undo_table(*, table_id: int) -> None:
    """Take back what a table said. May be called again."""
    with claimed(FileTable, table_id, (FileTableState.UNDOING,)) as table:
        if table is None:
            return
        while _take_back_some(table):
            pass
        _finish(table, FileTableState.UNDOING, FileTableState.UNDONE, "files.table-undone")


@transaction.atomic
def _take_back_some(table: FileTable) -> int:
    filing.lock_names(table.dataset_id)
    FileTable.objects.filter(pk=table.pk).update(moved_at=timezone.now(), tries=1)
    return attributes.take_back(table)


@transaction.atomic
def _finish(table: FileTable, source: FileTableState, target: FileTableState, action: str) -> None:
    rows = FileTable.objects.filter(pk=table.pk, state=source)
    if not rows.update(state=target, tries=0, moved_at=timezone.now()):
        return
    counts = {name: table.counts.get(name, 0) for name in ("rows", "applied", "wrong")}
    auditing.record(
        dataset=table.dataset,
        action=action,
        actor=table.applied_by,
        subject=table.name[:120],
        from_state=source,
        to_state=target,
        data={**counts, "sha256": table.sha256, "table": table.pk, "version": table.number},
    )
    emit(Event.DATASET_CHANGED, dataset_id=table.dataset_id)


@transaction.atomic
def _give_up(table: FileTable) -> None:
    """All or nothing: what the first batches said is taken back."""
    rows = FileTable.objects.filter(pk=table.pk, state=FileTableState.APPLYING)
    if rows.update(state=FileTableState.UNDOING, sentence=_TAKEN_BACK, tries=0, moved_at=timezone.now()):
        emit(Event.FILE_TABLE_DUE, table_id=table.pk)
