"""THE table: what follows what. Read this one file to see the whole asynchronous flow.

    bytes complete → file stored → verified (SHA-256) → read (images found) → drawn → deposition settled → searchable

Recorders run inside the transaction of the event, tasks are sent after its commit (archive/events.py). Every task reads
its row again and moves it by compare-and-set, so sending one twice, or never, does no harm.
"""

from django.conf import settings

from archive import events, tasks
from archive.events import Event, Reaction
from archive.services import brokering, bundles, dois
from search import indexing
from search import tasks as search_tasks

# The portal runs without curation, so that its part of the table is added only where it is installed.
if settings.CURATION:
    from curation import tasks as curation_tasks

    AFTER_RELEASE = (tasks.mail_release_task, curation_tasks.consider_version_task)
    NOTICES = (curation_tasks.send_notice_task,)
else:
    AFTER_RELEASE = (tasks.mail_release_task,)
    NOTICES = ()

TABLE: dict[Event, Reaction] = {
    Event.UPLOAD_COMPLETE: Reaction(tasks=(tasks.take_upload_task,)),
    Event.FILE_STORED: Reaction(tasks=(tasks.verify_file_task,)),
    Event.BUNDLE_GREW: Reaction(tasks=(tasks.verify_bundle_task,), delay=bundles.QUIET_SECONDS),
    Event.FILE_VERIFIED: Reaction(tasks=(tasks.read_file_task,)),
    Event.IMAGE_FOUND: Reaction(tasks=(tasks.draw_image_task,)),
    Event.RENDITION_WANTED: Reaction(tasks=(tasks.make_rendition_task,)),
    Event.TABLE_WANTED: Reaction(tasks=(tasks.read_table_task,)),
    Event.FILE_TABLE_DUE: Reaction(tasks=(tasks.work_on_file_table_task,)),
    Event.FOLDER_IMPORT_DUE: Reaction(tasks=(tasks.import_folder_task,)),
    Event.FILE_SETTLED: Reaction(tasks=(tasks.settle_deposition_task,)),
    Event.FILES_WAIT: Reaction(tasks=(tasks.send_waiting_task,)),
    Event.FILES_AT_REST: Reaction(tasks=(tasks.propose_groupings_task,)),
    Event.DEPOSITION_SUBMITTED: Reaction(tasks=(tasks.settle_deposition_task,)),
    Event.DEPOSITION_ANSWERED: Reaction(record=(brokering.note_answer,), tasks=(tasks.mail_answer_task,)),
    Event.VERSION_RELEASED: Reaction(record=(dois.note_release, brokering.note_release), tasks=AFTER_RELEASE),
    Event.DOIS_DUE: Reaction(tasks=(tasks.register_dois_task,)),
    Event.NAMES_SOUGHT: Reaction(tasks=(tasks.audit_names_task,)),
    Event.MESSAGE_DUE: Reaction(tasks=(tasks.mail_message_task,)),
    Event.CALLBACK_DUE: Reaction(tasks=(tasks.call_back_task,)),
    Event.INVITATION_DUE: Reaction(tasks=(tasks.mail_invitation_task,)),
    Event.NOTICE_DUE: Reaction(tasks=NOTICES),
    Event.DATASET_CHANGED: Reaction(
        record=(indexing.record_change, dois.note_change), tasks=(search_tasks.drain_outbox_task,)
    ),
}


def connect() -> None:
    events.connect(TABLE)
