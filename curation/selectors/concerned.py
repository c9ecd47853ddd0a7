"""Whom a move concerns: one table of actions and kinds of people."""

from collections.abc import Callable, Mapping

from django.db.models import QuerySet

from archive.models import User
from archive.states import EDITING_ROLES, PortalRole
from curation.models import CurationMove
from curation.workflow import Action

People = Callable[[CurationMove], QuerySet[User]]


def depositors(move: CurationMove) -> QuerySet[User]:
    """Who edits the dataset."""
    return User.objects.filter(memberships__dataset=move.candidate.dataset_id, memberships__role__in=EDITING_ROLES)


def nominator(move: CurationMove) -> QuerySet[User]:
    return User.objects.filter(pk=move.candidate.nominated_by_id)


def actor(move: CurationMove) -> QuerySet[User]:
    return User.objects.filter(pk=move.actor_id)


def person(move: CurationMove) -> QuerySet[User]:
    """Whom the move is about: the invited reviewer."""
    return User.objects.filter(pk=move.person_id)


def handlers(move: CurationMove) -> QuerySet[User]:
    """Who has the candidate; while nobody has, every curator and editor."""
    if move.candidate.claimed_by_id:
        return User.objects.filter(pk=move.candidate.claimed_by_id)
    return User.objects.filter(groups__name__in=[PortalRole.CURATOR, PortalRole.EDITOR])


def editors(move: CurationMove) -> QuerySet[User]:
    return User.objects.filter(groups__name=PortalRole.EDITOR)


_DECIDED = (depositors, nominator)
CONCERNED: Mapping[Action, tuple[People, ...]] = {
    Action.NOMINATE: (depositors, actor),
    Action.INVITE: (person,),
    Action.DECLARE: (handlers,),
    Action.ACCEPT: _DECIDED,
    Action.DECLINE: _DECIDED,
    Action.DEFER: _DECIDED,
    Action.REVOKE: _DECIDED,
    Action.APPEAL: (depositors, nominator, editors, actor),
}
# Who does these is told that it arrived; who does anything else knows.
_RECEIPTS = frozenset({Action.NOMINATE, Action.APPEAL})


def concerned(move: CurationMove) -> list[User]:
    """Everybody who is to be told of a move, each once."""
    action = Action(move.action)
    found = {one.pk: one for people in CONCERNED.get(action, ()) for one in people(move).filter(is_active=True)}
    if action not in _RECEIPTS:
        found.pop(move.actor_id, None)
    return [found[pk] for pk in sorted(found)]
