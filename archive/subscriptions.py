"""Mails that people may switch off, kind by kind: on their account page, or by the link that each such mail carries.

What somebody asked for a moment ago (a password, an invitation) is no kind of these and always comes. The headers are
those of RFC 2369 and RFC 8058, by which mail programs offer a button of their own.
"""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from archive.errors import NotFound
from archive.models import User

_SALT = "archive.subscriptions"


@dataclass(frozen=True)
class MailKind:
    """`help` says when such a mail comes."""

    name: str
    label: str
    help: str


ANSWER = MailKind("answer", "Answers to a submission", "When your deposit was checked: ready, held, or what to change.")
RELEASE = MailKind("release", "Releases", "When a dataset that you edit is public, also by itself on its day.")
MESSAGE = MailKind("message", "Messages", "What curators write of your datasets; to curators, what depositors write.")
REMINDER = MailKind("reminder", "Reminders", "When nobody has touched a draft of yours for 30, 90 and 180 days.")

_kinds = {kind.name: kind for kind in (ANSWER, RELEASE, MESSAGE, REMINDER)}


def add_kind(kind: MailKind) -> None:
    """For an upper layer that writes mails, in its AppConfig.ready()."""
    _kinds[kind.name] = kind


def kinds() -> list[MailKind]:
    return list(_kinds.values())


def wants(person: User, kind: MailKind) -> bool:
    return person.is_active and kind.name not in person.muted_mails


def stop_address(person: User, kind: MailKind) -> str:
    """The path that ends these mails for whoever follows it: it does nothing else, and never ends."""
    return reverse("archive:stop-mails", args=[signing.dumps([person.pk, kind.name], salt=_SALT)])


def stopped_by(token: str) -> tuple[User, MailKind]:
    """Whose mails of which kind a link ends. Raises NotFound for what is no link of ours."""
    try:
        pk, name = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        pk, name = 0, ""
    person = User.objects.filter(pk=pk, is_active=True).first()
    if person is None or name not in _kinds:
        raise NotFound("This is no link that ends mails. Copy the whole address, or sign in and open your account.")
    return person, _kinds[name]


def headers(person: User, kind: MailKind) -> dict[str, str]:
    address = f"{settings.SITE_URL}{stop_address(person, kind)}"
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
