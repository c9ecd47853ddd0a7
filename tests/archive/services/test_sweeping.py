"""What should have moved and did not is sent on, and what is only waiting its turn is not."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from archive import events
from archive.events import Event, Reaction
from archive.models import AuditEntry, Deposition, File, MachineStep, Upload
from archive.services import steps, sweeping, workspace
from archive.states import DepositionState, FileState, FileTableState, ImageState, UploadState
from tests.factories.archive import FileFactory, FileTableFactory, ImageFactory, UploadFactory

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = timedelta(seconds=60)


@pytest.fixture
def sent(monkeypatch):
    """The events that were emitted, in place of their tasks."""
    heard = []
    table = {
        event: Reaction(record=(lambda event=event, **ids: heard.append((event, *ids.values())),)) for event in Event
    }
    monkeypatch.setattr(events, "_table", table)
    return heard


def age(model, **fields):
    model.objects.update(**{name: timezone.now() - by for name, by in fields.items()})


@pytest.mark.parametrize(
    ("make", "event"),
    [
        (lambda: FileFactory(state=FileState.STORED), Event.FILE_STORED),
        (lambda: FileFactory(state=FileState.VERIFIED), Event.FILE_VERIFIED),
        (lambda: ImageFactory(state=ImageState.FOUND), Event.IMAGE_FOUND),
        (lambda: ImageFactory(state=ImageState.DESCRIBED), Event.IMAGE_FOUND),
        (lambda: FileTableFactory(state=FileTableState.CHECKING), Event.FILE_TABLE_DUE),
        (lambda: FileTableFactory(state=FileTableState.APPLYING), Event.FILE_TABLE_DUE),
        (lambda: FileTableFactory(state=FileTableState.UNDOING), Event.FILE_TABLE_DUE),
    ],
    ids=["stored", "verified", "found", "described", "table to check", "table to apply", "table to undo"],
)
def test_a_row_that_nobody_works_on_is_sent_again(scratch, sent, make, event):
    row = make()
    sweeping.sweep()
    assert sent == []
    age(type(row), moved_at=LONG_AGO)
    sweeping.sweep()
    assert sent == [(event, row.pk)]


@pytest.mark.parametrize("state", [FileState.READ, FileState.KEPT, FileState.DAMAGED])
def test_what_has_come_to_its_end_is_left_alone(scratch, sent, state):
    FileFactory(state=state)
    age(File, moved_at=LONG_AGO)
    sweeping.sweep()
    assert sent == []


def test_rows_behind_one_that_is_worked_on_only_wait(scratch, sent):
    FileFactory(state=FileState.STORED)
    dead = FileFactory(state=FileState.STORED, tries=1)
    forgotten = FileFactory(state=FileState.STORED)
    age(File, moved_at=LONG_AGO)
    File.objects.filter(pk=forgotten.pk).update(moved_at=timezone.now() - timedelta(hours=1))
    FileFactory(state=FileState.STORED, tries=1)
    sweeping.sweep()
    assert {pk for _, pk in sent} == {dead.pk, forgotten.pk}


def test_a_complete_upload_is_sent_again_once_in_a_while(scratch, sent):
    upload = UploadFactory(state=UploadState.COMPLETE, offset=1000)
    age(Upload, updated_at=LONG_AGO)
    sweeping.sweep()
    sweeping.sweep()
    assert sent == [(Event.UPLOAD_COMPLETE, str(upload.pk))]


def test_a_deposition_whose_last_message_was_lost_is_settled(scratch, sent, deposition):
    Deposition.objects.update(state=DepositionState.PROCESSING, updated_at=timezone.now() - LONG_AGO)
    sweeping.sweep()
    assert (Event.FILE_SETTLED, deposition.dataset_id) in sent


def test_a_deposition_with_work_to_do_is_not_settled(scratch, sent, deposition):
    Deposition.objects.update(state=DepositionState.PROCESSING, updated_at=timezone.now() - LONG_AGO)
    FileFactory(dataset=deposition.dataset, state=FileState.STORED)
    sweeping.sweep()
    assert sent == []


def test_one_sweep_sends_a_bounded_number(scratch, sent, dataset, monkeypatch):
    monkeypatch.setattr(sweeping, "MOST", 3)
    FileFactory.create_batch(5, dataset=dataset, state=FileState.STORED)
    age(File, moved_at=LONG_AGO)
    sweeping.sweep()
    assert len(sent) == 3


def test_steps_become_one_entry_of_the_chain(dataset):
    for number in range(5):
        steps.note(dataset_id=dataset.pk, action="file.verified", subject=f"{number}.tif", to_state="verified")
    actor = dataset.created_by_id
    steps.note(dataset_id=dataset.pk, action="file.uploaded", subject="x", to_state="stored", actor_id=actor)
    assert steps.fold_steps() == 2
    assert not MachineStep.objects.exists()
    by_machine, by_person = AuditEntry.objects.filter(dataset=dataset).order_by("sequence")
    assert (by_machine.actor_id, len(by_machine.data["steps"])) == (None, 5)
    assert by_machine.data["steps"][0]["subject"] == "0.tif"
    assert by_person.actor_id == actor
    assert steps.fold_steps() == 0


def test_folders_that_nobody_used_for_a_day_are_dropped(scratch, dataset):
    file = FileFactory(dataset=dataset, blob__content=b"bytes")
    root = workspace.prepare([file])
    assert (root / file.path).read_bytes() == b"bytes"
    workspace.trim()
    assert root.exists()
    os.utime(root, (0, 0))
    workspace.trim()
    assert not root.exists()
    assert workspace.prepare([file]).exists()


def test_the_folder_changes_its_time_only_with_its_contents(scratch, dataset):
    first, second = FileFactory.create_batch(2, dataset=dataset, blob__content=b"bytes")
    root = workspace.prepare([first])
    before = root.stat().st_mtime_ns
    workspace.prepare([first])
    assert root.stat().st_mtime_ns == before
    workspace.prepare([first, second])
    assert root.stat().st_mtime_ns > before


def test_a_file_that_was_replaced_is_replaced_in_the_folder(scratch, dataset):
    file = FileFactory(dataset=dataset, blob__content=b"first")
    root = workspace.prepare([file])
    other = FileFactory(dataset=dataset, blob__content=b"second")
    other.path = file.path
    workspace.prepare([other])
    assert (root / file.path).read_bytes() == b"second"
