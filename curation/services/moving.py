"""The one place where a candidate's state moves: by the table, by compare-and-set, with history and audit."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from archive.models import User
from archive.services import auditing
from curation.errors import MovedOn, NotIndependent
from curation.models import Candidate, CurationMove
from curation.selectors.people import is_member, roles_of
from curation.services import notifying
from curation.workflow import Action, CandidateState, Move, Role, check, permitted


def require(*, candidate: Candidate, action: Action, actor: User | None, reason: str = "") -> Move:
    """The row of the table that lets this person do this now; raises what is in the way. `actor` None is the portal."""
    check(action, CandidateState(candidate.state), _roles(actor), reason)
    return permit(candidate=candidate, action=action, actor=actor)


def _roles(actor: User | None) -> frozenset[Role]:
    return frozenset({Role.PORTAL}) if actor is None else roles_of(actor)


def permit(*, candidate: Candidate, action: Action, actor: User | None) -> Move:
    """The same before there is a reason: whether this person may open the page of the action."""
    move = permitted(action, CandidateState(candidate.state), _roles(actor))
    if move.independent and actor is not None and is_member(actor, candidate.dataset):
        raise NotIndependent(
            f"You belong to {candidate.dataset.accession}, so that somebody else has to do this. Ask another "
            "curator or editor."
        )
    return move


def perform(
    *,
    candidate: Candidate,
    action: Action,
    actor: User | None,
    reason: str = "",
    person: User | None = None,
    set_to: dict[str, Any] | None = None,
) -> CurationMove:
    """Move a candidate by the table. Call it first in the caller's transaction: whoever comes second writes nothing.

    `person` is whom the move is about, `set_to` are columns that change with the state. The candidate is refreshed.
    """
    move = require(candidate=candidate, action=action, actor=actor, reason=reason)
    now = timezone.now()
    # Written also where the state stays: so that nothing is added to a candidate that was decided meanwhile.
    values = {"state": move.target} | (set_to or {})
    if not move.stays:
        values["moved_at"] = now
    with transaction.atomic():
        _compare_and_set(candidate, values)
        entry = CurationMove.objects.create(
            candidate=candidate,
            round=candidate.round,
            action=action,
            from_state=candidate.state,
            to_state=move.target,
            actor=actor,
            person=person,
            reason=reason.strip(),
            at=now,
        )
        audit(candidate, entry)
        notifying.plan(entry)
    candidate.refresh_from_db()
    return entry


def _compare_and_set(candidate: Candidate, values: dict[str, Any]) -> None:
    unchanged = Candidate.objects.filter(pk=candidate.pk, state=candidate.state, round=candidate.round)
    if "claimed_by" in values:
        unchanged = unchanged.filter(claimed_by=candidate.claimed_by_id)
    try:
        moved = unchanged.update(**values)
    except IntegrityError as error:
        raise MovedOn(
            "The same images were nominated again meanwhile, and only one candidate can be open. Go on with the other."
        ) from error
    if not moved:
        raise MovedOn("Somebody else moved this candidate just before you. Reload the page to see where it is now.")


def audit(candidate: Candidate, entry: CurationMove) -> None:
    """Every move stands in the dataset's chain, with its reason."""
    auditing.record(
        dataset=candidate.dataset,
        action=f"curation.{entry.action}",
        actor=entry.actor,
        subject=f"candidate {candidate.pk}",
        from_state=entry.from_state,
        to_state=entry.to_state,
        reason=entry.reason,
        data={"round": entry.round, "version": candidate.version, "person": entry.person_id},
    )
