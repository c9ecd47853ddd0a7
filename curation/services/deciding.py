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
from curation.workflow import A_SENTENCE, DECISIONS, Action, CandidateState, is_sentence

# What the scores would lead to; anything else needs a public reason.
_FOLLOWS = {Outcome.ACCEPT: Action.ACCEPT, Outcome.DECLINE: Action.DECLINE}


def decide(*, candidate: Candidate, actor: User, outcome: str, rationale: str, deviation: str = "") -> Decision:
    """Conclude a round. Public for ever: rationale, scores, and the reason if it differs from the scores.

    `outcome` is one of DECISIONS; whatever lacks is said at once.
    """
    action = Action(outcome) if outcome in list(DECISIONS) else None
    moving.permit(candidate=candidate, action=action or Action.DEFER, actor=actor)
    found = selectors.of_candidate(candidate)
    assessed = selectors.assessment(found)
    _require_impartial(candidate, actor, found)
    _require_grounds(action, assessed, rationale, deviation)
    wore_label = candidate.labelled
    labelled = action is Action.ACCEPT or (wore_label and action is Action.DEFER)
    try:
        with transaction.atomic():
            move = moving.perform(
                candidate=candidate, action=action, actor=actor, reason=rationale, set_to={"labelled": labelled}
            )
            decision = _create(candidate, actor, move.to_state, rationale, deviation, assessed, found)
            _settle_label(candidate, decision, actor)
            if action is Action.ACCEPT or (wore_label and not labelled):
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


def _require_grounds(action: Action | None, assessed: criteria.Assessment, rationale: str, deviation: str) -> None:
    """Everything that a decision lacks, at once."""
    too_early = action is Action.ACCEPT and assessed.outcome is Outcome.INCOMPLETE
    early = f"Nothing is accepted without {criteria.REVIEWS_NEEDED} reviews. {assessed.sentence}"
    problems = []
    if action is None:
        problems.append(FieldProblem("/outcome", "Choose whether to accept, decline or defer."))
    if not is_sentence(rationale):
        problems.append(FieldProblem("/reason", f"Write {A_SENTENCE} that a reader of the record understands."))
    if action and not too_early and needs_deviation(action, assessed) and not is_sentence(deviation):
        sentence = f"{assessed.sentence} Write why you decide otherwise, {A_SENTENCE}; it is public."
        problems.append(FieldProblem("/deviation", sentence))
    if problems and too_early:
        problems.append(FieldProblem("/outcome", early))
    if problems:
        raise Invalid("The decision needs another look; what you typed is kept.", problems)
    if too_early:
        raise ReviewsMissing(early)


def _create(
    candidate: Candidate,
    editor: User,
    outcome: str,
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
            evidence=decision.evidence,
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
