"""Reviews: inviting, declaring interests, saving a draft, submitting. Blinding itself is selectors.reviews."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from archive.errors import FieldProblem, Invalid, NotFound
from archive.models import User
from archive.states import PortalRole
from curation import criteria
from curation.errors import ConflictDeclared, MovedOn, ReviewIncomplete
from curation.models import Candidate, CurationMove, Review, Score
from curation.models.review import Conflict, Recommendation
from curation.selectors import reviews as selectors
from curation.selectors.people import interest_warnings, is_member
from curation.services import moving
from curation.workflow import Action

DAYS_FOR_A_REVIEW = 21
MOST_EVIDENCE = 20
LONGEST_TEXT = 10_000


@dataclass(frozen=True)
class Answer:
    """What a reviewer says to one criterion; the score is None while undecided."""

    score: int | None = None
    comment: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """A whole review as it was typed."""

    answers: Mapping[str, Answer]
    recommendation: str = ""
    note: str = ""
    may_be_named: bool = False


def start_review(*, candidate: Candidate, actor: User, reviewers: Sequence[User] = (), note: str = "") -> CurationMove:
    """Open the review of the dataset's present version, and invite who is to score."""
    with transaction.atomic():
        move = moving.perform(
            candidate=candidate,
            action=Action.START_REVIEW,
            actor=actor,
            reason=note,
            set_to={
                "version": candidate.dataset.latest_version,
                "criteria_version": criteria.CURRENT.version,
            },
        )
        for reviewer in reviewers:
            invite(candidate=candidate, actor=actor, reviewer=reviewer)
    return move


def resume(*, candidate: Candidate, actor: User, reason: str) -> CurationMove:
    """Go on with a deferred candidate, in a new round that keeps the reviews that are in."""
    return moving.perform(
        candidate=candidate,
        action=Action.RESUME,
        actor=actor,
        reason=reason,
        set_to={"round": candidate.round + 1, "version": candidate.dataset.latest_version},
    )


def invite(*, candidate: Candidate, actor: User, reviewer: User) -> Review:
    """Ask a reviewer to score: two of them, and a third when the scores differ."""
    moving.require(candidate=candidate, action=Action.INVITE, actor=actor)
    _require_invitable(candidate, reviewer)
    try:
        with transaction.atomic():
            moving.perform(candidate=candidate, action=Action.INVITE, actor=actor, person=reviewer)
            return Review.objects.create(
                candidate=candidate,
                reviewer=reviewer,
                round=candidate.round,
                criteria_version=candidate.criteria_version,
                invited_by=actor,
                invited_at=timezone.now(),
                due_on=timezone.localdate() + timedelta(days=DAYS_FOR_A_REVIEW),
            )
    except IntegrityError as error:
        raise MovedOn(f"{reviewer} was invited by somebody else just now. Reload the page.") from error


def _require_invitable(candidate: Candidate, reviewer: User) -> None:
    def refuse(sentence: str) -> None:
        raise Invalid(sentence, [FieldProblem("/reviewer", sentence)])

    if not reviewer.has_role(PortalRole.REVIEWER):
        refuse(f"{reviewer} is not a reviewer of this portal. Choose one of the list.")
    if is_member(reviewer, candidate.dataset):
        refuse(f"{reviewer} belongs to {candidate.dataset.accession} and cannot review it. Choose somebody else.")
    found = selectors.of_candidate(candidate)
    if any(review.reviewer_id == reviewer.pk and review.has_conflict for review in found):
        refuse(f"{reviewer} declared a conflict of interest. Choose somebody else.")
    if any(review.reviewer_id == reviewer.pk and review.round == candidate.round for review in found):
        refuse(f"{reviewer} is invited already. Choose somebody else.")
    active = [review for review in found if review.round == candidate.round and not review.has_conflict]
    third = selectors.assessment(found).outcome is criteria.Outcome.THIRD_NEEDED
    if len(active) >= criteria.REVIEWS_NEEDED + third:
        refuse("Enough reviewers are invited. A third is asked only when the scores of two differ.")


def own_review(*, candidate: Candidate, actor: User) -> Review:
    """The review that this person is asked for; NotFound for everybody else."""
    review = selectors.own(candidate, actor)
    if review is None:
        raise NotFound("You are not asked to review this candidate. A curator or editor can invite you.")
    return review


def declare_interest(*, candidate: Candidate, actor: User, has_conflict: bool) -> Review:
    """Say whether there is a conflict of interest. With one, the review ends here; why stays with the reviewer."""
    review = own_review(candidate=candidate, actor=actor)
    if review.is_submitted:
        raise MovedOn("This review was submitted already. Tell an editor about the conflict of interest.")
    conflict = Conflict.DECLARED if has_conflict else Conflict.NONE
    if review.has_conflict:
        raise ConflictDeclared("You declared a conflict of interest for this candidate, and somebody else scores it.")
    with transaction.atomic():
        moving.require(candidate=candidate, action=Action.DECLARE, actor=actor)
        if has_conflict:
            moving.perform(candidate=candidate, action=Action.DECLARE, actor=actor)
        changed = Review.objects.filter(pk=review.pk, submitted_at__isnull=True).update(
            conflict=conflict, warnings=interest_warnings(actor, candidate.dataset)
        )
        if not changed:
            raise MovedOn("This review was submitted in another window. Reload the page.")
    review.refresh_from_db()
    return review


