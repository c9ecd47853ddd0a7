"""Mails about a deposition: short plain text that says what happened, what to do next, and where."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone

from archive import subscriptions
from archive.models import Dataset, Deposition, Invitation, Message, User, Version
from archive.selectors import quality
from archive.services import conversing
from archive.services.inviting import address_of
from archive.states import EDITING_ROLES, DatasetRole, DepositionState, MessageKind
from archive.subscriptions import ANSWER, MESSAGE, RELEASE, REMINDER, MailKind

_MOST_PROBLEMS = 20


def mail_answer(*, deposition_id: int) -> None:
    """Ready, held, or what has to be changed. Nothing is sent if the deposition has moved on."""
    deposition = Deposition.objects.select_related("dataset").get(pk=deposition_id)
    if deposition.state == DepositionState.READY and deposition.is_human_material:
        _send(ANSWER, deposition.dataset, "was checked and is held", _held(deposition))
    elif deposition.state == DepositionState.READY:
        _send(ANSWER, deposition.dataset, "is ready for release", _ready(deposition))
    elif deposition.state == DepositionState.NEEDS_CHANGES:
        _send(ANSWER, deposition.dataset, "needs changes", _needs_changes(deposition))


def mail_release(*, version_id: int) -> None:
    version = Version.objects.select_related("dataset").get(pk=version_id)
    _send(RELEASE, version.dataset, f"version {version.number} is public", _released(version))


def mail_invitation(*, invitation_id: int) -> None:
    """To the invited address alone. Sent once more rather than never: the row is marked after it has gone."""
    made = Invitation.objects.select_related("dataset", "invited_by").filter(pk=invitation_id).first()
    if made is None or not made.is_open or made.mailed_at is not None:
        return
    may = "see it" if made.role == DatasetRole.VIEWER else "see and change it"
    text = (
        f"{made.invited_by or 'An owner'} works on a dataset of biological images, {made.dataset.accession}"
        f"{f' (“{made.dataset.title}”)' if made.dataset.title else ''}, and invites you to {may}.\n\n"
        f"Accept here, with an account that you have or make:\n{_url(address_of(made))}\n\n"
        f"The link works until {made.expires_at:%-d %B %Y}, and for whoever has it. If you expected no invitation, "
        "there is nothing to do."
    )
    _mail(made.email, f"{made.dataset.accession}: an invitation", f"Good day,\n\n{text}").send()
    Invitation.objects.filter(pk=made.pk).update(mailed_at=timezone.now())


def mail_message(*, message_id: int) -> None:
    """To the other side, each alone with a link to answer. Once more rather than never: marked when all have gone."""
    written = Message.objects.select_related("dataset", "author").filter(pk=message_id).first()
    if written is None or written.mailed_at is not None:
        return
    dataset = written.dataset
    # Curators read the letters about a draft, not its title.
    is_told = dataset.title and (written.kind == MessageKind.CURATOR or dataset.latest_version is not None)
    title = f" (“{dataset.title}”)" if is_told else ""
    who = "A curator" if written.kind == MessageKind.CURATOR else str(written.author or "A depositor")
    for person in conversing.receivers(written):
        if not subscriptions.wants(person, MESSAGE):
            continue
        text = (
            f"{who} wrote about {dataset.accession}{title}:\n\n"
            f"{written.text}\n\nAnswer here, without signing in:\n"
            f"{_url(conversing.reply_address(written, person))}\n\n"
            "The link works for 30 days and answers in your name: do not pass it on. The whole conversation:\n"
            f"{_url(reverse('archive:messages', args=[dataset.accession]))}"
        )
        letter_to(person, MESSAGE, f"{dataset.accession}: a message", text).send()
    Message.objects.filter(pk=written.pk).update(mailed_at=timezone.now())


def mail_reminder(*, deposition: Deposition, days: int, is_last: bool) -> None:
    """That a draft waits; the last one says what happens if nobody touches it."""
    after = (
        "If nobody touches it, it goes to your archived drafts in 30 days. Nothing is lost: one click brings it back."
        if is_last
        else "Nothing happens to it if you leave it; it stays private."
    )
    title = f" “{deposition.dataset.title}”" if deposition.dataset.title else ""
    text = (
        f"Your draft{title} was last changed {days} days ago.\n\nGo on with it here:\n"
        f"{_url(deposition.get_absolute_url())}\n\n{after}"
    )
    _send(REMINDER, deposition.dataset, "waits for you", text)


def _ready(deposition: Deposition) -> str:
    waits = f" It will be released on {deposition.release_on:%-d %B %Y}." if deposition.release_on else ""
    return (
        f"Every file of your deposit was checked, and nothing has to be changed.{waits}\n\n"
        f"Look at it once more and release it:\n{_url(deposition.get_absolute_url())}\n\n"
        "It stays private until then."
    )


def _held(deposition: Deposition) -> str:
    return (
        "Every file of your deposit was checked, and nothing has to be changed. It holds human material, and this "
        "portal cannot yet record consent and ethics approval, which come first: it stays private, and cannot be "
        f"released now. There is nothing to do for you.\n\nYou find it here:\n{_url(deposition.get_absolute_url())}\n\n"
        "If nothing in it is of human origin, choose “Change something first” there, correct the answer, submit again."
    )


def _needs_changes(deposition: Deposition) -> str:
    problems = quality.blocking(deposition.problems)
    lines = [f"- {_place(problem['pointer'])}: {problem['message']}" for problem in problems[:_MOST_PROBLEMS]]
    if len(problems) > _MOST_PROBLEMS:
        lines.append(f"- and {len(problems) - _MOST_PROBLEMS} more, on the page")
    return (
        "Your deposit was checked. This has to be changed before it can be released:\n\n"
        + "\n".join(lines)
        + f"\n\nChange it here, then submit it again:\n{_url(deposition.get_absolute_url())}"
    )


def _released(version: Version) -> str:
    images = "1 image" if version.image_count == 1 else f"{version.image_count:,} images"
    return (
        f"“{version.dataset.title}” is public, with {images}.\n\n"
        f"Its page, to cite and to share:\n{_url(version.dataset.get_absolute_url())}\n\n"
        f"Cite this version as {version}. To correct or add something, start a new version there."
    )


def _place(pointer: str) -> str:
    """A JSON pointer as people read it."""
    return " → ".join(step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:])


def _send(kind: MailKind, dataset: Dataset, what: str, text: str) -> None:
    """To everybody who edits the dataset and wants to know, each alone, so that nobody learns the others' addresses."""
    roles = {"memberships__dataset": dataset, "memberships__role__in": EDITING_ROLES}
    for person in User.objects.filter(is_active=True, **roles).order_by("pk"):
        if subscriptions.wants(person, kind):
            letter_to(person, kind, f"{dataset.accession} {what}", text).send()


def letter_to(person: User, kind: MailKind, subject: str, text: str) -> EmailMessage:
    """A mail that says how to get no more of its kind; whether the person wants it is the caller's to ask."""
    mail = _mail(person.email, subject, f"Dear {person.name or 'colleague'},\n\n{text}")
    mail.body += f"\nNo more mails like this one: {_url(subscriptions.stop_address(person, kind))}\n"
    mail.extra_headers |= subscriptions.headers(person, kind)
    return mail


def _mail(address: str, subject: str, text: str) -> EmailMessage:
    return EmailMessage(
        subject=f"[{settings.PORTAL_NAME}] {subject}",
        body=f"{text}\n\n{settings.PORTAL_NAME}\n{settings.SITE_URL}/\n",
        to=[address],
    )


def _url(path: str) -> str:
    return f"{settings.SITE_URL}{path}"
