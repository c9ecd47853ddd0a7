"""Celery tasks of the archive: each takes ids, calls one service, and may be sent twice or never without harm."""

from celery import shared_task

from archive.services import auditing, depositing, ingesting, mailing, releasing, sweeping, uploading

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
def draw_image_task(image_id: int) -> None:
    ingesting.draw_image(image_id=image_id)


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
def audit_seal_task() -> None:
    auditing.seal_chains()
