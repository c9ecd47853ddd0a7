"""Nominating, triage, claims, reviews: what each service does, and what it refuses with which sentence."""

import pytest

from archive.errors import Invalid, NotAllowed, NotFound
from archive.models import AuditEntry
from archive.services import auditing
from archive.states import DatasetRole, PortalRole
from curation.errors import (
    AlreadyCandidate,
    ConflictDeclared,
    MovedOn,
    MoveNotPossible,
    NotIndependent,
    ReasonMissing,
    ReviewIncomplete,
    RoleMissing,
)
from curation.models import Candidate, Review
from curation.models.candidate import Scope
from curation.selectors import people
from curation.selectors import reviews as selectors
from curation.services import nominating, reviewing
from curation.services.reviewing import Answer, Judgement
from curation.workflow import Action, CandidateState
from tests.curation.conftest import KEYS, REASON, judgement
from tests.factories.archive import (
    ComponentFactory,
    DatasetFactory,
    ImageFactory,
    MembershipFactory,
    ReleasedDatasetFactory,
    RetractedDatasetFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def test_a_nomination_is_kept_with_its_reason_and_audited(story):
    candidate = story.nominated()
    assert candidate.state == CandidateState.NOMINATED
    assert candidate.version == 1
    entry = AuditEntry.objects.get(dataset=story.dataset, action="curation.nominate")
    assert (entry.actor, entry.reason, entry.to_state) == (story.team.reader, REASON, "nominated")


@pytest.mark.parametrize("reason", ["", "   ", "nice"], ids=["empty", "blank", "too short"])
def test_a_nomination_without_a_reason_is_refused_at_its_field(team, dataset, reason):
    with pytest.raises(Invalid) as caught:
        nominating.nominate(dataset=dataset, actor=team.reader, reason=reason)
    assert caught.value.problems[0].pointer == "/reason"
    assert not Candidate.objects.exists()


def test_a_draft_cannot_be_nominated(team):
    with pytest.raises(NotAllowed, match="when it is released"):
        nominating.nominate(dataset=DatasetFactory(), actor=team.reader, reason=REASON)


def test_a_retracted_dataset_cannot_be_nominated(team):
    with pytest.raises(NotAllowed, match="was retracted"):
        nominating.nominate(dataset=RetractedDatasetFactory(), actor=team.reader, reason=REASON)


def test_the_same_dataset_is_nominated_once(story):
    story.nominated()
    with pytest.raises(AlreadyCandidate, match="is a candidate already"):
        nominating.nominate(dataset=story.dataset, actor=story.team.curator, reason=REASON)


def test_a_declined_dataset_can_be_nominated_again(story):
    story.declined()
    assert story.nominated().state == CandidateState.NOMINATED


def test_a_component_and_a_set_of_images_are_nominated_beside_the_dataset(story):
    story.nominated()
    component = ComponentFactory(dataset=story.dataset, key="validation")
    image = story.dataset.images.first()
    part = nominating.nominate(dataset=story.dataset, actor=story.team.reader, reason=REASON, component=component.key)
    some = nominating.nominate(dataset=story.dataset, actor=story.team.reader, reason=REASON, images=[image.accession])
    assert (part.scope, part.component) == (Scope.COMPONENT, "validation")
    assert (some.scope, list(some.images.all())) == (Scope.IMAGES, [image])


def test_unknown_components_and_images_are_named(story):
    with pytest.raises(Invalid) as caught:
        nominating.nominate(
            dataset=story.dataset,
            actor=story.team.reader,
            reason=REASON,
            component="nowhere",
            images=[ImageFactory(dataset=ReleasedDatasetFactory()).accession],
        )
    assert {problem.pointer for problem in caught.value.problems} == {"/component", "/images"}


def test_an_image_of_the_next_draft_is_not_nominated(story):
    unreleased = ImageFactory(dataset=story.dataset, from_version=2)
    with pytest.raises(Invalid, match="another look"):
        nominating.nominate(
            dataset=story.dataset, actor=story.team.reader, reason=REASON, images=[unreleased.accession]
        )


def test_readers_do_not_triage(story):
    with pytest.raises(RoleMissing, match="a curator or an editor"):
        nominating.triage(candidate=story.nominated(), actor=story.team.reader)


def test_the_datasets_own_people_do_not_triage_it(story):
    candidate = story.nominated()
    MembershipFactory(dataset=story.dataset, user=story.team.curator, role=DatasetRole.VIEWER)
    with pytest.raises(NotIndependent, match="somebody else has to do this"):
        nominating.triage(candidate=candidate, actor=story.team.curator)


def test_triage_happens_once(story):
    candidate = story.triaged()
    with pytest.raises(MoveNotPossible, match="while the candidate is triaged"):
        nominating.triage(candidate=candidate, actor=story.team.curator)


def test_who_comes_second_with_an_old_page_is_told(story):
    candidate = story.nominated()
    old = Candidate.objects.get(pk=candidate.pk)
    nominating.triage(candidate=candidate, actor=story.team.curator)
    with pytest.raises(MovedOn, match="just before you"):
        nominating.triage(candidate=old, actor=story.team.curator_two)
    assert AuditEntry.objects.filter(action="curation.triage").count() == 1


def test_a_claim_is_held_until_it_is_released(story):
    candidate, team = story.nominated(), story.team
    nominating.claim(candidate=candidate, actor=team.curator)
    with pytest.raises(AlreadyCandidate, match="Carl Curator has this candidate"):
        nominating.claim(candidate=candidate, actor=team.curator_two)
    with pytest.raises(NotAllowed, match="can release it"):
        nominating.release(candidate=candidate, actor=team.curator_two)
    nominating.release(candidate=candidate, actor=team.curator)
    nominating.claim(candidate=candidate, actor=team.curator_two)
    assert candidate.claimed_by == team.curator_two


def test_a_candidate_is_assigned_to_curators_only(story):
    candidate, team = story.nominated(), story.team
    with pytest.raises(Invalid, match="is no curator"):
        nominating.assign(candidate=candidate, actor=team.curator, to=team.reader)
    nominating.assign(candidate=candidate, actor=team.curator, to=team.curator_two)
    assert candidate.claimed_by == team.curator_two
    assert candidate.moves.latest("pk").person == team.curator_two


def test_two_reviewers_are_invited_and_no_third_without_need(story):
    candidate = story.in_review()
    with pytest.raises(Invalid, match="third is asked only when"):
        reviewing.invite(candidate=candidate, actor=story.team.curator, reviewer=story.team.reviewers[2])


def test_a_third_reviewer_is_invited_when_scores_differ(story):
    candidate = story.reviewed((3, 3, 3), (3, 1, 3))
    reviewing.invite(candidate=candidate, actor=story.team.curator, reviewer=story.team.reviewers[2])
    assert candidate.reviews.count() == 3


def test_a_reviewer_who_declared_a_conflict_is_replaced_and_cannot_score(story):
    candidate, team = story.in_review(), story.team
    reviewing.declare_interest(candidate=candidate, actor=team.reviewers[0], has_conflict=True)
    with pytest.raises(ConflictDeclared):
        reviewing.submit_review(candidate=candidate, actor=team.reviewers[0], judgement=judgement(3, 3, 3))
    with pytest.raises(ConflictDeclared):
        reviewing.declare_interest(candidate=candidate, actor=team.reviewers[0], has_conflict=False)
    reviewing.invite(candidate=candidate, actor=team.curator, reviewer=team.reviewers[2])
    assert team.reviewers[0] not in people.reviewers_for(candidate)


@pytest.mark.parametrize("who", ["reader", "member"])
def test_who_cannot_be_invited(story, who):
    candidate = story.in_review(1)
    person = story.team.reader
    if who == "member":
        person = UserFactory(roles=[PortalRole.REVIEWER])
        MembershipFactory(dataset=story.dataset, user=person)
        assert person not in people.reviewers_for(candidate)
    with pytest.raises(Invalid) as caught:
        reviewing.invite(candidate=candidate, actor=story.team.curator, reviewer=person)
    assert caught.value.problems[0].pointer == "/reviewer"


def test_a_member_added_later_cannot_score(story):
    candidate = story.in_review()
    reviewer = story.team.reviewers[0]
    MembershipFactory(dataset=story.dataset, user=reviewer)
    with pytest.raises(NotIndependent):
        reviewing.declare_interest(candidate=candidate, actor=reviewer, has_conflict=False)


def test_who_is_not_invited_cannot_review(story):
    candidate = story.in_review()
    with pytest.raises(NotFound, match="not asked to review"):
        reviewing.submit_review(candidate=candidate, actor=story.team.reviewers[2], judgement=judgement(3, 3, 3))


def test_interests_come_before_scores(story):
    with pytest.raises(ReviewIncomplete, match="conflict of interest"):
        reviewing.submit_review(
            candidate=story.in_review(), actor=story.team.reviewers[0], judgement=judgement(3, 3, 3)
        )


def test_an_incomplete_review_is_kept_and_each_gap_named(story):
    candidate, reviewer = story.in_review(), story.team.reviewers[0]
    reviewing.declare_interest(candidate=candidate, actor=reviewer, has_conflict=False)
    partial = Judgement({KEYS[0]: Answer(3, "They will be re-segmented."), KEYS[1]: Answer(7, "")})
    with pytest.raises(ReviewIncomplete) as caught:
        reviewing.submit_review(candidate=candidate, actor=reviewer, judgement=partial)
    assert {problem.pointer for problem in caught.value.problems} == {
        "/answers/interpretable/score",
        "/answers/interpretable/comment",
        "/answers/general_interest/score",
        "/answers/general_interest/comment",
        "/recommendation",
    }
    kept = selectors.own(candidate, reviewer)
    assert kept.scores_by_criterion() == {KEYS[0]: 3}
    assert not kept.is_submitted


def test_a_submitted_review_is_not_changed(story):
    candidate = story.reviewed()
    with pytest.raises(MovedOn, match="can no longer be changed"):
        reviewing.save_draft(candidate=candidate, actor=story.team.reviewers[0], judgement=judgement(0, 0, 0))
    assert Review.objects.get(reviewer=story.team.reviewers[0]).scores_by_criterion()[KEYS[0]] == 3


@pytest.mark.parametrize(
    ("author", "affiliation", "words"),
    [
        ({"name": "Rosa Reviewer"}, "", "named as an author"),
        ({"name": "R. R.", "orcid": "0000-0002-1825-0097"}, "", "named as an author"),
        ({"name": "K. Brandt", "affiliation": "Institute for Cell Dynamics, Ulm"}, "Cell Dynamics", "sharing a house"),
    ],
    ids=["same name", "same ORCID iD", "same institution"],
)  # fmt: skip
def test_closeness_is_noticed(story, author, affiliation, words):
    version = story.dataset.versions.get()
    version.metadata = {"study": {"authors": [author]}}
    version.save()
    reviewer = story.team.reviewers[0]
    reviewer.orcid, reviewer.affiliation = "0000-0002-1825-0097", affiliation
    assert any(words in sentence for sentence in people.interest_warnings(reviewer, story.dataset))


def test_joint_deposits_are_noticed_and_strangers_are_not_warned(story):
    reviewer, owner = story.team.reviewers[0], story.dataset.created_by
    assert people.interest_warnings(reviewer, story.dataset) == []
    joint = DatasetFactory(owner=owner)
    MembershipFactory(dataset=joint, user=reviewer)
    assert joint.accession in " ".join(people.interest_warnings(reviewer, story.dataset))


def test_every_move_is_in_the_history_and_in_the_chain(story):
    candidate = story.accepted()
    moves = [f"curation.{move.action}" for move in candidate.moves.all()]
    audited = AuditEntry.objects.filter(dataset=story.dataset, action__startswith="curation.").order_by("sequence")
    assert moves == [entry.action for entry in audited]
    assert len(moves) == 8  # nominate, triage, start, two invitations, two reviews, accept
    assert auditing.verify_chain(story.dataset) == []


def test_a_reason_is_demanded_by_the_database_too(story):
    candidate = story.nominated()
    with pytest.raises(ReasonMissing):
        nominating.moving.perform(candidate=candidate, action=Action.DECLINE, actor=story.team.curator)
