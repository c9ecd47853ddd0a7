"""Which images the accepted candidates of a dataset cover: a label of three images must not read as one of all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q

from archive.models import Image
from curation.models import Candidate, Decision
from curation.models.candidate import Scope
from curation.workflow import CandidateState

# Where several candidates cover an image, its label rests on the one that says most about it.
_CLOSEST = (Scope.IMAGES, Scope.COMPONENT, Scope.DATASET)
_OF_LATEST = Q(role="", from_version__lte=F("dataset__latest_version")) & (
    Q(until_version__isnull=True) | Q(until_version__gt=F("dataset__latest_version"))
)


@dataclass(frozen=True)
class Coverage:
    """How many of the images of a dataset's latest version are reference images."""

    images: int
    of: int
    is_whole: bool

    @property
    def words(self) -> str:
        """As a badge says it."""
        if self.is_whole:
            return "Reference"
        are = "is a reference image" if self.images == 1 else "are reference images"
        return f"{self.images:,} of {self.of:,} images {are}"


def coverage(dataset_ids: Sequence[int]) -> dict[int, Coverage]:
    """Of these datasets, those with an accepted candidate, in a fixed number of queries."""
    accepted = list(Candidate.objects.filter(labelled=True, dataset__in=list(dataset_ids)))
    known = {one.dataset_id for one in accepted}
    whole = {one.dataset_id for one in accepted if one.scope == Scope.DATASET}
    totals = _count(Image.objects.filter(_OF_LATEST, dataset__in=known)) if known else {}
    partly = [one for one in accepted if one.dataset_id not in whole]
    covered = _count(Image.objects.filter(_OF_LATEST, covered_by(partly))) if partly else {}
    return {pk: _coverage(totals.get(pk, 0), covered.get(pk, 0), pk in whole) for pk in known}


def _coverage(total: int, covered: int, is_whole: bool) -> Coverage:
    return Coverage(total if is_whole else covered, total, is_whole)


def _count(images) -> dict[int, int]:
    return dict(images.values("dataset").annotate(count=Count("pk", distinct=True)).values_list("dataset", "count"))


def covered_by(candidates: Iterable[Candidate]) -> Q:
    """The images that these candidates are about, whatever the version; nothing where there are none."""
    found = Q(pk__in=())
    for one in candidates:
        if one.scope == Scope.IMAGES:
            found |= Q(candidacies=one.pk)
        elif one.scope == Scope.COMPONENT:
            found |= Q(dataset=one.dataset_id, file__component=one.component)
        else:
            found |= Q(dataset=one.dataset_id)
    return found


def reference_decisions(image_ids: Sequence[int]) -> dict[int, Decision]:
    """Of these images, those that an accepted candidate covers, each with the decision that its label rests on."""
    covering = _covering(image_ids)
    decisions: dict[int, Decision] = {}
    accepted = Decision.objects.filter(candidate__in=set(covering.values()), outcome=str(CandidateState.ACCEPTED))
    for decision in accepted.order_by("round"):
        decisions[decision.candidate_id] = decision
    return {image: decisions[candidate] for image, candidate in covering.items() if candidate in decisions}


def _covering(image_ids: Sequence[int]) -> dict[int, int]:
    """Image → the accepted candidate that is closest to it."""
    rows = list(
        Image.objects.filter(pk__in=list(image_ids), role="").values_list("pk", "dataset_id", "file__component")
    )
    accepted = list(Candidate.objects.filter(labelled=True, dataset__in={row[1] for row in rows}).order_by("pk"))
    chosen = set(
        Candidate.images.through.objects.filter(
            image__in=list(image_ids), candidate__in=[one.pk for one in accepted]
        ).values_list("image_id", "candidate_id")
    )
    found: dict[int, int] = {}
    for one in sorted(accepted, key=lambda candidate: _CLOSEST.index(Scope(candidate.scope))):
        for pk, dataset, component in rows:
            if _is_covered(one, pk, dataset, component, chosen):
                found.setdefault(pk, one.pk)
    return found


def _is_covered(one: Candidate, pk: int, dataset: int, component: str, chosen: set[tuple[int, int]]) -> bool:
    if one.scope == Scope.IMAGES:
        return (pk, one.pk) in chosen
    return one.dataset_id == dataset and (one.scope == Scope.DATASET or one.component == component)
