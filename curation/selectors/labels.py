"""Labels and the decisions behind them, for readers."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from archive.access import Reader
from archive.errors import NotFound
from curation import criteria
from curation.labels import LABELS, LabelDeclaration, LabelKind
from curation.models import Decision, Label, Review
from curation.selectors.candidates import visible_datasets


def live_of(dataset_ids: Sequence[int]) -> dict[int, list[Label]]:
    """The labels that these datasets wear, in one query."""
    found: dict[int, list[Label]] = {}
    labels = Label.objects.filter(dataset__in=list(dataset_ids), revoked_at__isnull=True).select_related("decision")
    for label in labels:
        found.setdefault(label.dataset_id, []).append(label)
    order = {str(declaration.kind): index for index, declaration in enumerate(LABELS)}
    return {pk: sorted(of_one, key=lambda label: order[label.kind]) for pk, of_one in found.items()}


def last_revoked(dataset_id: int) -> Label | None:
    """The reference label that a dataset lost and did not get again."""
    labels = Label.objects.filter(dataset=dataset_id, kind=LabelKind.REFERENCE).select_related("decision")
    last = labels.order_by("granted_at", "pk").last()
    return last if last and not last.is_live else None


@dataclass(frozen=True)
class LabelCount:
    declaration: LabelDeclaration
    count: int


def counts(user: Reader) -> list[LabelCount]:
    """Every kind with the number of datasets that wear it and that this reader may see."""
    rows = wearing(user).values("kind").annotate(count=Count("pk")).values_list("kind", "count").order_by()
    numbers: defaultdict[str, int] = defaultdict(int, dict(rows))
    return [LabelCount(declaration, numbers[declaration.kind]) for declaration in LABELS]


def wearing(user: Reader, kind: LabelKind | None = None) -> QuerySet[Label]:
    """The live labels of datasets that this reader may see, newest first."""
    found = Label.objects.filter(revoked_at__isnull=True, dataset__in=visible_datasets(user))
    if kind:
        found = found.filter(kind=kind)
    return found.select_related("dataset", "decision").order_by("-granted_at", "-pk")


def decisions(user: Reader) -> QuerySet[Decision]:
    """The public decisions, newest first."""
    return (
        Decision.objects.filter(candidate__dataset__in=visible_datasets(user))
        .select_related("candidate__dataset", "editor")
        .order_by("-decided_at", "-pk")
    )


def get_decision(pk: int, user: Reader) -> Decision:
    decision = decisions(user).filter(pk=pk).first()
    if decision is None:
        raise NotFound("There is no decision at this address that you may see. The labels page lists all of them.")
    return decision


@dataclass(frozen=True)
class PublicReview:
    """A review as the decision shows it: a number instead of a name, unless its writer agreed to be named."""

    name: str
    review: Review
    total: int


@dataclass(frozen=True)
class PublicCell:
    score: int | None
    comment: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class PublicRow:
    """One criterion over all reviews."""

    criterion: criteria.Criterion
    cells: tuple[PublicCell, ...]

    @property
    def points(self) -> int:
        return sum(cell.score or 0 for cell in self.cells)

    @property
    def most(self) -> int:
        return criteria.BEST * len(self.cells)


@dataclass(frozen=True)
class Scores:
    reviews: tuple[PublicReview, ...]
    rows: tuple[PublicRow, ...]


def scores_of(reviews: Sequence[Review], criteria_version: int, *, names: bool = False) -> Scores:
    """The table of scores. `names` shows the reviewers to the editor; the public sees who agreed to it."""
    asked = criteria.VERSIONS[criteria_version]
    shown = tuple(
        PublicReview(_name(review, number, names), review, sum(review.scores_by_criterion().values()))
        for number, review in enumerate(reviews, start=1)
    )
    by_review = [{row.criterion: row for row in review.scores.all()} for review in reviews]
    rows = tuple(
        PublicRow(criterion, tuple(_cell(scores.get(criterion.key)) for scores in by_review))
        for criterion in asked.criteria
    )
    return Scores(shown, rows)


def _name(review: Review, number: int, names: bool) -> str:
    if review.reviewer and (names or review.may_be_named):
        return str(review.reviewer)
    return f"Reviewer {number}"


def _cell(score) -> PublicCell:
    return PublicCell(score.score, score.comment, tuple(score.evidence)) if score else PublicCell(None, "", ())


def reviews_of(decision: Decision) -> list[Review]:
    """The reviews that counted, in the order in which they came in."""
    return list(decision.reviews.select_related("reviewer").prefetch_related("scores").order_by("submitted_at", "pk"))


def conflicts_before(decision: Decision) -> int:
    """How many people declared a conflict of interest and passed the review on."""
    return decision.candidate.reviews.filter(conflict="declared", round__lte=decision.round).count()


def later(decision: Decision) -> QuerySet[Decision]:
    """Decisions of the same candidate after this one."""
    return Decision.objects.filter(candidate=decision.candidate_id, round__gt=decision.round).order_by("round")


def label_of(decision: Decision) -> Label | None:
    """The label that rests, or rested, on this decision's candidate: the one it granted, or the one it carried on."""
    return (
        Label.objects.filter(dataset=decision.candidate.dataset_id, kind=LabelKind.REFERENCE)
        .filter(Q(decision=decision) | Q(decision__candidate=decision.candidate_id))
        .order_by("-granted_at", "-pk")
        .first()
    )
