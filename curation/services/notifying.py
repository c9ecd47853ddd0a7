"""Mails about candidates. What is to be sent stands in rows, written with the move that it is about."""

from datetime import timedelta
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from archive.events import Event, emit
from curation.models import CurationMove, Notice
from curation.selectors.concerned import concerned
from curation.services.letters import letter

# A notice that no task has taken by then was forgotten by the broker.
PATIENCE = timedelta(minutes=2)


def plan(move: CurationMove) -> None:
    """Write down whom a move concerns, in its transaction; they are told after its commit."""
    for person in concerned(move):
        notice = Notice.objects.create(move=move, person=person)
        emit(Event.NOTICE_DUE, notice_id=notice.pk)


def send(*, notice_id: int) -> bool:
    """Send one notice, unless another worker has taken it; returns whether it was sent now.

    A mail server that refuses gives the notice back to the sweep. A worker that dies while sending leaves it taken:
    better one mail lost than two sent.
    """
    if not Notice.objects.filter(pk=notice_id, taken_at__isnull=True).update(taken_at=timezone.now()):
        return False
    notice = Notice.objects.select_related("move__candidate__dataset", "move__actor", "person").get(pk=notice_id)
    if not notice.person.is_active:
        return False
    try:
        _mail(notice).send()
    except (SMTPException, OSError):
        Notice.objects.filter(pk=notice_id).update(taken_at=None)
        raise
    Notice.objects.filter(pk=notice_id).update(sent_at=timezone.now())
    return True


def send_forgotten() -> None:
    """The safety net behind a lost message, and behind a mail server that did not answer."""
    late = timezone.now() - PATIENCE
    for pk in Notice.objects.filter(taken_at__isnull=True, created_at__lt=late).values_list("pk", flat=True)[:500]:
        emit(Event.NOTICE_DUE, notice_id=pk)


def _mail(notice: Notice) -> EmailMessage:
    written = letter(notice.move, notice.person)
    return EmailMessage(
        subject=f"[{settings.PORTAL_NAME}] {notice.move.candidate.dataset.accession} {written.subject}",
        body=f"Dear {notice.person.name or 'colleague'},\n\n{written.text}\n\n{settings.PORTAL_NAME}\n"
        f"{settings.SITE_URL}/\n",
        to=[notice.person.email],
    )