def save_draft(*, candidate: Candidate, actor: User, judgement: Judgement) -> Review:
    """Keep what was typed so far; nobody else sees it."""
    review = _scorable(candidate, actor)
    moving.require(candidate=candidate, action=Action.REVIEW, actor=actor)
    _require_room(judgement)
    with transaction.atomic():
        _write(review, judgement)
    return own_review(candidate=candidate, actor=actor)


def submit_review(*, candidate: Candidate, actor: User, judgement: Judgement) -> Review:
    """Hand in the review. What is missing is said at its place, and nothing that was typed is lost."""
    review = _scorable(candidate, actor)
    moving.require(candidate=candidate, action=Action.REVIEW, actor=actor)
    _require_room(judgement)
    with transaction.atomic():
        _write(review, judgement)
    if problems := gaps(judgement, criteria.VERSIONS[review.criteria_version]):
        raise ReviewIncomplete("The review is saved, but cannot be submitted yet.", problems)
    with transaction.atomic():
        submitted = Review.objects.filter(pk=review.pk, submitted_at__isnull=True, conflict=Conflict.NONE).update(
            submitted_at=timezone.now()
        )
        if not submitted:
            raise MovedOn("This review was submitted or passed on in another window. Reload the page.")
        moving.perform(candidate=candidate, action=Action.REVIEW, actor=actor)
    return own_review(candidate=candidate, actor=actor)


def _scorable(candidate: Candidate, actor: User) -> Review:
    review = own_review(candidate=candidate, actor=actor)
    if review.has_conflict:
        raise ConflictDeclared("You declared a conflict of interest for this candidate, and somebody else scores it.")
    if review.conflict == Conflict.UNANSWERED:
        raise ReviewIncomplete(
            "Before you score, say whether you have a conflict of interest.",
            [FieldProblem("/conflict", "Choose one of the two sentences.")],
        )
    if review.is_submitted:
        raise MovedOn("You have submitted this review. It can no longer be changed; write to an editor.")
    return review


def _require_room(judgement: Judgement) -> None:
    """Refuse what would not be kept whole, rather than keep a part of it."""
    found = []
    if len(judgement.note.strip()) > LONGEST_TEXT:
        found.append(FieldProblem("/note", f"Shorten the note to {LONGEST_TEXT} characters."))
    for key, answer in judgement.answers.items():
        if len(answer.comment.strip()) > LONGEST_TEXT:
            found.append(FieldProblem(f"/answers/{key}/comment", f"Shorten this to {LONGEST_TEXT} characters."))
        if len(_lines(answer)) > MOST_EVIDENCE:
            found.append(FieldProblem(f"/answers/{key}/evidence", f"Name at most {MOST_EVIDENCE} pieces of evidence."))
    if found:
        raise Invalid("The review holds more than can be kept, so that nothing of it was saved yet.", found)


def _lines(answer: Answer) -> list[str]:
    return [line.strip() for line in answer.evidence if line.strip()]


def _write(review: Review, judgement: Judgement) -> None:
    kept = criteria.VERSIONS[review.criteria_version].keys
    recommendation = judgement.recommendation if judgement.recommendation in list(Recommendation) else ""
    changed = Review.objects.filter(pk=review.pk, submitted_at__isnull=True, conflict=Conflict.NONE).update(
        recommendation=recommendation,
        note=judgement.note.strip(),
        may_be_named=judgement.may_be_named,
        saved_at=timezone.now(),
    )
    if not changed:
        raise MovedOn("This review was submitted or passed on in another window. Reload the page.")
    for key in kept:
        answer = judgement.answers.get(key, Answer())
        Score.objects.update_or_create(
            review=review,
            criterion=key,
            defaults={
                "score": answer.score if answer.score in criteria.SCORES else None,
                "comment": answer.comment.strip(),
                "evidence": _lines(answer),
            },
        )


def gaps(judgement: Judgement, asked: criteria.CriteriaSet) -> list[FieldProblem]:
    """What a review still lacks; the pointer names the field."""
    found = []
    for criterion in asked.criteria:
        answer = judgement.answers.get(criterion.key, Answer())
        if answer.score not in criteria.SCORES:
            message = f"“{criterion.name}” needs a score from 0 to {criteria.BEST}."
            found.append(FieldProblem(f"/answers/{criterion.key}/score", message))
        if not answer.comment.strip():
            message = f"Say in a sentence why “{criterion.name}” has this score."
            found.append(FieldProblem(f"/answers/{criterion.key}/comment", message))
    if judgement.recommendation not in list(Recommendation):
        found.append(FieldProblem("/recommendation", "Choose what you recommend to the editor."))
    return found
