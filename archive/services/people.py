"""Tokens of scripts, roles in the portal, and the erasure of a person. All of it in the portal's audit chain."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from archive import subscriptions
from archive.errors import FieldProblem, Invalid, NotAllowed, NotFound, WrongState
from archive.models import ApiToken, Dataset, Membership, User
from archive.services import auditing
from archive.services.moving import require_reason
from archive.states import DatasetRole, PortalRole, TokenScope

LONGEST_DAYS = 365
_PREFIX = "mg_"
_MOST_TOKENS = 50


@transaction.atomic
def create_token(*, user: User, name: str, scopes: Iterable[str], days: int = 90) -> tuple[ApiToken, str]:
    """A token and its key, which is shown once and never kept."""
    name, wanted = name.strip(), list(dict.fromkeys(scopes))
    _check_token(user, name, wanted, days)
    key = _PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        digest=hashlib.sha256(key.encode()).hexdigest(),
        hint=key[:8],
        scopes=wanted,
        expires_at=timezone.now() + dt.timedelta(days=days),
    )
    data = {"scopes": wanted, "expires_at": token.expires_at.isoformat()}
    auditing.record(dataset=None, action="token.create", actor=user, subject=f"token {token.pk}", data=data)
    return token, key


def _check_token(user: User, name: str, scopes: list[str], days: int) -> None:
    problems = []
    if not 0 < len(name) <= 100:
        problems.append(FieldProblem("/name", "Give it a name of up to 100 characters, such as the script's."))
    known = [str(scope) for scope in TokenScope]
    if not scopes or not set(scopes) <= set(known):
        problems.append(FieldProblem("/scopes", f"Choose at least one of: {', '.join(known)}."))
    if not 1 <= days <= LONGEST_DAYS:
        problems.append(FieldProblem("/days", f"A token is valid for 1 to {LONGEST_DAYS} days."))
    if problems:
        raise Invalid("The token was not made. Correct what is named.", problems)
    valid = ApiToken.objects.filter(user=user, revoked_at__isnull=True, expires_at__gt=timezone.now())
    if valid.count() >= _MOST_TOKENS:
        raise WrongState(f"You have {_MOST_TOKENS} valid tokens. Revoke one that is no longer used.")


@transaction.atomic
def revoke_token(*, user: User, token_id: int) -> None:
    """One's own token, at once."""
    rows = ApiToken.objects.filter(pk=token_id, user=user, revoked_at__isnull=True)
    if not rows.update(revoked_at=timezone.now()):
        raise NotFound("You have no such token, or it was revoked before. Reload the page.")
    auditing.record(dataset=None, action="token.revoke", actor=user, subject=f"token {token_id}")


@transaction.atomic
def save_profile(*, user: User, name: str, orcid: str, affiliation: str) -> User:
    """Who somebody says that they are; the trail tells that it changed, not what it was."""
    user.name, user.orcid, user.affiliation = name.strip(), orcid, affiliation.strip()
    user.full_clean(exclude=["password"])
    user.save(update_fields=["name", "orcid", "affiliation"])
    auditing.record(dataset=None, action="person.profile", actor=user, subject=f"user {user.pk}")
    return user


@transaction.atomic
def mute_mails(*, user: User, names: Iterable[str]) -> User:
    """The kinds of mails that somebody does not want, instead of those before; unknown names are left out."""
    muted = [kind.name for kind in subscriptions.kinds() if kind.name in set(names)]
    if muted != user.muted_mails:
        user.muted_mails = muted
        user.save(update_fields=["muted_mails"])
        data = {"muted": muted}
        auditing.record(dataset=None, action="person.mails", actor=user, subject=f"user {user.pk}", data=data)
    return user


@transaction.atomic
def set_active(*, actor: User, user: User, is_active: bool) -> None:
    """Whether somebody may sign in."""
    _require_administrator(actor)
    if User.objects.filter(pk=user.pk, is_active=not is_active).update(is_active=is_active):
        states = ("inactive", "active") if is_active else ("active", "inactive")
        auditing.record(
            dataset=None,
            action="person.active",
            actor=actor,
            subject=f"user {user.pk}",
            from_state=states[0],
            to_state=states[1],
        )


@transaction.atomic
def grant_role(*, actor: User, user: User, role: PortalRole) -> None:
    _require_administrator(actor)
    group = _group(role)
    if user.groups.filter(pk=group.pk).exists():
        return
    user.groups.add(group)
    user.__dict__.pop("roles", None)  # asked again
    auditing.record(dataset=None, action="role.grant", actor=actor, subject=f"user {user.pk}", to_state=group.name)


@transaction.atomic
def revoke_role(*, actor: User, user: User, role: PortalRole) -> None:
    _require_administrator(actor)
    group = _group(role)
    if not user.groups.filter(pk=group.pk).exists():
        return
    user.groups.remove(group)
    user.__dict__.pop("roles", None)
    auditing.record(dataset=None, action="role.revoke", actor=actor, subject=f"user {user.pk}", from_state=group.name)


def _group(role: PortalRole) -> Group:
    return Group.objects.get_or_create(name=PortalRole(role))[0]


def _require_administrator(actor: User) -> None:
    if not actor.has_role(PortalRole.ADMINISTRATOR):
        raise NotAllowed("Only administrators give and take roles. Ask one of them.")


@transaction.atomic
def erase_person(*, actor: User, user: User, reason: str) -> User:
    """Take away everything that tells who somebody is; what they did stays, under their number.

    Names in released metadata are citations and stay as well.
    """
    if actor.pk != user.pk:
        _require_administrator(actor)
    reason = require_reason(reason, "the account is erased")
    _require_no_orphans(user)
    ApiToken.objects.filter(user=user).delete()
    Membership.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    SocialAccount.objects.filter(user=user).delete()
    user.groups.clear()
    user.email = f"erased-{user.pk}@invalid"
    user.name = user.orcid = user.affiliation = ""
    user.is_active = user.is_staff = user.is_superuser = False
    # A password that nobody has also ends every session: their hash is made with it.
    user.set_unusable_password()
    user.save()
    auditing.record(dataset=None, action="person.erase", actor=actor, subject=f"user {user.pk}", reason=reason)
    return user


def _require_no_orphans(user: User) -> None:
    """Unreleased work of which they are the only owner has to go to somebody, or be withdrawn, first."""
    owners = Membership.objects.filter(role=DatasetRole.OWNER)
    shared = owners.exclude(user=user).values("dataset")
    alone = Dataset.objects.filter(
        pk__in=owners.filter(user=user).values("dataset"), latest_version__isnull=True
    ).exclude(pk__in=shared)
    drafts = [dataset.accession for dataset in alone.exclude(depositions__state="withdrawn")[:5]]
    if drafts:
        raise WrongState(
            f"{', '.join(drafts)} would have no owner. Make somebody else its owner, or withdraw it, first."
        )
