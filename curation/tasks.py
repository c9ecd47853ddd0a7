"""What the curation does by itself. Tasks take ids, are safe to repeat, and only call a service."""

from celery import shared_task

from archive.models import Version
from curation.services import notifying, reopening


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


@shared_task(time_limit=120, soft_time_limit=90)
def send_notice_task(notice_id: int) -> None:
    """Tell somebody by mail what became of a candidate."""
    notifying.send(notice_id=notice_id)


@shared_task(time_limit=300, soft_time_limit=240)
def sweep_notices_task() -> None:
    """Send again what was not taken."""
    notifying.send_forgotten()
