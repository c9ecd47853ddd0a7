"""Tables that say something of each file: uploaded, checked, applied, undone. Each step moves the row of the table.

upload_table → checking → checked (a preview) → applying → applied → undoing → undone; the work itself is a task's.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.files.base import File as Content
from django.db import IntegrityError, transaction
from django.utils import timezone

from archive import access
from archive.errors import Invalid, TooLarge, WrongState
from archive.events import Event, emit
from archive.models import Deposition, FileTable, User
from archive.selectors import file_tables as selectors
from archive.services import filing
from archive.services.applying_tables import apply_table, undo_table
from archive.services.checking_tables import check_table, lines_of
from archive.services.moving import wrong_state
from archive.states import EDITABLE_DEPOSITIONS, EDITING_ROLES, FileTableState
from archive.storage import full_storage_said, new_key, originals

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")
MOST_BYTES = 300_000_000
MOST_WORKBOOK_BYTES = 50_000_000
AT_WORK = (FileTableState.CHECKING, FileTableState.APPLYING, FileTableState.UNDOING)
_WAITING = (FileTableState.CHECKING, FileTableState.CHECKED)
_WORK = {
    FileTableState.CHECKING: check_table,
    FileTableState.APPLYING: apply_table,
    FileTableState.UNDOING: undo_table,
}


def work_on(*, table_id: int) -> None:
    """What is to be done with a table now; nothing when somebody else does it. May be called again."""
    state = FileTable.objects.filter(pk=table_id).values_list("state", flat=True).first()
    if state in _WORK:
        _WORK[FileTableState(state)](table_id=table_id)


def upload_table(*, deposition: Deposition, user: User, name: str, content: Content) -> FileTable:
    """Take in a table in the place of one that waits; its check begins. Raises Invalid, TooLarge, WrongState."""
    _require_editor(deposition, user)
    name = name.replace("\\", "/").rsplit("/", 1)[-1][-255:]
    _require_table(name, content.size)
    with full_storage_said():
        key = originals().save(new_key("file-tables", name[name.rfind(".") :].lower()), content)
    try:
        return _uploaded(deposition, user, name, key, content.size)
    except WrongState:
        filing.delete_objects(originals(), [key])
        raise


def _require_table(name: str, size: int) -> None:
    ending = next((ending for ending in ENDINGS if name.lower().endswith(ending)), "")
    if not ending:
        raise Invalid(f"“{name}” is no table. Choose a file that ends in .csv, .tsv or .xlsx.")
    most = MOST_WORKBOOK_BYTES if ending == ".xlsx" else MOST_BYTES
    if size > most:
        raise TooLarge(
            f"“{name}” has {size:,} bytes; a table of this kind may have {most:,}. Save it as CSV, or upload it in "
            "parts."
        )
    if not size:
        raise Invalid(f"“{name}” is empty. Download the table pre-filled, and fill in that.")


@transaction.atomic
def _uploaded(deposition: Deposition, user: User, name: str, key: str, size: int) -> FileTable:
    filing.lock_names(deposition.dataset_id)
    before = selectors.busy_table(deposition)
    if before is not None:
        _drop(before)
    table = FileTable(
        dataset=deposition.dataset, number=deposition.number, name=name, key=key, size=size, uploaded_by=user
    )
    table.full_clean(exclude=["uploaded_by"], validate_constraints=False)
    try:
        with transaction.atomic():
            table.save()
    except IntegrityError as error:
        raise WrongState(
            "Another table was uploaded at the same moment. Reload the page to look at that one."
        ) from error
    emit(Event.FILE_TABLE_DUE, table_id=table.pk)
    return table


@transaction.atomic
def discard_table(*, deposition: Deposition, user: User, table: FileTable) -> None:
    """Forget a table that was not applied."""
    _require_editor(deposition, user)
    _drop(table)


def _drop(table: FileTable) -> None:
    _move(table, _WAITING, FileTableState.DISCARDED, problems=[], columns=[])
    filing.discard(originals(), [key for key in (table.key, table.problems_key, table.changes_key) if key])


@transaction.atomic
def begin_to_apply(*, deposition: Deposition, user: User, table: FileTable, good_rows_only: bool = False) -> FileTable:
    """The depositor's yes to the preview; with errors only if she wants the good rows. Raises Invalid, WrongState."""
    _require_editor(deposition, user)
    wrong = table.counts.get("wrong", 0)
    if table.state == FileTableState.CHECKED and wrong and not good_rows_only:
        rows = "One row has" if wrong == 1 else f"{wrong:,} rows have"
        raise Invalid(
            f"{rows} errors, and nothing was applied. Mend them and upload again, or apply the good rows alone."
        )
    if table.state == FileTableState.CHECKED and not table.counts.get("changed"):
        raise Invalid("No row of this table changes anything, so that there is nothing to apply.")
    now = timezone.now()
    _move(table, (FileTableState.CHECKED,), FileTableState.APPLYING, applied_by=user, applied_at=now, done=0)
    emit(Event.FILE_TABLE_DUE, table_id=table.pk)
    return table


@transaction.atomic
def begin_to_undo(*, deposition: Deposition, user: User, table: FileTable) -> FileTable:
    """Take back the table that was applied last. Raises WrongState for any other."""
    _require_editor(deposition, user)
    last = selectors.undoable_table(deposition)
    if last is None or last.pk != table.pk:
        raise WrongState("Only the table that was applied last can be undone. Reload the page to see which one it is.")
    if selectors.busy_table(deposition) is not None:
        raise WrongState("Another table waits for your word. Apply or discard that one first.")
    _move(table, (FileTableState.APPLIED,), FileTableState.UNDOING, applied_by=user)
    emit(Event.FILE_TABLE_DUE, table_id=table.pk)
    return table


def problem_lines(table: FileTable) -> Iterator[list[str]]:
    """Everything that was found in a table, as rows of a table below their head."""
    yield ["row", "column", "value", "level", "what to do"]
    for line in lines_of(table.problems_key) if table.problems_key else ():
        yield [str(line["row"]), line["column"], line["value"], line["level"], line["sentence"]]


def _require_editor(deposition: Deposition, user: User) -> None:
    access.require_role(user, deposition.dataset, EDITING_ROLES)
    deposition.refresh_from_db()
    if deposition.state not in EDITABLE_DEPOSITIONS:
        raise wrong_state(deposition, "change-its-files")


def _move(table: FileTable, sources: tuple[FileTableState, ...], target: FileTableState, **changes: Any) -> None:
    """By compare-and-set; raises WrongState when it has moved on."""
    now: datetime = timezone.now()
    rows = FileTable.objects.filter(pk=table.pk, state__in=sources)
    if not rows.update(state=target, tries=0, moved_at=now, **changes):
        raise WrongState("This table is at another step by now. Reload the page to see what can be done.")
    table.refresh_from_db()
