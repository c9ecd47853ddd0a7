"""One candidate: who may know of it, its history, what may happen next."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from archive.access import Reader, visible_to
from archive.errors import NotFound
from archive.models import Dataset
from curation.models import Candidate, CurationMove, Decision, Review
from curation.models.candidate import Scope
from curation.selectors.people import is_member, is_team, roles_of
from curation.workflow import LIVE, Action, CandidateState, Move, find, moves_from

# What strangers to the team read in a history: that it happened, not who was asked.
_PUBLIC_ACTIONS = frozenset(
    {
        Action.NOMINATE,
        Action.TRIAGE,
        Action.START_REVIEW,
        Action.REVIEW,
        Action.ACCEPT,
        Action.DECLINE,
        Action.DEFER,
        Action.RESUME,
        Action.REVOKE,
        Action.APPEAL,
        Action.NEW_VERSION,
        Action.CHECK_VERSION,
    }
)


def get_candidate(pk: int, user: Reader) -> Candidate:
    """A candidate that this person may know of; raises NotFound, which does not tell whether it exists."""
    candidate = Candidate.objects.select_related("dataset", "claimed_by", "nominated_by").filter(pk=pk).first()
    if candidate is None or not may_know(candidate, user):
        raise NotFound("There is no candidate here that you may see. Check the address, or sign in.")
    return candidate


def may_know(candidate: Candidate, user: Reader) -> bool:
    """The team, who nominated it, the depositors, and who is asked to review it."""
    if not user.is_authenticated:
        return False
    if is_team(user) or candidate.nominated_by_id == user.pk or is_member(user, candidate.dataset):
        return True
    return Review.objects.filter(candidate=candidate, reviewer=user).exists()


def concerning(found: QuerySet[Candidate], user: Reader) -> QuerySet[Candidate]:
    """Those of these that a person outside the team may know of; the same rule as `may_know`, for lists."""
    mine = Q(nominated_by=user.pk) | Q(dataset__memberships__user=user.pk) | Q(reviews__reviewer=user.pk)
    return found.filter(pk__in=Candidate.objects.filter(mine).values("pk"))


def require_known(candidate: Candidate, user: Reader) -> None:
    """Before an appeal: what was decided in public is known to everybody, the rest to those concerned."""
    if Decision.objects.filter(candidate=candidate).exists() or may_know(candidate, user):
        return
    raise NotFound("There is no candidate here that you may see. Check the address, or sign in.")


def of_dataset(dataset: Dataset) -> QuerySet[Candidate]:
    return Candidate.objects.filter(dataset=dataset).order_by("-moved_at", "-pk")


def open_of_dataset(dataset: Dataset) -> Candidate | None:
    """The candidate that keeps the whole dataset from being nominated again, if there is one."""
    return live_of_dataset(dataset).filter(scope=Scope.DATASET).first()


def live_of_dataset(dataset: Dataset) -> QuerySet[Candidate]:
    """What of a dataset is a candidate or carries the label."""
    return of_dataset(dataset).filter(state__in=[str(state) for state in LIVE])


def last_decision(candidate: Candidate) -> Decision | None:
    return Decision.objects.filter(candidate=candidate).select_related("editor").order_by("-round").first()


def last_acceptance(dataset_id: int, *, besides: int) -> Decision | None:
    """The latest acceptance of another candidate of the same dataset that still stands."""
    return (
        Decision.objects.filter(
            candidate__dataset=dataset_id, candidate__labelled=True, outcome=str(CandidateState.ACCEPTED)
        )
        .exclude(candidate=besides)
        .select_related("candidate")
        .order_by("-decided_at")
        .first()
    )


@dataclass(frozen=True)
class Event:
    """A line of a history: `who` is empty where the reader is not told."""

    move: CurationMove
    who: str
    reason: str

    @property
    def is_decision(self) -> bool:
        return self.move.action in (Action.ACCEPT, Action.DECLINE, Action.DEFER, Action.REVOKE)


def history(candidate: Candidate, user: Reader, *, public: bool = False) -> list[Event]:
    """Newest first. The team reads all of it; others read what happened, and who only where people stand for it."""
    moves = candidate.moves.select_related("actor", "person").order_by("-at", "-pk")
    if not public and is_team(user):
        return [Event(move, _who(move), move.reason) for move in moves]
    shown = [move for move in moves if move.action in _PUBLIC_ACTIONS]
    return [Event(move, _public_who(move), "" if move.action == Action.TRIAGE else move.reason) for move in shown]


def _who(move: CurationMove) -> str:
    name = str(move.actor) if move.actor else "the portal" if move.action in _BY_PORTAL else "somebody who left"
    return f"{name} → {move.person}" if move.person else name


_BY_PORTAL = frozenset({Action.NEW_VERSION, Action.CHECK_VERSION})
# Editors stand for their decisions by name; readers, curators and reviewers need not be named.
_BY_NAME = frozenset({Action.ACCEPT, Action.DEFER, Action.RESUME, Action.REVOKE})


def _public_who(move: CurationMove) -> str:
    if move.action in _BY_NAME or (move.action == Action.DECLINE and move.from_state == CandidateState.IN_REVIEW):
        return f"editor {move.actor}" if move.actor else "an editor"
    roles = {
        Action.NOMINATE: "a reader",
        Action.APPEAL: "a reader",
        Action.TRIAGE: "a curator",
        Action.DECLINE: "a curator",
        Action.START_REVIEW: "a curator",
        Action.REVIEW: "a reviewer",
    }
    return roles.get(Action(move.action), "the portal")


def moves_for(candidate: Candidate, user: Reader) -> list[Move]:
    """What this person may do now, by the table."""
    moves = moves_from(CandidateState(candidate.state), roles_of(user))
    if moves and is_member(user, candidate.dataset):
        return [move for move in moves if not move.independent]
    return list(moves)


def may(candidate: Candidate, action: Action, user: Reader) -> bool:
    move = find(action, CandidateState(candidate.state))
    return move is not None and move in moves_for(candidate, user)


def visible_datasets(user: Reader) -> QuerySet[Dataset]:
    return visible_to(Dataset.objects.all(), user)
