"""Depositors and curators write to each other about a dataset; each side is mailed, and may answer by the mail's link.

Curators read the conversation, not the draft: what nobody released stays between its people. Their notes are theirs.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from archive import access
from archive.errors import FieldProblem, Gone, Invalid, NotFound, TooMany
from archive.events import Event, emit
from archive.models import Dataset, Message, User
from archive.services import auditing
from archive.states import EDITING_ROLES, MessageKind

LONGEST = 10_000
# By one person about one dataset.
MOST_A_DAY = 50
LINK_LIFE = timedelta(days=30)
_SALT = "archive.conversing"


@transaction.atomic
def write(*, dataset: Dataset, author: User, text: str) -> Message:
    """A letter to the other side: to the curators by those who edit the dataset, to these by a curator.

    Who is both writes as one of the dataset's people. Raises Invalid, NotAllowed, NotFound, TooMany.
    """
    kind = _side(dataset, author)
    return _write(dataset, author, text, kind)


@transaction.atomic
def note(*, dataset: Dataset, author: User, text: str) -> Message:
    """What curators tell each other; no depositor ever sees it."""
    access.require_curator(author)
    return _write(dataset, author, text, MessageKind.NOTE)


def _side(dataset: Dataset, author: User) -> MessageKind:
    if access.is_curator(author) and not dataset.memberships.filter(user=author).exists():
        return MessageKind.CURATOR
    access.require_role(author, dataset, EDITING_ROLES)
    return MessageKind.DEPOSITOR


def _write(dataset: Dataset, author: User, text: str, kind: MessageKind) -> Message:
    text = text.strip().replace("\r\n", "\n").replace("\0", "")
    if not text:
        raise _wrong("Write what you want to say.")
    if len(text) > LONGEST:
        raise _wrong(f"It has {len(text):,} characters. Shorten it to {LONGEST:,}, or send it in parts.")
    today = Message.objects.filter(dataset=dataset, author=author, created_at__gt=timezone.now() - timedelta(days=1))
    if today.count() >= MOST_A_DAY:
        raise TooMany(f"You have written {MOST_A_DAY} messages about {dataset.accession} today. Write again tomorrow.")
    made = Message.objects.create(dataset=dataset, author=author, text=text, kind=kind)
    # That it was written, and not what: texts may be personal.
    auditing.record(dataset=dataset, action=f"message.{kind}", actor=author, subject=f"message {made.pk}")
    if kind != MessageKind.NOTE:
        emit(Event.MESSAGE_DUE, message_id=made.pk)
    return made


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, [FieldProblem("/text", sentence)])


# ---- answers by a link ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Invited:
    """Who may answer what by a mail's link."""

    message: Message
    person: User


def reply_address(message: Message, person: User) -> str:
    """The path of the link in this person's mail: whoever reads the mail may answer in the person's name."""
    return reverse("archive:reply", args=[signing.dumps([message.pk, person.pk], salt=_SALT)])


def invited_by(token: str) -> Invited:
    """Raises NotFound for what is no link of ours, and Gone for one that has ended, or whose person has no part any
    more in the conversation."""
    try:
        message_id, person_id = signing.loads(token, salt=_SALT, max_age=LINK_LIFE)
    except signing.SignatureExpired as error:
        raise _ended() from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise NotFound("This is no link to an answer. Copy the whole address from the mail.") from error
    message = Message.objects.select_related("dataset", "author").filter(pk=message_id).first()
    person = User.objects.filter(pk=person_id, is_active=True).first()
    if message is None or person is None or person not in receivers(message):
        raise _ended()
    return Invited(message, person)


def _ended() -> Gone:
    return Gone("This link has ended: they work for 30 days, and for who still works on it. Sign in and answer there.")


def answer(*, token: str, text: str) -> Message:
    invited = invited_by(token)
    return write(dataset=invited.message.dataset, author=invited.person, text=text)


def receivers(message: Message) -> list[User]:
    """The other side: every curator, or all who edit the dataset. Nobody is mailed what is their own."""
    if message.kind == MessageKind.DEPOSITOR:
        people = access.curators().exclude(memberships__dataset=message.dataset_id)
    elif message.kind == MessageKind.CURATOR:
        roles = {"memberships__dataset": message.dataset_id, "memberships__role__in": EDITING_ROLES}
        people = User.objects.filter(is_active=True, **roles)
    else:
        return []
    return list(people.exclude(pk=message.author_id).order_by("pk"))
