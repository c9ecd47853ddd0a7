"""What happened, told to whoever listens. portal/pipeline.py is the one table of listeners.

`emit` is called by services inside their transaction. Recorders run at once, in that transaction (an outbox row);
tasks are sent after the commit. A task that could not be sent is no error: the sweep finds the row and sends it again.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


class Event(StrEnum):
    UPLOAD_COMPLETE = "upload.complete"  # upload_id
    FILE_STORED = "file.stored"  # file_id
    BUNDLE_GREW = "bundle.grew"  # file_id: members came; more may follow at once
    FILE_VERIFIED = "file.verified"  # file_id
    IMAGE_FOUND = "image.found"  # image_id
    RENDITION_WANTED = "rendition.wanted"  # rendition_id
    TABLE_WANTED = "table.wanted"  # file_id: a page shows wells, and a large table may say what to colour them by
    FILE_TABLE_DUE = "file-table.due"  # table_id: a table of files is to be checked, applied or undone
    FOLDER_IMPORT_DUE = "folder-import.due"  # import_id: the next turn of taking files from a folder or bucket
    FILE_SETTLED = "file.settled"  # dataset_id: a file or image came to its end; is the deposition complete now?
    DEPOSITION_SUBMITTED = "deposition.submitted"  # deposition_id
    DEPOSITION_ANSWERED = "deposition.answered"  # deposition_id: ready, or needs changes; the depositor is told
    FILES_WAIT = "files.wait"  # dataset_id: too many are to be read again to tell one by one in a request
    FILES_AT_REST = "files.at-rest"  # dataset_id: none is being read; do some look like one image?
    DATASET_CHANGED = "dataset.changed"  # dataset_id: what search shows of it may have changed
    DOIS_DUE = "dois.due"  # dataset_id: DataCite is to be told something of its DOIs
    VERSION_RELEASED = "version.released"  # version_id
    NAMES_SOUGHT = "names.sought"  # dataset_id: an anonymised link offers files only once they were searched for names
    MESSAGE_DUE = "message.due"  # message_id: the other side is to be told by mail
    CALLBACK_DUE = "callback.due"  # callback_id: a broker is to be told what became of a deposition
    INVITATION_DUE = "invitation.due"  # invitation_id: its mail is to be sent
    NOTICE_DUE = "notice.due"  # notice_id: an upper layer wants somebody to be told by mail


Recorder = Callable[..., Any]


@dataclass(frozen=True)
class Reaction:
    """What follows an event: `record` in the same transaction, `tasks` (Celery tasks) `delay` seconds after it."""

    record: tuple[Recorder, ...] = ()
    tasks: tuple[Any, ...] = ()
    delay: float = 0


_table: dict[Event, Reaction] = {}


def connect(table: Mapping[Event, Reaction]) -> None:
    """Replace the table of reactions; called once, when the portal starts."""
    _table.clear()
    _table.update(table)


def emit(event: Event, **ids: int | str) -> None:
    reaction = _table.get(event, Reaction())
    for record in reaction.record:
        record(**ids)
    for task in reaction.tasks:
        transaction.on_commit(lambda task=task: send(task, reaction.delay, **ids))


def send(task: Any, delay: float = 0, **ids: int | str) -> None:
    """Nudge a worker; the row is the truth, so a broker that is down only delays."""
    try:
        task.apply_async(kwargs=ids, countdown=delay or None)
    except (OperationalError, OSError):
        logger.warning("The task %s could not be sent; the sweep will send it.", task.name)
