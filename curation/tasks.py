"""What the curation does by itself. Tasks take ids, are safe to repeat, and only call a service."""

from celery import shared_task

from archive.models import Version
from curation.services import reopening


@shared_task(time_limit=300, soft_time_limit=240)
def consider_version_task(version_id: int) -> None:
    """A new version is public: re-open the candidates that it touches."""
    version = Version.objects.filter(pk=version_id).first()
    if version is not None:
        reopening.consider_version(version=version)


@shared_task(time_limit=300, soft_time_limit=240)
def catch_up_task() -> None:
    """The safety net behind a lost message."""
    reopening.consider_all()
