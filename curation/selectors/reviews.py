"""Reviews and what they amount to; blinded: the one place that says who sees whose scores."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.access import Reader
from curation import criteria
from curation.models import Candidate, Review
from curation.selectors.people import roles_of
from curation.workflow import Role


def of_candidate(candidate: Candidate) -> list[Review]:
    """Every review of a candidate, with scores and reviewers, oldest first."""
    return list(
        Review.objects.filter(candidate=candidate).select_related("reviewer", "invited_by").prefetch_related("scores")
    )


def own(candidate: Candidate, user: Reader) -> Review | None:
    """The review that this person writes or wrote in the present round."""
    if not user.is_authenticated:
        return None
    return (
        Review.objects.filter(candidate=candidate, reviewer=user, round=candidate.round)
        .prefetch_related("scores")
        .first()
    )


def standing(reviews: Iterable[Review]) -> list[Review]:
    """Those that count: of each reviewer the latest that was submitted. Re-opening keeps the earlier ones."""
    latest: dict[int | str, Review] = {}
    for review in reviews:
        if review.is_submitted:
            latest[review.reviewer_id or f"erased {review.pk}"] = review
    return list(latest.values())


def assessment(reviews: Iterable[Review]) -> criteria.Assessment:
    """What these reviews amount to by the rules of the present criteria."""
    return criteria.assess([review.scores_by_criterion() for review in standing(reviews)])


def may_see_scores(candidate: Candidate, reviews: Sequence[Review], user: Reader) -> bool:
    """The rule of blinding, for the scores of the present round.

    Whoever still has to score sees none. A reviewer who has scored sees them when enough are in; so do curators.
    Editors see what is in. Everybody else reads the public decision.
    """
    present = [review for review in reviews if review.round == candidate.round]
    mine = [review for review in present if user.is_authenticated and review.reviewer_id == user.pk]
    if any(not review.is_submitted for review in mine):
        return False
    if Role.EDITOR in roles_of(user):
        return True
    complete = sum(review.is_submitted for review in present) >= criteria.REVIEWS_NEEDED
    return complete and (bool(mine) or Role.CURATOR in roles_of(user))


@dataclass(frozen=True)
class Progress:
    """How far a round is: "1 of 2 reviews in"."""

    submitted: int
    expected: int

    @property
    def words(self) -> str:
        return f"{self.submitted} of {self.expected} reviews in"


def progress(reviews: Iterable[Review], round_number: int) -> Progress:
    present = [review for review in reviews if review.round == round_number and not review.has_conflict]
    return Progress(sum(review.is_submitted for review in present), max(len(present), criteria.REVIEWS_NEEDED))
