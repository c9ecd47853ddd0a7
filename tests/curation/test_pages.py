"""The pages: sound, for the right people, in constant queries; bad input comes back and nothing typed is lost."""

import pytest
from django.urls import reverse

from curation.models import Candidate, Review
from curation.selectors.queue import pictures_of
from curation.services import deciding, nominating, reviewing
from tests.curation.conftest import KEYS, RATIONALE, REASON
from tests.factories.archive import ImageFactory, ReleasedDatasetFactory
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db

PUBLIC = ["labels", "criteria", "policy", "workflow", "decisions"]


def page(client, name, *args, user=None, status=200, data=None) -> str:
    if user:
        client.force_login(user)
    url = reverse(f"curation:{name}", args=args)
    response = client.get(url) if data is None else client.post(url, data)
    assert response.status_code == status, (name, response.status_code, response.headers.get("Location"))
    text = response.content.decode()
    if status in (200, 422):
        assert problems_of(text) == []
    return text


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("filled", [False, True], ids=["empty", "filled"])
def test_public_pages_are_sound(client, story, name, filled):
    if filled:
        story.accepted()
    page(client, name)


@pytest.mark.parametrize("kind", ["reference", "highly-used", "curated"])
def test_each_label_has_its_page(client, story, kind):
    story.accepted()
    assert (story.dataset.accession in page(client, "label", kind)) == (kind == "reference")


def test_what_is_not_there_is_a_page_that_says_so(client, db):
    page(client, "label", "beautiful", status=404)
    page(client, "criteria-version", 99, status=404)
    page(client, "decision", 99, status=404)


@pytest.mark.parametrize("state", ["nominated", "triaged", "in_review", "reviewed", "accepted", "declined", "deferred",
                                   "revoked", "reopened"])  # fmt: skip
@pytest.mark.parametrize("who", ["curator", "editor", "reader", "member"])
def test_a_candidate_in_every_state_is_sound_for_everybody_concerned(client, story, state, who):
    candidate = getattr(story, state)()
    user = story.dataset.created_by if who == "member" else getattr(story.team, who)
    text = page(client, "candidate", candidate.pk, user=user)
    assert candidate.state_label in text
    assert REASON in text


def test_a_candidate_is_nothing_to_strangers(client, story):
    candidate = story.nominated()
    page(client, "candidate", candidate.pk, user=story.team.reviewers[0], status=404)
    client.logout()
    assert client.get(candidate.get_absolute_url()).status_code == 302


def test_the_queue_is_for_the_team_and_others_see_what_concerns_them(client, story):
    story.in_review()
    assert "Curation queue" in page(client, "queue", user=story.team.curator)
    assert "Your reviews" in page(client, "queue", user=story.team.reviewers[0])
    assert "You nominated" in page(client, "queue", user=story.team.reader)
    assert "Among your datasets" in page(client, "queue", user=story.dataset.created_by)
    assert "Nothing yet" in page(client, "queue", user=story.team.reviewers[2])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("tab=nominated", True),
        ("tab=triaged", False),
        ("who=nobody", True),
        ("who=me", False),
        ("age=under-14", True),
        ("age=over-30", False),
        ("origin=reader", True),
        ("origin=appeal", False),
        ("tab=nonsense&age=old&who=x&page=-3", True),
    ],
)
def test_the_queue_filters(client, story, query, found):
    story.nominated()
    client.force_login(story.team.curator)
    text = client.get(f"{reverse('curation:queue')}?{query}").content.decode()
    assert problems_of(text) == []
    assert (story.dataset.accession in text) == found


def _many(team, count: int) -> None:
    for _ in range(count):
        dataset = ReleasedDatasetFactory()
        ImageFactory(dataset=dataset)
        nominating.nominate(dataset=dataset, actor=team.reader, reason=REASON)


def test_the_queue_asks_as_often_for_50_rows_as_for_5(client, team, django_assert_max_num_queries, monkeypatch):
    monkeypatch.setattr("curation.selectors.queue.PAGE_SIZE", 100)
    client.force_login(team.curator)
    counts = []
    for more in (5, 45):
        _many(team, more)
        with django_assert_max_num_queries(25) as captured:
            text = client.get(reverse("curation:queue")).content.decode()
        counts.append(len(captured.captured_queries))
    assert text.count('<th scope="row">') == 50
    assert counts[0] == counts[1]


def test_a_nomination_without_reason_comes_back_with_what_was_typed(client, story):
    image = story.dataset.images.first().accession
    text = page(client, "nominate", story.dataset.accession, user=story.team.reader, status=422,
                data={"reason": "nice", "images": f"{image} MG-D1-I1"})  # fmt: skip
    assert "nice</textarea>" in text and image in text
    assert "at least a sentence (20 characters)" in text and "MG-D1-I1" in text


