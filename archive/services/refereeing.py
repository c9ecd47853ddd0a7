"""Referees' links: made and revoked by owners, opened by whoever has one. The token is shown once and never kept."""

import datetime as dt
import hashlib
import secrets

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from archive import access
from archive.errors import FieldProblem, Gone, Invalid, NotFound, WrongState
from archive.events import Event, emit
from archive.models import Dataset, Deposition, RefereeLink, User
from archive.referees import valid_links
from archive.services import auditing
from archive.states import OPEN_DEPOSITIONS, DatasetRole

LONGEST_DAYS = 730
DEFAULT_DAYS = 183
_MOST_LINKS = 20
_MOST_WORDS = 200
ENDED = (
    "This link has ended: its time is over, its owner took it back, or the dataset was withdrawn. Ask the editor, or "
    "whoever gave you the link, for another one."
)


@transaction.atomic
def make_link(
    *, dataset: Dataset, user: User, days: int = DEFAULT_DAYS, is_anonymised: bool = False, note: str = ""
) -> tuple[RefereeLink, str]:
    """A link and its token, of what is not released. For owners; raises NotAllowed, Invalid, WrongState."""
    access.require_role(user, dataset, (DatasetRole.OWNER,))
    note = note.strip()
    _check(days, note)
    _require_open(dataset)
    if valid_links().filter(dataset=dataset).count() >= _MOST_LINKS:
        raise WrongState(f"{dataset.accession} has {_MOST_LINKS} links that are valid. Take one back first.")
    token = secrets.token_urlsafe(32)
    link = RefereeLink.objects.create(
        dataset=dataset,
        note=note,
        digest=_digest(token),
        is_anonymised=is_anonymised,
        created_by=user,
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    data = {"anonymised": is_anonymised, "expires_at": link.expires_at.isoformat()}
    auditing.record(dataset=dataset, action="referee-link.make", actor=user, subject=_subject(link), data=data)
    if is_anonymised:
        emit(Event.NAMES_SOUGHT, dataset_id=dataset.pk)
    return link, token


def _check(days: int, note: str) -> None:
    problems = []
    if not 1 <= days <= LONGEST_DAYS:
        problems.append(FieldProblem("/days", f"A link is valid for 1 to {LONGEST_DAYS} days."))
    if len(note) > _MOST_WORDS:
        problems.append(FieldProblem("/note", f"Say it in at most {_MOST_WORDS} characters."))
    if problems:
        raise Invalid("The link was not made. Correct what is named.", problems)


def _require_open(dataset: Dataset) -> None:
    if dataset.latest_version is not None:
        raise WrongState(f"{dataset.accession} has been released: everybody may read it. Give referees its address.")
    deposition = Deposition.objects.filter(dataset=dataset, state__in=OPEN_DEPOSITIONS).first()
    if deposition is None:
        raise WrongState(f"{dataset.accession} was withdrawn, and nobody else may read it.")
    if deposition.is_human_material:
        raise WrongState(
            "Only what holds no human material can be shown to referees. Answer the question about it with “No” first, "
            "if that is so."
        )


@transaction.atomic
def revoke_link(*, dataset: Dataset, user: User, link_id: int) -> None:
    """At once, for everybody who has it."""
    access.require_role(user, dataset, (DatasetRole.OWNER,))
    rows = RefereeLink.objects.filter(pk=link_id, dataset=dataset, revoked_at__isnull=True)
    if not rows.update(revoked_at=timezone.now()):
        raise NotFound("There is no such link, or it was taken back before. Reload the page.")
    auditing.record(
        dataset=dataset, action="referee-link.revoke", actor=user, subject=f"referee link {link_id}"
    )  # fmt: skip


def open_link(*, token: str) -> RefereeLink:
    """The link of this token, its opening counted; raises Gone. Once released, the dataset's page is for everybody."""
    link = RefereeLink.objects.select_related("dataset").filter(digest=_digest(token)).first()
    if link is None or not (link.dataset.is_public or valid_links().filter(pk=link.pk).exists()):
        raise Gone(ENDED)
    RefereeLink.objects.filter(pk=link.pk).update(openings=F("openings") + 1, last_opened_at=timezone.now())
    return link


def _subject(link: RefereeLink) -> str:
    return f"referee link {link.pk}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
