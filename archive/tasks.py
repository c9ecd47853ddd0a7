"""Celery tasks of the archive: each takes ids, calls one service, and may be sent twice or never without harm."""

from celery import shared_task
from django.conf import settings

from archive.services import (
    auditing,
    awaiting,
    brokering,
    compacting,
    depositing,
    dois,
    file_tables,
    importing_folders,
    ingesting,
    mailing,
    proposing,
    releasing,
    renditions,
    seeking_names,
    staleness,
    sweeping,
    uploading,
    well_tables,
)

LIMITS = {"soft_time_limit": 840, "time_limit": 900}
SHORT = {"soft_time_limit": 50, "time_limit": 60}


@shared_task(**LIMITS)
def take_upload_task(upload_id: str) -> None:
    """A complete upload becomes a file, or a member of a bundle."""
    uploading.take_upload(upload_id=upload_id)


@shared_task(**LIMITS)
def verify_file_task(file_id: int) -> None:
    ingesting.verify_file(file_id=file_id)


@shared_task(**LIMITS)
def verify_bundle_task(file_id: int) -> None:
    """Once no member has come for a moment."""
    ingesting.verify_bundle(file_id=file_id)


@shared_task(**LIMITS)
def read_file_task(file_id: int) -> None:
    ingesting.read_file(file_id=file_id)


@shared_task(**LIMITS)
def send_waiting_task(dataset_id: int) -> None:
    """Every file of a dataset that waits to be read is sent to its reader."""
    sweeping.send_waiting(dataset_id=dataset_id)


@shared_task(**LIMITS)
def propose_groupings_task(dataset_id: int) -> None:
    """Which files of a draft look like one image by their names."""
    proposing.propose_groupings(dataset_id=dataset_id)


@shared_task(**LIMITS)
def draw_image_task(image_id: int) -> None:
    ingesting.draw_image(image_id=image_id)


@shared_task(soft_time_limit=86_000, time_limit=86_400)
def make_rendition_task(rendition_id: int) -> None:
    """An image as OME-Zarr; the heartbeat of its row tells that it is alive, however large it is."""
    renditions.make_rendition(rendition_id=rendition_id)


@shared_task(**LIMITS)
def read_table_task(file_id: int) -> None:
    """A large table that may name wells."""
    well_tables.read_table(file_id=file_id)


@shared_task(soft_time_limit=7_100, time_limit=7_200)
def work_on_file_table_task(table_id: int) -> None:
    """A table of files: checked, applied or undone, as its row says."""
    file_tables.work_on(table_id=table_id)


@shared_task(soft_time_limit=86_000, time_limit=86_400)
def import_folder_task(import_id: int) -> None:
    """Files from a folder or bucket beside the portal: one turn of them, or one file however large it is."""
    importing_folders.go_on(import_id=import_id)


@shared_task(**SHORT)
def settle_deposition_task(deposition_id: int = 0, dataset_id: int = 0) -> None:
    """When every file of a submitted deposition has come to its end: ready, or back with a list."""
    depositing.settle_deposition(deposition_id=deposition_id, dataset_id=dataset_id)


@shared_task(**SHORT)
def mail_answer_task(deposition_id: int) -> None:
    mailing.mail_answer(deposition_id=deposition_id)


@shared_task(**SHORT)
def mail_release_task(version_id: int) -> None:
    mailing.mail_release(version_id=version_id)


@shared_task(**SHORT)
def mail_invitation_task(invitation_id: int) -> None:
    mailing.mail_invitation(invitation_id=invitation_id)


@shared_task(**SHORT)
def mail_message_task(message_id: int) -> None:
    mailing.mail_message(message_id=message_id)


@shared_task(**SHORT)
def call_back_task(callback_id: int) -> None:
    """A broker is told what became of a deposition."""
    brokering.call_back(callback_id=callback_id)


@shared_task(**LIMITS)
def register_dois_task(dataset_id: int) -> None:
    """Whatever DataCite is to be told of a dataset's DOIs."""
    dois.register_due(dataset_id=dataset_id)


@shared_task(**LIMITS)
def audit_compress_task() -> None:
    """Where the administrator wants it: some of the originals that were not looked at yet."""
    if settings.PORTAL_COMPRESS_ORIGINALS:
        compacting.compact_some(50)


@shared_task(soft_time_limit=86_000, time_limit=86_400)
def audit_names_task(dataset_id: int) -> None:
    """What an anonymised link would offer is searched for names; the heartbeat of each row says that it is alive."""
    seeking_names.seek_names(dataset_id=dataset_id)


@shared_task(**LIMITS)
def sweep_task() -> None:
    """Find rows that should have moved and did not, and send them on."""
    sweeping.sweep()


@shared_task(**LIMITS)
def expire_uploads_task() -> None:
    uploading.expire_uploads()


@shared_task(**LIMITS)
def release_due_task() -> None:
    releasing.release_due()


@shared_task(**LIMITS)
def release_appeared_task() -> None:
    """Publications that depositions wait for are asked for."""
    awaiting.release_appeared()


@shared_task(**LIMITS)
def mail_reminders_task() -> None:
    staleness.tend_drafts()


@shared_task(**LIMITS)
def audit_seal_task() -> None:
    auditing.seal_chains()
