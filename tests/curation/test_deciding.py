"""Decisions, labels, appeals, revocations, and what a new version does."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from archive import events
from archive.errors import Invalid, NotFound
from archive.events import Event, Reaction
from curation.errors import NotIndependent, ReasonMissing, ReviewsMissing, RoleMissing
from curation.labels import LabelKind
from curation.models import Candidate, Decision, Label
from curation.models.candidate import Origin
from curation.selectors import coverage, labels
from curation.services import deciding, nominating, reopening, reviewing
from curation.workflow import Action, CandidateState
from tests.curation.conftest import RATIONALE, REASON
from tests.factories.archive import ComponentFactory, FileFactory, ImageFactory, VersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(monkeypatch) -> list[int]:
    """The datasets of which the index was told that they changed."""
    changed: list[int] = []
    before = dict(events._table)
    events.connect({Event.DATASET_CHANGED: Reaction(record=(lambda dataset_id: changed.append(dataset_id),))})
    yield changed
    events.connect(before)


def live(dataset) -> list[Label]:
    return labels.live_of([dataset.pk]).get(dataset.pk, [])


def test_acceptance_grants_the_label_with_its_evidence_and_tells_the_index(story, told):
    candidate = story.accepted()
    (label,) = live(story.dataset)
    assert candidate.state == CandidateState.ACCEPTED and candidate.labelled
    assert label.kind == LabelKind.REFERENCE
    assert label.evidence.endswith("by two reviewers, 15 of 18 points")
    assert label.decision.rationale == RATIONALE
    assert told == [story.dataset.pk]


def test_a_declined_candidate_has_no_label(story, told):
    story.declined()
    assert live(story.dataset) == []
    assert told == []


def test_only_editors_decide(story):
    with pytest.raises(RoleMissing, match="an editor"):
        deciding.decide(
            candidate=story.reviewed(), actor=story.team.curator, outcome=Action.ACCEPT, rationale=RATIONALE
        )


def test_a_decision_has_a_public_rationale(story):
    with pytest.raises(Invalid):
        deciding.decide(candidate=story.reviewed(), actor=story.team.editor, outcome=Action.ACCEPT, rationale="ok")


def test_nothing_is_accepted_on_one_review(story):
    candidate = story.in_review()
    story.score(story.team.reviewers[0], 3, 3, 3)
    with pytest.raises(ReviewsMissing, match="1 more review is needed"):
        deciding.decide(
            candidate=candidate, actor=story.team.editor, outcome=Action.ACCEPT, rationale=RATIONALE, deviation="!"
        )


@pytest.mark.parametrize(
    ("scores", "outcome"),
    [
        (((3, 3, 3), (3, 3, 3)), Action.DECLINE),
        (((1, 3, 3), (1, 3, 3)), Action.ACCEPT),
        (((1, 3, 3), (3, 3, 3)), Action.ACCEPT),
    ],
    ids=["declines what is met", "accepts what is not met", "accepts while reviewers differ"],
)
def test_an_editor_who_decides_otherwise_says_why(story, scores, outcome):
    candidate = story.reviewed(*scores)
    with pytest.raises(Invalid) as caught:
        deciding.decide(candidate=candidate, actor=story.team.editor, outcome=outcome, rationale=RATIONALE)
    assert caught.value.problems[0].pointer == "/deviation"
    decision = deciding.decide(
        candidate=candidate,
        actor=story.team.editor,
        outcome=outcome,
        rationale=RATIONALE,
        deviation="The evidence is new.",
    )
    assert decision.deviation == "The evidence is new."


def test_reviewers_do_not_decide_what_they_reviewed(story):
    candidate = story.reviewed()
    reviewer = story.team.reviewers[0]
    reviewer.groups.set([*reviewer.groups.all(), *story.team.editor.groups.all()])
    del reviewer.roles
    with pytest.raises(NotIndependent, match="You reviewed"):
        deciding.decide(candidate=candidate, actor=reviewer, outcome=Action.ACCEPT, rationale=RATIONALE)


def test_an_impossible_outcome_is_refused(story):
    with pytest.raises(Invalid) as caught:
        deciding.decide(candidate=story.reviewed(), actor=story.team.editor, outcome=Action.TRIAGE, rationale=RATIONALE)
    assert [problem.pointer for problem in caught.value.problems] == ["/outcome"]


def test_all_that_a_decision_lacks_is_said_at_once(story):
    candidate = story.reviewed()
    with pytest.raises(Invalid) as caught:
        deciding.decide(candidate=candidate, actor=story.team.editor, outcome="", rationale="ok")
    assert [problem.pointer for problem in caught.value.problems] == ["/outcome", "/reason"]
    with pytest.raises(Invalid) as caught:
        deciding.decide(candidate=candidate, actor=story.team.editor, outcome=Action.DECLINE, rationale="bad")
    assert [problem.pointer for problem in caught.value.problems] == ["/reason", "/deviation"]


@pytest.mark.parametrize("reason", ["bad", "bad bad bad", "x" * 40])
def test_a_label_is_not_revoked_with_a_word(story, reason):
    candidate = story.accepted()
    with pytest.raises(ReasonMissing):
        deciding.revoke(candidate=candidate, actor=story.team.editor, reason=reason)


def test_decisions_are_never_changed(story):
    decision = story.accepted().decisions.get()
    decision.rationale = "Something else."
    with pytest.raises(TypeError):
        decision.save()
    with pytest.raises(TypeError):
        decision.delete()
    with pytest.raises(TypeError):
        Decision.objects.update(rationale="Something else.")


def test_a_deferred_candidate_resumes_with_the_reviews_that_are_in(story):
    candidate = story.deferred()
    reviewing.resume(candidate=candidate, actor=story.team.curator, reason="The pixel size is confirmed.")
    decision = deciding.decide(candidate=candidate, actor=story.team.editor, outcome=Action.ACCEPT, rationale=RATIONALE)
    assert (decision.round, decision.review_count, decision.points) == (2, 2, 15)


def test_revocation_takes_the_label_with_a_reason_and_tells_the_index(story, told):
    story.revoked()
    assert live(story.dataset) == []
    label = Label.objects.get()
    assert label.revocation_reason == "The cell line was confused with another."
    assert label.revoked_by == story.team.editor
    assert told == [story.dataset.pk, story.dataset.pk]


def test_an_appeal_keeps_the_label_until_it_is_answered_by_another_editor(story):
    candidate, team = story.reopened(), story.team
    assert (candidate.state, candidate.round, candidate.origin) == ("in-review", 2, Origin.APPEAL)
    assert len(live(story.dataset)) == 1
    with pytest.raises(NotIndependent, match="another editor"):
        deciding.decide(candidate=candidate, actor=team.editor, outcome=Action.ACCEPT, rationale=RATIONALE)
    deciding.decide(
        candidate=candidate,
        actor=team.editor_two,
        outcome=Action.DECLINE,
        rationale="The third channel is indeed too weak.",
        deviation="The appeal showed what the reviewers had not seen.",
    )
    assert live(story.dataset) == []
    assert Label.objects.get().revocation_reason == "The third channel is indeed too weak."


def test_a_confirmed_label_keeps_its_date_and_first_decision(story):
    candidate = story.reopened()
    before = live(story.dataset)[0]
    deciding.decide(candidate=candidate, actor=story.team.editor_two, outcome=Action.ACCEPT, rationale=RATIONALE)
    assert live(story.dataset) == [before]


def test_a_revoked_label_can_come_back_by_an_appeal(story):
    candidate = story.revoked()
    deciding.appeal(candidate=candidate, actor=story.team.reader, reason="The cell line was right after all.")
    assert live(story.dataset) == []
    deciding.decide(candidate=candidate, actor=story.team.editor_two, outcome=Action.ACCEPT, rationale=RATIONALE)
    assert len(live(story.dataset)) == 1
    assert Label.objects.count() == 2


def test_what_was_declined_in_triage_is_known_to_those_concerned_only(story):
    candidate = story.nominated()
    deciding.decline_early(candidate=candidate, actor=story.team.curator, reason="There is one image only.")
    with pytest.raises(NotFound):
        deciding.appeal(candidate=candidate, actor=story.team.reviewers[0], reason="I like it.")
    deciding.appeal(candidate=candidate, actor=story.dataset.created_by, reason="There are three images.")
    assert candidate.state == CandidateState.IN_REVIEW


def test_a_second_acceptance_carries_the_label_on(story):
    first = story.accepted()
    second = nominating.nominate(
        dataset=story.dataset,
        actor=story.team.reader,
        reason=REASON,
        images=[story.dataset.images.first().accession],
    )
    nominating.triage(candidate=second, actor=story.team.curator)
    reviewing.start_review(candidate=second, actor=story.team.curator, reviewers=story.team.reviewers[:2])
    story.candidate = second
    for reviewer in story.team.reviewers[:2]:
        story.score(reviewer, 2, 2, 2)
    deciding.decide(candidate=second, actor=story.team.editor, outcome=Action.ACCEPT, rationale=RATIONALE)
    assert len(live(story.dataset)) == 1
    images = list(story.dataset.images.values_list("pk", flat=True))
    found = coverage.reference_decisions(images)
    assert set(found) == set(images)
    assert found[story.dataset.images.first().pk].candidate == second
    deciding.revoke(candidate=first, actor=story.team.editor, reason="Only some images are good enough.")
    (label,) = live(story.dataset)
    assert label.decision.candidate == second
    assert set(coverage.reference_decisions(images)) == {story.dataset.images.first().pk}


def _release_second(dataset, **changes):
    metadata = dataset.versions.get(number=1).metadata
    dataset.latest_version = 2
    dataset.save()
    return VersionFactory(dataset=dataset, number=2, metadata={**metadata, **changes})


def test_a_new_version_that_adds_images_reopens_the_candidate(story):
    candidate = story.accepted()
    ImageFactory(dataset=story.dataset, from_version=2)
    assert reopening.consider_version(version=_release_second(story.dataset)) == [candidate]
    candidate.refresh_from_db()
    assert (candidate.state, candidate.version, candidate.origin) == ("in-review", 2, Origin.NEW_VERSION)
    assert "1 image was added" in candidate.moves.latest("pk").reason
    assert len(live(story.dataset)) == 1


def test_a_new_version_that_changes_telling_metadata_reopens_the_candidate(story):
    story.accepted()
    version = _release_second(story.dataset, biosample={"description": "Another cell line."})
    assert len(reopening.consider_version(version=version)) == 1


@pytest.mark.parametrize("change", ["a text file", "a publication"])
def test_a_new_version_that_touches_nothing_leaves_the_label(story, change):
    candidate = story.accepted()
    study = dict(story.dataset.versions.get().metadata["study"])
    if change == "a text file":
        FileFactory(dataset=story.dataset, from_version=2, path="README.txt")
    else:
        study["publication"] = {"doi": "10.1038/s41592-018-0195-8"}
    version = _release_second(
        story.dataset, study=study | ({"publication": {"doi": "10.1/x"}} if "pub" in change else {})
    )
    assert reopening.consider_version(version=version) == []
    candidate.refresh_from_db()
    assert (candidate.state, candidate.version) == ("accepted", 2)
    assert candidate.moves.latest("pk").action == Action.CHECK_VERSION


def test_only_the_touched_component_is_reopened(story):
    component = ComponentFactory(dataset=story.dataset, key="validation")
    candidate = story.accepted()
    Candidate.objects.filter(pk=candidate.pk).update(scope="component", component=component.key)
    ImageFactory(dataset=story.dataset, from_version=2)
    assert reopening.consider_version(version=_release_second(story.dataset)) == []


def test_a_lost_message_is_caught_up_with_and_repeating_changes_nothing(story):
    story.accepted()
    ImageFactory(dataset=story.dataset, from_version=2)
    version = _release_second(story.dataset)
    assert len(reopening.consider_all()) == 1
    assert reopening.consider_all() == []
    assert reopening.consider_version(version=version) == []


@pytest.mark.parametrize(
    "values",
    [
        {"state": "accepted", "labelled": False},
        {"state": "revoked", "labelled": True},
        {"state": "lost"},
        {"reason": ""},
        {"scope": "component"},
    ],
    ids=["accepted without label", "revoked with label", "unknown state", "no reason", "component without name"],
)
def test_the_database_refuses(story, values):
    candidate = story.nominated()
    with pytest.raises(IntegrityError), transaction.atomic():
        Candidate.objects.filter(pk=candidate.pk).update(**values)


def test_the_evidence_line_reads_like_a_sentence():
    decision = Decision(decided_at=datetime(2026, 3, 12, 10, tzinfo=UTC), review_count=2, points=15, most_points=18)
    assert decision.evidence == "Accepted 12 March 2026 by two reviewers, 15 of 18 points"
