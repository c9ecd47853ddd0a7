"""Mails about candidates. What is to be sent stands in rows, written with the move that it is about."""

from datetime import timedelta
from smtplib import SMTPException

from django.core.mail import EmailMessage
from django.utils import timezone

from archive.events import Event, emit
from archive.services.mailing import letter_to
from archive.subscriptions import MailKind, wants
from curation.models import CurationMove, Notice
from curation.selectors.concerned import concerned
from curation.services.letters import letter

CURATION = MailKind(
    "curation", "Curation", "What happens to a dataset that you nominated, review, decide on, or deposited."
)
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
    if not wants(notice.person, CURATION):
        return False
    try:
        _letter(notice).send()
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


def _letter(notice: Notice) -> EmailMessage:
    written = letter(notice.move, notice.person)
    subject = f"{notice.move.candidate.dataset.accession} {written.subject}"
    return letter_to(notice.person, CURATION, subject, written.text)
