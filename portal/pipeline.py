"""THE table: what follows what. Read this one file to see the whole asynchronous flow.

    bytes complete → file stored → verified (SHA-256) → read (images found) → drawn → deposition settled → searchable

Recorders run inside the transaction of the event, tasks are sent after its commit (archive/events.py). Every task reads
its row again and moves it by compare-and-set, so sending one twice, or never, does no harm.
"""

from django.conf import settings

from archive import events, tasks
from archive.events import Event, Reaction
from archive.services import bundles
from search import indexing
from search import tasks as search_tasks

# The portal runs without curation, so that its part of the table is added only where it is installed.
if settings.CURATION:
    from curation import tasks as curation_tasks

    AFTER_RELEASE = (tasks.mail_release_task, curation_tasks.consider_version_task)
else:
    AFTER_RELEASE = (tasks.mail_release_task,)

TABLE: dict[Event, Reaction] = {
    Event.UPLOAD_COMPLETE: Reaction(tasks=(tasks.take_upload_task,)),
    Event.FILE_STORED: Reaction(tasks=(tasks.verify_file_task,)),
    Event.BUNDLE_GREW: Reaction(tasks=(tasks.verify_bundle_task,), delay=bundles.QUIET_SECONDS),
    Event.FILE_VERIFIED: Reaction(tasks=(tasks.read_file_task,)),
    Event.IMAGE_FOUND: Reaction(tasks=(tasks.draw_image_task,)),
    Event.FILE_SETTLED: Reaction(tasks=(tasks.settle_deposition_task,)),
    Event.DEPOSITION_SUBMITTED: Reaction(tasks=(tasks.settle_deposition_task,)),
    Event.DEPOSITION_ANSWERED: Reaction(tasks=(tasks.mail_answer_task,)),
    Event.VERSION_RELEASED: Reaction(tasks=AFTER_RELEASE),
    Event.DATASET_CHANGED: Reaction(record=(indexing.record_change,), tasks=(search_tasks.drain_outbox_task,)),
}


def connect() -> None:
    events.connect(TABLE)
