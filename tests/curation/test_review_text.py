"""What a reviewer types is kept whole or given back, and the page says "Saved" only of what is."""

import pytest
from django.urls import reverse

from archive.errors import Invalid
from curation.models import Score
from curation.services import reviewing
from curation.services.reviewing import LONGEST_TEXT, MOST_EVIDENCE, Answer, Judgement
from tests.curation.conftest import KEYS, judgement

pytestmark = pytest.mark.django_db
COMMENT = f"comment-{KEYS[0]}"


@pytest.fixture
def candidate(story):
    candidate = story.in_review()
    reviewing.declare_interest(candidate=candidate, actor=story.team.reviewers[0], has_conflict=False)
    reviewing.save_draft(
        candidate=candidate, actor=story.team.reviewers[0], judgement=Judgement({KEYS[0]: Answer(2, "What was there.")})
    )
    return candidate


@pytest.fixture
def send(client, story, candidate):
    def post(**typed: str):
        client.force_login(story.team.reviewers[0])
        return client.post(reverse("curation:review", args=[candidate.pk]), {"do": "save"} | typed)

    return post


def kept() -> Score:
    return Score.objects.get(criterion=KEYS[0])


@pytest.mark.parametrize(
    "text", ["x" * (LONGEST_TEXT + 1), "Good\0 enough"], ids=["too long", "with a character that no text has"]
)
@pytest.mark.parametrize("do", ["save", "submit"])
def test_text_that_cannot_be_kept_comes_back_and_the_old_one_stays(send, text, do):
    answer = send(**{COMMENT: text, f"score-{KEYS[0]}": "3", "do": do})

    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert (kept().comment, kept().score) == ("What was there.", 2)


def test_a_line_break_counts_once_as_it_does_in_the_browser(send):
    text = "\r\n".join(["x" * 99] * 100)
    assert len(text) > LONGEST_TEXT > len(text.replace("\r", ""))

    assert send(**{COMMENT: text}).status_code == 302
    assert kept().comment == text.replace("\r", "")


def test_more_evidence_than_is_kept_is_said_at_its_field(send):
    lines = [f"Image {number}" for number in range(MOST_EVIDENCE + 1)]
    answer = send(**{f"evidence-{KEYS[0]}": "\r\n".join(lines), COMMENT: "New."})

    assert answer.status_code == 422
    assert f"at most {MOST_EVIDENCE} pieces of evidence" in answer.content.decode()
    assert lines[-1] in answer.content.decode()
    assert (kept().comment, kept().evidence) == ("What was there.", [])


def test_a_score_that_does_not_exist_leaves_the_old_one(send):
    assert send(**{f"score-{KEYS[0]}": "7"}).status_code == 422
    assert kept().score == 2


def test_the_service_keeps_no_part_of_a_text(story, candidate):
    long = Judgement({KEYS[0]: Answer(3, "x" * (LONGEST_TEXT + 1))}, note="n" * (LONGEST_TEXT + 1))
    with pytest.raises(Invalid) as refused:
        reviewing.save_draft(candidate=candidate, actor=story.team.reviewers[0], judgement=long)

    assert [problem.pointer for problem in refused.value.problems] == ["/note", f"/answers/{KEYS[0]}/comment"]
    assert kept().score == 2


def autosave(client, story, candidate, **typed: str) -> str:
    client.force_login(story.team.reviewers[0])
    address = reverse("curation:review", args=[candidate.pk])
    response = client.post(address, typed, headers={"HX-Request": "true"})
    assert response.status_code == 200
    return response.content.decode()


def test_what_is_typed_is_saved_while_it_is_typed_and_found_again(client, story, candidate):
    assert "Saved <time" in autosave(client, story, candidate, **{COMMENT: "Half a sen"})
    page = client.get(reverse("curation:review", args=[candidate.pk])).content.decode()
    assert "Half a sen" in page and "Save draft" in page and "Saved <time" in page


def test_what_cannot_be_saved_on_the_way_says_why(client, story, candidate):
    said = autosave(client, story, candidate, **{COMMENT: "x" * (LONGEST_TEXT + 1)})
    assert "Not saved" in said and kept().comment == "What was there."


def test_a_submitted_review_is_not_saved_over(client, story, candidate):
    reviewing.submit_review(candidate=candidate, actor=story.team.reviewers[0], judgement=judgement(3, 3, 3))
    assert "can no longer be changed" in autosave(client, story, candidate, **{COMMENT: "Later."})
