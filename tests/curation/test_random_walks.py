"""Random actions by random people never lead to a state or a label that the table does not give; all is audited."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.errors import DomainError
from archive.models import AuditEntry
from archive.services import auditing
from curation import workflow
from curation.models import Candidate, Label
from curation.services import deciding, nominating, reopening, reviewing
from curation.workflow import Action, CandidateState
from tests.curation.conftest import judgement
from tests.factories.archive import ImageFactory, VersionFactory

pytestmark = pytest.mark.django_db
ROLES = ("reader", "member", "curator", "curator_two", "rosa", "ruth", "ravi", "editor", "editor_two")
STEPS = st.lists(
    st.tuples(st.sampled_from([*Action, Action.REVIEW, Action.REVIEW]), st.sampled_from(ROLES), st.integers(0, 3),
              st.sampled_from(["", "Because it is so.", "Because it is so."]), st.booleans()),
    min_size=5, max_size=40,
)  # fmt: skip


class _Undo(Exception):
    pass


class Walk:
    """One candidate, and every action that a person might try on it."""

    def __init__(self, story) -> None:
        self.story, self.dataset = story, story.dataset
        self.candidate = story.nominated()
        team = story.team
        self.people = {
            "member": self.dataset.created_by,
            **dict(zip(("rosa", "ruth", "ravi"), team.reviewers, strict=True)),
            **{name: getattr(team, name) for name in ("reader", "curator", "curator_two", "editor", "editor_two")},
        }

    def step(self, action: Action, who: str, score: int, reason: str) -> bool:
        """Try it; whether it was allowed. A step that was refused leaves no trace."""
        self.candidate = Candidate.objects.get(pk=self.candidate.pk)
        before = self._trace()
        try:
            with transaction.atomic():
                self._act(action, self.people[who], score, reason)
        except DomainError as error:
            assert str(error).endswith((".", "!", "”")), error
            assert self._trace() == before
            return False
        return True

    def possible(self, action: Action) -> Action:
        """An action of the present state, chosen by this one."""
        moves = workflow.moves_from(CandidateState(self.candidate.state))
        return moves[list(Action).index(action) % len(moves)].action

    def _trace(self) -> tuple[object, ...]:
        state = Candidate.objects.values_list("state", "round", "labelled").get(pk=self.candidate.pk)
        return (state, self.candidate.moves.count(), AuditEntry.objects.count())

    def _act(self, action, actor, score, reason) -> None:
        candidate = self.candidate
        simple = {
            Action.TRIAGE: lambda: nominating.triage(candidate=candidate, actor=actor),
            Action.CLAIM: lambda: nominating.claim(candidate=candidate, actor=actor),
            Action.RELEASE: lambda: nominating.release(candidate=candidate, actor=actor),
            Action.ASSIGN: lambda: nominating.assign(candidate=candidate, actor=actor, to=self.story.team.curator_two),
            Action.START_REVIEW: lambda: reviewing.start_review(candidate=candidate, actor=actor),
            Action.RESUME: lambda: reviewing.resume(candidate=candidate, actor=actor, reason=reason),
            Action.INVITE: lambda: reviewing.invite(
                candidate=candidate, actor=actor, reviewer=self.story.team.reviewers[score % 3]
            ),
            Action.DECLARE: lambda: reviewing.declare_interest(
                candidate=candidate, actor=actor, has_conflict=score == 0
            ),
            Action.REVOKE: lambda: deciding.revoke(candidate=candidate, actor=actor, reason=reason),
            Action.APPEAL: lambda: deciding.appeal(candidate=candidate, actor=actor, reason=reason),
            Action.NOMINATE: lambda: nominating.nominate(dataset=self.dataset, actor=actor, reason=reason * 3),
            Action.CHECK_VERSION: lambda: self._release(touching=False),
            Action.NEW_VERSION: lambda: self._release(touching=True),
        }
        if action in (Action.ACCEPT, Action.DECLINE, Action.DEFER):
            self._decide(action, actor, reason)
        elif action is Action.REVIEW:
            reviewing.declare_interest(candidate=candidate, actor=actor, has_conflict=False)
            reviewing.submit_review(candidate=candidate, actor=actor, judgement=judgement(score, 2, 3))
        else:
            simple[action]()

    def _decide(self, action, actor, reason) -> None:
        if action is Action.DECLINE and self.candidate.state != CandidateState.IN_REVIEW:
            deciding.decline_early(candidate=self.candidate, actor=actor, reason=reason)
        else:
            deciding.decide(candidate=self.candidate, actor=actor, outcome=action, rationale=reason, deviation=reason)

    def _release(self, *, touching: bool) -> None:
        self.dataset.latest_version += 1
        self.dataset.save()
        number = self.dataset.latest_version
        if touching:
            ImageFactory(dataset=self.dataset, from_version=number)
        metadata = self.dataset.versions.get(number=1).metadata
        reopening.consider_version(version=VersionFactory(dataset=self.dataset, number=number, metadata=metadata))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_no_walk_leaves_the_table(story, steps):
    try:
        with transaction.atomic():
            walk = Walk(story)
            for action, who, score, reason, guided in steps:
                # Half of the steps try what the table gives from here, so that walks get far.
                walk.step(walk.possible(action) if guided else action, who, score, reason)
                check_everything(story)
            assert auditing.verify_chain(story.dataset) == []
            raise _Undo
    except _Undo:
        story.dataset.latest_version = 1


def check_everything(story) -> None:
    rows = {(move.action, move.source, move.target) for move in workflow.TABLE}
    for candidate in Candidate.objects.filter(dataset=story.dataset):
        state = None
        moves = list(candidate.moves.order_by("pk"))
        for move in moves:
            assert (Action(move.action), state, CandidateState(move.to_state)) in rows
            assert (move.from_state or None) == state
            assert move.reason or not workflow.find(Action(move.action), state).needs_reason
            state = CandidateState(move.to_state)
        assert candidate.state == state
        audited = AuditEntry.objects.filter(subject=f"candidate {candidate.pk}").order_by("sequence")
        assert [(entry.action, entry.reason) for entry in audited] == [
            (f"curation.{move.action}", move.reason) for move in moves
        ]
    wears = Label.objects.filter(dataset=story.dataset, revoked_at__isnull=True).exists()
    assert wears == Candidate.objects.filter(dataset=story.dataset, labelled=True).exists()