def test_a_reader_nominates_and_follows(client, story):
    client.force_login(story.team.reader)
    url = reverse("curation:nominate", args=[story.dataset.accession])
    response = client.post(url, {"reason": REASON, "images": ""}, follow=True)
    assert response.redirect_chain[0][0] == Candidate.objects.get().get_absolute_url()


def test_moves_by_page_need_their_reason_and_role(client, story):
    candidate = story.nominated()
    team = story.team
    text = page(client, "move", candidate.pk, "decline", user=team.curator, status=422, data={"reason": "no"})
    assert "Write at least a sentence" in text
    page(client, "move", candidate.pk, "triage", user=team.reader, status=403, data={})
    page(client, "move", candidate.pk, "fly", user=team.curator, status=404, data={})
    page(client, "move", candidate.pk, "accept", user=team.curator, status=404, data={})
    page(client, "move", candidate.pk, "triage", user=team.curator, status=302, data={"reason": ""})
    page(client, "move", candidate.pk, "triage", user=team.curator, status=409, data={"reason": ""})


def test_the_whole_way_by_pages(client, story):
    candidate, team = story.nominated(), story.team
    for action in ("claim", "triage", "start-review"):
        page(client, "move", candidate.pk, action, user=team.curator, status=302, data={})
    page(client, "move", candidate.pk, "assign", status=302, data={"person": team.curator_two.pk})
    page(client, "move", candidate.pk, "invite", status=422, data={"person": team.reader.pk})
    for reviewer in team.reviewers[:2]:
        page(client, "move", candidate.pk, "invite", user=team.curator, status=302, data={"person": reviewer.pk})
        page(client, "review", candidate.pk, user=reviewer)
        page(client, "interest", candidate.pk, status=422, data={})
        page(client, "interest", candidate.pk, status=302, data={"has_conflict": "no"})
        page(client, "review", candidate.pk)
        filled = {"do": "submit", "recommendation": "accept", "may_be_named": "on", "note": "Privately."}
        for key in KEYS:
            filled |= {f"score-{key}": "3", f"comment-{key}": "Because.", f"evidence-{key}": "10.1038/x\nI1"}
        page(client, "review", candidate.pk, status=302, data=filled)
        assert "Your review" in page(client, "review", candidate.pk)
    page(client, "decide", candidate.pk, user=team.editor)
    text = page(client, "decide", candidate.pk, status=422, data={"outcome": "accept", "rationale": ""})
    assert "Write at least a sentence" in text
    text = page(client, "decide", candidate.pk, status=422, data={"outcome": "decline", "rationale": RATIONALE})
    assert RATIONALE in text and "Write why you decide otherwise" in text
    page(client, "decide", candidate.pk, status=302, data={"outcome": "accept", "rationale": RATIONALE})
    client.logout()
    text = page(client, "decision", candidate.decisions.get().pk)
    assert RATIONALE in text and "Rosa Reviewer" in text and "18</b> of 18" in text
    assert "Privately." not in text and "Ada Reader" not in text
    page(client, "appeal", candidate.decisions.get().pk, user=team.reader, status=422, data={"reason": ""})
    page(client, "appeal", candidate.decisions.get().pk, status=302, data={"reason": "The third channel is too weak."})


def test_an_incomplete_review_comes_back_whole(client, story):
    candidate, reviewer = story.in_review(), story.team.reviewers[0]
    reviewing.declare_interest(candidate=candidate, actor=reviewer, has_conflict=False)
    typed = {"do": "submit", f"score-{KEYS[0]}": "2", f"comment-{KEYS[1]}": "Staining is exemplary."}
    text = page(client, "review", candidate.pk, user=reviewer, status=422, data=typed)
    assert "Staining is exemplary." in text
    assert "needs a score from 0 to 3" in text
    page(client, "review", candidate.pk, status=302, data=typed | {"do": "save"})
    assert "Staining is exemplary." in page(client, "review", candidate.pk)
    assert not Review.objects.get(reviewer=reviewer).is_submitted


