"""Decisions and what follows from them: labels granted, kept, revoked; appeals; new versions."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from archive.errors import FieldProblem, Invalid
from archive.events import Event, emit
from archive.models import User
from curation import criteria
from curation.criteria import Outcome
from curation.errors import MovedOn, NotIndependent, ReviewsMissing
from curation.labels import LabelKind
from curation.models import Candidate, CurationMove, Decision, Label, Review
from curation.models.candidate import Origin
from curation.selectors import candidates as candidate_selectors
from curation.selectors import reviews as selectors
from curation.services import moving
from curation.workflow import DECISIONS, Action, CandidateState

# What the scores would lead to; anything else needs a public reason.
_FOLLOWS = {Outcome.ACCEPT: Action.ACCEPT, Outcome.DECLINE: Action.DECLINE}


def outcome_of(word: str) -> Action:
    """What was chosen as an action; raises Invalid where nothing was."""
    if word not in [str(action) for action in DECISIONS]:
        raise Invalid("Choose a decision.", [FieldProblem("/outcome", "Choose whether to accept, decline or defer.")])
    return Action(word)


def decide(*, candidate: Candidate, actor: User, outcome: Action, rationale: str, deviation: str = "") -> Decision:
    """Conclude a round. Public for ever: rationale, scores, and the reason if it differs from the scores."""
    outcome = outcome_of(str(outcome))
    move = moving.require(candidate=candidate, action=outcome, actor=actor, reason=rationale)
    found = selectors.of_candidate(candidate)
    assessed = selectors.assessment(found)
    _require_impartial(candidate, actor, found)
    _require_grounds(outcome, assessed, deviation)
    accepted = outcome is Action.ACCEPT
    wore_label = candidate.labelled
    labelled = accepted or (wore_label and outcome is Action.DEFER)
    try:
        with transaction.atomic():
            moving.perform(
                candidate=candidate, action=outcome, actor=actor, reason=rationale, set_to={"labelled": labelled}
            )
            decision = _create(candidate, actor, move.to, rationale, deviation, assessed, found)
            _settle_label(candidate, decision, actor)
            if accepted or (wore_label and not labelled):
                emit(Event.DATASET_CHANGED, dataset_id=candidate.dataset_id)
    except IntegrityError as error:
        raise MovedOn("Another editor decided this candidate just before you. Reload the page to read it.") from error
    return decision


def needs_deviation(outcome: Action, assessed: criteria.Assessment) -> bool:
    """Whether a decision differs from what the scores say. Deferring never does: it decides nothing."""
    return outcome is not Action.DEFER and _FOLLOWS.get(assessed.outcome) is not outcome


def _require_impartial(candidate: Candidate, actor: User, found: list[Review]) -> None:
    if any(review.reviewer_id == actor.pk and not review.has_conflict for review in found):
        raise NotIndependent("You reviewed this candidate, so that another editor has to decide it.")
    if any(review.reviewer_id == actor.pk and review.has_conflict for review in found):
        raise NotIndependent("You declared a conflict of interest, so that another editor has to decide it.")
    if candidate.origin == Origin.APPEAL:
        last = candidate_selectors.last_decision(candidate)
        if last and last.editor_id == actor.pk:
            raise NotIndependent("You took the decision that is appealed, so that another editor has to answer.")


def _require_grounds(outcome: Action, assessed: criteria.Assessment, deviation: str) -> None:
    if outcome is Action.ACCEPT and assessed.outcome is Outcome.INCOMPLETE:
        raise ReviewsMissing(f"Nothing is accepted without {criteria.REVIEWS_NEEDED} reviews. {assessed.sentence}")
    if needs_deviation(outcome, assessed) and not deviation.strip():
        raise Invalid(
            "This decision differs from the scores, and readers must be told why.",
            [FieldProblem("/deviation", f"{assessed.sentence} Write why you decide otherwise; it is public.")],
        )


def _create(
    candidate: Candidate,
    editor: User,
    outcome: CandidateState | None,
    rationale: str,
    deviation: str,
    assessed: criteria.Assessment,
    found: list[Review],
) -> Decision:
    decision = Decision(
        candidate=candidate,
        round=candidate.round,
        outcome=outcome,
        editor=editor,
        rationale=rationale.strip(),
        deviation=deviation.strip(),
        assessed=assessed.outcome,
        points=assessed.points,
        most_points=assessed.most,
        review_count=assessed.reviews,
        criteria_version=candidate.criteria_version,
        version=candidate.version,
        decided_at=timezone.now(),
    )
    decision.full_clean(validate_constraints=False)
    decision.save()
    decision.reviews.set(selectors.standing(found))
    return decision


def _settle_label(candidate: Candidate, decision: Decision, actor: User) -> None:
    """Grant the label, keep it while it is deferred, or take it back."""
    if decision.outcome == CandidateState.ACCEPTED:
        _grant(candidate, decision)
    elif decision.outcome == CandidateState.DECLINED:
        _withdraw(candidate, actor, decision.rationale)


def _grant(candidate: Candidate, decision: Decision) -> None:
    """A dataset wears a label once: a label that stands keeps its date and its decision."""
    live = Label.objects.filter(dataset=candidate.dataset_id, kind=LabelKind.REFERENCE, revoked_at__isnull=True)
    if not live.exists():
        Label.objects.create(
            dataset_id=candidate.dataset_id,
            kind=LabelKind.REFERENCE,
            granted_at=decision.decided_at,
            decision=decision,
            evidence=evidence_line(decision),
        )


def _withdraw(candidate: Candidate, actor: User | None, reason: str) -> None:
    """Take back the label that rests on this candidate; another accepted candidate of the dataset carries it on."""
    revoked = Label.objects.filter(
        dataset=candidate.dataset_id,
        kind=LabelKind.REFERENCE,
        revoked_at__isnull=True,
        decision__candidate=candidate,
    ).update(revoked_at=timezone.now(), revoked_by=actor, revocation_reason=reason.strip())
    if not revoked:
        return
    other = candidate_selectors.last_acceptance(candidate.dataset_id, besides=candidate.pk)
    if other:
        _grant(other.candidate, other)


def evidence_line(decision: Decision) -> str:
    """Why a dataset has its label, in a line: "Accepted 12 March 2026 by two reviewers, 15 of 18 points"."""
    count = {2: "two", 3: "three", 4: "four"}.get(decision.review_count, str(decision.review_count))
    return (
        f"Accepted {decision.decided_at:%-d %B %Y} by {count} reviewers, "
        f"{decision.points} of {decision.most_points} points"
    )


def decline_early(*, candidate: Candidate, actor: User, reason: str) -> CurationMove:
    """Decline what need not be reviewed, before the review."""
    if candidate.state == CandidateState.IN_REVIEW:
        raise MovedOn("This candidate is in review, so that an editor has to decide it. Open its decision page.")
    return moving.perform(candidate=candidate, action=Action.DECLINE, actor=actor, reason=reason)


def revoke(*, candidate: Candidate, actor: User, reason: str) -> CurationMove:
    """Take an accepted candidate's label back, with a public reason."""
    with transaction.atomic():
        move = moving.perform(
            candidate=candidate, action=Action.REVOKE, actor=actor, reason=reason, set_to={"labelled": False}
        )
        _withdraw(candidate, actor, reason)
        emit(Event.DATASET_CHANGED, dataset_id=candidate.dataset_id)
    return move


def appeal(*, candidate: Candidate, actor: User, reason: str) -> CurationMove:
    """Ask for another look at what was decided. The label stays as it is until an editor who took no part answers."""
    candidate_selectors.require_known(candidate, actor)
    return moving.perform(
        candidate=candidate,
        action=Action.APPEAL,
        actor=actor,
        reason=reason,
        set_to={"round": candidate.round + 1, "origin": Origin.APPEAL},
    )
