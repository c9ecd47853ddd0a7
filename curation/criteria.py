"""PURE: the criteria for reference images: versioned questions, scored from 0 to 3, and what the scores amount to.

The three tests are those that Ellenberg et al. propose for images that an added-value database should take up
(Nature Methods 15, 849–854, 2018, doi:10.1038/s41592-018-0195-8). A published set of criteria is never edited: a change
is a new version, and every review and decision names the version that it used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

SOURCE_DOI = "10.1038/s41592-018-0195-8"
BEST = 3
MET = 2
REVIEWS_NEEDED = 2
SCORES = tuple(range(BEST + 1))
SCORE_WORDS = {0: "Not shown", 1: "Partly", 2: "Met", 3: "Strongly met"}


@dataclass(frozen=True)
class Criterion:
    """One question. `meanings` says what each score means here; `evidence` is what a reviewer is asked to point to."""

    key: str
    name: str
    question: str
    guidance: str
    evidence: tuple[str, ...]
    meanings: Mapping[int, str]


@dataclass(frozen=True)
class CriteriaSet:
    version: int
    since: date
    note: str
    criteria: tuple[Criterion, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(criterion.key for criterion in self.criteria)

    @property
    def most_points(self) -> int:
        """Of one reviewer."""
        return BEST * len(self.criteria)

    def criterion(self, key: str) -> Criterion:
        return next(criterion for criterion in self.criteria if criterion.key == key)


_VERSION_1 = CriteriaSet(
    version=1,
    since=date(2026, 3, 1),
    note="The first published set.",
    criteria=(
        Criterion(
            key="beyond_one_project",
            name="Value beyond one project",
            question="Would people outside the depositing project use these images?",
            guidance=(
                "Think of a question or a method that is not the depositors’ own. Look at what similar datasets were "
                "used for, at what has no reference yet for this organism, method or structure, and at whether the raw "
                "data are here or only a selection. Any technology and any scale can meet this."
            ),
            evidence=(
                "papers or projects that used these or similar images",
                "what is not yet covered by a reference",
                "the images that others would start from",
            ),
            meanings={
                0: "Nothing shows a use outside the project.",
                1: "A use is conceivable, but needs files or controls that are missing here.",
                2: "Another group could answer a new question or test a method with what is here.",
                3: "Others have used them already, or wait for exactly this.",
            },
        ),
        Criterion(
            key="interpretable",
            name="Interpretable by outsiders",
            question="Can someone who was not in the laboratory understand what was done and what is seen?",
            guidance=(
                "Read the record as a stranger. Sample, preparation, channels, pixel size and controls should be "
                "stated or evident. The technical panel beside the form shows which metadata are missing and what the "
                "quality checks found."
            ),
            evidence=(
                "the metadata that matter, present or missing",
                "what the quality checks found",
                "a protocol or publication that explains the rest",
            ),
            meanings={
                0: "An outsider cannot tell what the images show.",
                1: "The subject is clear, but something needed for measuring or comparing is missing.",
                2: "A stranger can interpret the images with what is in the record.",
                3: "A stranger could repeat the imaging.",
            },
        ),
        Criterion(
            key="general_interest",
            name="Of general interest",
            question="Do the images show biology that many would want to look at?",
            guidance=(
                "Judge the biology and the images, not the fame of the journal or the laboratory. A structure, process "
                "or phenotype that is taught, discussed or searched for counts; so does a rare one that would "
                "otherwise not be seen."
            ),
            evidence=(
                "images that show it best",
                "where it is taught, discussed or searched for",
                "why it is rare, if it is",
            ),
            meanings={
                0: "Of interest to the depositors only.",
                1: "Of interest to a narrow circle.",
                2: "Of interest to a whole field.",
                3: "Of interest across fields, or irreplaceable.",
            },
        ),
    ),
)
VERSIONS: Mapping[int, CriteriaSet] = {_VERSION_1.version: _VERSION_1}
CURRENT = VERSIONS[max(VERSIONS)]

RULES = (
    f"At least {REVIEWS_NEEDED} reviewers score each criterion from 0 to {BEST}, without seeing each other’s scores.",
    f"Both reviewers at {MET} or more in every criterion is acceptance.",
    f"Scores 2 apart, or on both sides of {MET}, ask for a third reviewer; then two of three decide.",
    "The editor may decide otherwise, with a reason that is public.",
)


class Outcome(StrEnum):
    INCOMPLETE = "incomplete"
    THIRD_NEEDED = "third-needed"
    ACCEPT = "accept"
    DECLINE = "decline"


class Agreement(StrEnum):
    """How the reviewers stand to each other in one criterion."""

    OPEN = "open"  # fewer reviews than needed
    MET = "met"
    NOT_MET = "not-met"
    SPLIT = "split"


@dataclass(frozen=True)
class CriterionResult:
    criterion: Criterion
    scores: tuple[int, ...]
    agreement: Agreement

    @property
    def points(self) -> int:
        return sum(self.scores)

    @property
    def most(self) -> int:
        return BEST * len(self.scores)


@dataclass(frozen=True)
class Assessment:
    """What the reviews amount to by the rules; the editor decides."""

    outcome: Outcome
    results: tuple[CriterionResult, ...]
    sentence: str

    @property
    def points(self) -> int:
        return sum(result.points for result in self.results)

    @property
    def most(self) -> int:
        return sum(result.most for result in self.results)

    @property
    def reviews(self) -> int:
        return len(self.results[0].scores) if self.results else 0


def assess(reviews: Sequence[Mapping[str, int]], criteria: CriteriaSet = CURRENT) -> Assessment:
    """`reviews`: the scores by criterion of each submitted review. Raises ValueError for a score that cannot be."""
    for scores in reviews:
        if set(scores) != set(criteria.keys) or any(score not in SCORES for score in scores.values()):
            raise ValueError(f"A review gives every criterion a score from 0 to {BEST}, not {dict(scores)}.")
    results = tuple(_result(criterion, reviews) for criterion in criteria.criteria)
    outcome = _outcome(results)
    return Assessment(outcome, results, _sentence(outcome, results, len(reviews)))


def _result(criterion: Criterion, reviews: Sequence[Mapping[str, int]]) -> CriterionResult:
    scores = tuple(review[criterion.key] for review in reviews)
    return CriterionResult(criterion, scores, _agreement(scores))


def _agreement(scores: tuple[int, ...]) -> Agreement:
    if len(scores) < REVIEWS_NEEDED:
        return Agreement.OPEN
    met = sum(score >= MET for score in scores)
    if len(scores) == REVIEWS_NEEDED and (0 < met < len(scores) or max(scores) - min(scores) >= MET):
        return Agreement.SPLIT
    # Of three or more, most decide; as many for as against is not met.
    return Agreement.MET if 2 * met > len(scores) else Agreement.NOT_MET


def _outcome(results: Sequence[CriterionResult]) -> Outcome:
    agreements = {result.agreement for result in results}
    if Agreement.OPEN in agreements:
        return Outcome.INCOMPLETE
    if Agreement.SPLIT in agreements:
        return Outcome.THIRD_NEEDED
    return Outcome.DECLINE if Agreement.NOT_MET in agreements else Outcome.ACCEPT


def _sentence(outcome: Outcome, results: Sequence[CriterionResult], reviews: int) -> str:
    def named(agreement: Agreement) -> str:
        return " and ".join(f"“{result.criterion.name}”" for result in results if result.agreement is agreement)

    if outcome is Outcome.INCOMPLETE:
        missing = REVIEWS_NEEDED - reviews
        return f"{missing} more {'review is' if missing == 1 else 'reviews are'} needed before the scores say anything."
    if outcome is Outcome.THIRD_NEEDED:
        return f"The reviewers differ in {named(Agreement.SPLIT)}. Invite a third reviewer."
    if outcome is Outcome.DECLINE:
        return f"By the scores it is declined: {named(Agreement.NOT_MET)} is not met."
    return "By the scores it is accepted: every criterion is met."