class TestBlinding:
    """Rosa has scored, Ruth has not."""

    MARK = "Because of interpretable."

    @pytest.fixture
    def half(self, story):
        story.in_review()
        story.score(story.team.reviewers[0], 3, 2, 3)
        return story

    def pages(self, client, user, story) -> str:
        client.force_login(user)
        names = ("candidate", "review", "decide")
        return "".join(
            client.get(reverse(f"curation:{name}", args=[story.candidate.pk])).content.decode() for name in names
        )

    def test_the_other_reviewer_sees_nothing_of_it(self, client, half):
        text = self.pages(client, half.team.reviewers[1], half)
        assert self.MARK not in text and "8 of 9" not in text

    def test_nor_do_curators_until_both_are_in(self, client, half):
        assert self.MARK not in self.pages(client, half.team.curator, half)
        half.score(half.team.reviewers[1], 2, 2, 2)
        assert "14 of 18 points" in self.pages(client, half.team.curator, half)

    def test_an_editor_who_is_asked_to_review_is_blinded_too(self, client, half):
        reviewer = half.team.reviewers[1]
        reviewer.groups.add(*half.team.editor.groups.all())
        text = self.pages(client, reviewer, half)
        assert self.MARK not in text and "asked to review this candidate yourself" in text

    def test_the_editor_sees_what_is_in(self, client, half):
        assert self.MARK in self.pages(client, half.team.editor, half)

    def test_the_depositor_sees_no_scores_before_the_decision(self, client, half):
        half.score(half.team.reviewers[1], 2, 2, 2)
        text = self.pages(client, half.dataset.created_by, half)
        assert self.MARK not in text and "points" not in text and "Rosa" not in text


def test_an_unnamed_reviewer_stays_a_number(client, story):
    decision = story.accepted().decisions.get()
    text = page(client, "decision", decision.pk)
    assert "Reviewer 1" in text and "Rosa" not in text and "A note for the editor" not in text


def test_a_decision_page_costs_few_queries(client, story, django_assert_max_num_queries):
    decision = story.accepted().decisions.get()
    with django_assert_max_num_queries(25):
        page(client, "decision", decision.pk)


@pytest.mark.parametrize("action", ["invite", "assign"])
@pytest.mark.parametrize("data", [{}, {"person": "999999"}, {"person": "x"}], ids=["empty", "nobody", "no-number"])
def test_who_may_be_asked_is_told_only_to_those_who_may_ask(client, story, action, data):
    candidate = story.in_review() if action == "invite" else story.nominated()
    url = reverse("curation:move", args=[candidate.pk, action])
    names = [person.name for person in (*story.team.reviewers, story.team.curator, story.team.editor)]
    for user in (story.dataset.created_by, story.team.reader):
        client.force_login(user)
        response = client.post(url, data)

        assert response.status_code == 403
        assert [name for name in names if name in response.content.decode()] == []


def test_a_label_is_taken_back_in_two_steps_and_the_record_says_so(client, story):
    candidate = story.accepted()
    reason = "The cell line was confused with another."
    text = page(client, "move", candidate.pk, "revoke", user=story.team.editor, status=422, data={"reason": "bad"})
    assert "Write at least a sentence" in text
    text = page(client, "move", candidate.pk, "revoke", data={"reason": reason})
    assert "Take the reference label back?" in text and reason in text
    candidate.refresh_from_db()
    assert candidate.state == "accepted"
    page(client, "move", candidate.pk, "revoke", status=302, data={"reason": reason, "confirmed": "yes"})
    client.logout()
    text = page(client, "decision", candidate.decisions.get().pk)
    assert "Accepted, then revoked" in text and reason in text
    assert "Accepted, then revoked" in page(client, "decisions")
    record = client.get(story.dataset.get_absolute_url()).content.decode()
    assert "was revoked on" in record and reason in record


def test_a_decision_says_which_images_were_judged(client, story):
    image = story.dataset.images.first()
    candidate = story.accepted(images=[image.accession])
    text = page(client, "decision", candidate.decisions.get().pk)
    assert f"1 image of the dataset: I{image.number}" in text and "all images of the dataset" not in text
    assert "1 of 3 images is a reference image" in text


def test_one_nominated_image_is_not_the_whole_dataset(client, story):
    image = list(story.dataset.images.order_by("number"))[1]
    candidate = story.nominated(images=[image.accession])
    text = page(client, "nominate", story.dataset.accession, user=story.team.reader)
    assert "The whole dataset is a candidate" not in text and "One part of this dataset is a candidate" in text
    assert pictures_of([candidate])[candidate.pk] == image


def test_nobody_left_to_invite_is_said(client, story):
    candidate = story.in_review(2)
    reviewing.declare_interest(candidate=candidate, actor=story.team.reviewers[0], has_conflict=True)
    reviewing.invite(candidate=candidate, actor=story.team.curator, reviewer=story.team.reviewers[2])
    assert "Nobody is left to be invited" in page(client, "candidate", candidate.pk, user=story.team.curator)


def test_a_decided_candidate_asks_for_no_third_reviewer(client, story):
    candidate = story.reviewed((1, 3, 3), (3, 3, 3))
    assert "third" in page(client, "candidate", candidate.pk, user=story.team.editor).lower()
    deciding.decide(candidate=candidate, actor=story.team.editor, outcome="accept", rationale=RATIONALE,
                    deviation="The second review explains the doubt.")  # fmt: skip
    assert "third" not in page(client, "candidate", candidate.pk, user=story.team.editor).lower()
