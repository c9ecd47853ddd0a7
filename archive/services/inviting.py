"""Invitations to work on a dataset, for people without an account: made, mailed, accepted, taken back.

Whoever reads the mails of the invited address may accept, with whatever account: the link proves the mailbox.
"""

from datetime import timedelta

from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from archive import access
from archive.errors import FieldProblem, Gone, Invalid, NotFound
from archive.events import Event, emit
from archive.models import Dataset, Invitation, Membership, User
from archive.services import auditing
from archive.states import DatasetRole

LIFE = timedelta(days=30)
# Of one dataset: mails to strangers are sent in the portal's name.
MOST_OPEN = 50
_SALT = "archive.inviting"


@transaction.atomic
def invite(*, dataset: Dataset, actor: User, email: str, role: DatasetRole) -> Invitation:
    """A mail with a link that works for 30 days. An open invitation of the same address is taken back; for owners."""
    access.require_role(actor, dataset, (DatasetRole.OWNER,))
    email = _checked(email)
    others = Invitation.objects.filter(dataset=dataset)
    others.filter(email__iexact=email).delete()
    if others.count() >= MOST_OPEN:
        sentence = f"{MOST_OPEN} invitations are open. Take some back before you invite more people."
        raise Invalid(sentence, [FieldProblem("/email", sentence)])
    made = Invitation.objects.create(
        dataset=dataset, email=email, role=DatasetRole(role), invited_by=actor, expires_at=timezone.now() + LIFE
    )
    _record(made, actor, "invitation.make", to_state=made.role)
    emit(Event.INVITATION_DUE, invitation_id=made.pk)
    return made


def _checked(email: str) -> str:
    try:
        validate_email(email.strip())
    except ValidationError as error:
        sentence = "This is no e-mail address. Correct it, as in name@institute.org."
        raise Invalid(sentence, [FieldProblem("/email", sentence)]) from error
    return email.strip()


@transaction.atomic
def revoke(*, dataset: Dataset, actor: User, invitation_id: int) -> None:
    """Its link ends at once."""
    access.require_role(actor, dataset, (DatasetRole.OWNER,))
    made = Invitation.objects.filter(pk=invitation_id, dataset=dataset).first()
    if made is None:
        raise NotFound("There is no such invitation. Reload the page.")
    _record(made, actor, "invitation.revoke", from_state=made.role)
    made.delete()


def invitation_behind(token: str) -> Invitation:
    """The open invitation of a link; raises NotFound for what is none, and Gone for one that has ended."""
    try:
        pk = signing.loads(token, salt=_SALT)
    except signing.BadSignature as error:
        raise NotFound("This is no invitation. Copy the whole address from the mail.") from error
    made = Invitation.objects.select_related("dataset", "invited_by").filter(pk=pk).first()
    if made is None or not made.is_open:
        raise _ended()
    return made


def _ended() -> Gone:
    return Gone("This invitation has ended: it was accepted, taken back, or is older than 30 days. Ask for another.")


@transaction.atomic
def accept(*, token: str, user: User) -> Dataset:
    """The person gets the role; a higher one that they have already stays."""
    made = invitation_behind(token)
    if not Invitation.objects.filter(pk=made.pk).delete()[0]:
        raise _ended()  # somebody else was quicker
    order = list(DatasetRole)
    had = Membership.objects.filter(dataset=made.dataset, user=user).first()
    if had is None or order.index(DatasetRole(made.role)) < order.index(DatasetRole(had.role)):
        Membership.objects.update_or_create(dataset=made.dataset, user=user, defaults={"role": made.role})
    _record(made, user, "invitation.accept", from_state=had.role if had else "", to_state=made.role)
    return made.dataset


def address_of(made: Invitation) -> str:
    """The path of its link."""
    return reverse("archive:invitation", args=[signing.dumps(made.pk, salt=_SALT)])


def _record(made: Invitation, actor: User, action: str, *, from_state: str = "", to_state: str = "") -> None:
    subject = f"invitation {made.pk}"
    auditing.record(
        dataset=made.dataset, action=action, actor=actor, subject=subject, from_state=from_state, to_state=to_state
    )
