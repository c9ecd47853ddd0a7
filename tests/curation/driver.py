"""Drives candidates to where a test wants them, by the services."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive.models import Dataset, User
from archive.states import PortalRole
from curation.models import Candidate, Decision
from curation.models.review import Recommendation
from curation.services import deciding, nominating, reviewing
from curation.services.reviewing import Answer, Judgement
from curation.workflow import Action
from tests.factories.archive import UserFactory

REASON = "Every tissue border is visible, and the sections align."
RATIONALE = "Anyone can use these images to test a segmentation."
KEYS = ("beyond_one_project", "interpretable", "general_interest")


@dataclass
class Team:
    reader: User
    curator: User
    curator_two: User
    reviewers: list[User]
    editor: User
    editor_two: User


def make_team() -> Team:
    return Team(
        reader=UserFactory(name="Ada Reader"),
        curator=UserFactory(name="Carl Curator", roles=[PortalRole.CURATOR]),
        curator_two=UserFactory(name="Cleo Curator", roles=[PortalRole.CURATOR]),
        reviewers=[
            UserFactory(name=f"{name} Reviewer", affiliation=f"House of {name}", roles=[PortalRole.REVIEWER])
            for name in ("Rosa", "Ruth", "Ravi")
        ],
        editor=UserFactory(name="Edna Editor", roles=[PortalRole.EDITOR]),
        editor_two=UserFactory(name="Egon Editor", roles=[PortalRole.EDITOR]),
    )


@dataclass
class Story:
    """Drives a candidate to where a test wants it, by the services."""

    team: Team
    dataset: Dataset
    candidate: Candidate | None = None

    def nominated(self, images: Sequence[str] = ()) -> Candidate:
        self.candidate = nominating.nominate(dataset=self.dataset, actor=self.team.reader, reason=REASON, images=images)
        return self.candidate

    def triaged(self, images: Sequence[str] = ()) -> Candidate:
        nominating.triage(candidate=self.nominated(images), actor=self.team.curator)
        return self.candidate

    def in_review(self, reviewers: int = 2, images: Sequence[str] = ()) -> Candidate:
        invited = self.team.reviewers[:reviewers]
        reviewing.start_review(candidate=self.triaged(images), actor=self.team.curator, reviewers=invited)
        return self.candidate

    def score(self, reviewer: User, *scores: int, named: bool = False) -> None:
        reviewing.declare_interest(candidate=self.candidate, actor=reviewer, has_conflict=False)
        reviewing.submit_review(candidate=self.candidate, actor=reviewer, judgement=judgement(*scores, named=named))

    def reviewed(self, *scores: tuple[int, int, int], images: Sequence[str] = ()) -> Candidate:
        scores = scores or ((3, 2, 3), (3, 2, 2))
        self.in_review(len(scores[:2]), images)
        for number, of_one in enumerate(scores):
            if number == 2:
                reviewing.invite(candidate=self.candidate, actor=self.team.curator, reviewer=self.team.reviewers[2])
            self.score(self.team.reviewers[number], *of_one)
        return self.candidate

    def accepted(self, images: Sequence[str] = ()) -> Candidate:
        candidate = self.reviewed(images=images)
        deciding.decide(candidate=candidate, actor=self.team.editor, outcome=Action.ACCEPT, rationale=RATIONALE)
        return self.candidate

    def declined(self) -> Candidate:
        deciding.decide(
            candidate=self.reviewed((1, 1, 1), (1, 0, 1)),
            actor=self.team.editor,
            outcome=Action.DECLINE,
            rationale="Nobody outside the project could use them.",
        )
        return self.candidate

    def deferred(self) -> Candidate:
        deciding.decide(
            candidate=self.reviewed(),
            actor=self.team.editor,
            outcome=Action.DEFER,
            rationale="The pixel size has to be confirmed first.",
        )
        return self.candidate

    def revoked(self) -> Candidate:
        deciding.revoke(
            candidate=self.accepted(), actor=self.team.editor, reason="The cell line was confused with another."
        )
        return self.candidate

    def reopened(self) -> Candidate:
        deciding.appeal(candidate=self.accepted(), actor=self.team.reader, reason="The third channel is too weak.")
        return self.candidate


def judgement(*scores: int, named: bool = False, recommendation: str = Recommendation.ACCEPT) -> Judgement:
    answers = {
        key: Answer(score, f"Because of {key}.", ("https://example.org/paper",))
        for key, score in zip(KEYS, scores, strict=True)
    }
    return Judgement(answers, recommendation, "A note for the editor.", named)


def candidate_and_decision(*, reviewed: Dataset, decided: Dataset, curator: User, reviewer: User) -> dict[str, int]:
    """A candidate in review, in which `reviewer` has declared no conflict, and a decision on another dataset."""
    team = make_team()
    Story(team, decided).accepted()
    candidate = Story(team, reviewed).triaged()
    reviewing.start_review(candidate=candidate, actor=curator, reviewers=[reviewer, team.reviewers[0]])
    reviewing.declare_interest(candidate=candidate, actor=reviewer, has_conflict=False)
    return {"candidate": candidate.pk, "decision": Decision.objects.get(candidate__dataset=decided).pk}
