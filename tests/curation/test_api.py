"""The API: the same rules as the pages, as problem JSON."""

import hashlib
from datetime import timedelta

import pytest
from django.utils import timezone

from archive.models import ApiToken
from tests.curation.conftest import RATIONALE, REASON

pytestmark = pytest.mark.django_db
CANDIDATES = "/api/v1/curation/candidates/"


def post(client, url, data, user=None, status=200):
    if user:
        client.force_login(user)
    response = client.post(url, data, content_type="application/json")
    assert response.status_code == status, response.content
    return response.json()


def test_a_reader_nominates(client, story):
    data = {"dataset": story.dataset.accession, "reason": REASON}
    found = post(client, CANDIDATES, data, story.team.reader, 201)
    assert (found["state"], found["dataset"], found["scope"]) == ("nominated", story.dataset.accession, "dataset")
    assert post(client, CANDIDATES, data, status=409)["title"] == "Not possible in this state"


@pytest.mark.parametrize(
    ("data", "pointer"),
    [({"reason": "short"}, "/reason"), ({"reason": REASON, "component": "x"}, "/component"),
     ({"reason": REASON, "images": ["MG-D1-I1"]}, "/images")],
    ids=["reason", "component", "images"],
)  # fmt: skip
def test_a_bad_nomination_points_to_its_field(client, story, data, pointer):
    found = post(client, CANDIDATES, {"dataset": story.dataset.accession, **data}, story.team.reader, 422)
    assert [error["pointer"] for error in found["errors"]] == [pointer]


def test_strangers_nominate_nothing_and_see_nothing(client, story):
    candidate = story.nominated()
    assert client.get(CANDIDATES).status_code in (401, 403)
    client.force_login(story.team.reviewers[0])
    assert client.get(CANDIDATES).json()["results"] == []
    assert client.get(f"{CANDIDATES}{candidate.pk}/").status_code == 404
    assert client.get(f"{CANDIDATES}{candidate.pk}/moves/").status_code == 404


def test_the_team_lists_by_state(client, story):
    story.triaged()
    client.force_login(story.team.curator)
    assert len(client.get(f"{CANDIDATES}?state=triaged").json()["results"]) == 1
    assert client.get(f"{CANDIDATES}?state=nominated").json()["results"] == []
    assert client.get(f"{CANDIDATES}?state=lost").status_code == 422


def test_the_table_is_driven_by_moves(client, story):
    candidate, team = story.nominated(), story.team
    url = f"{CANDIDATES}{candidate.pk}/moves/"
    post(client, url, {"action": "triage"}, team.reader, 403)
    for action in ("claim", "triage", "start-review"):
        post(client, url, {"action": action}, team.curator)
    for reviewer in team.reviewers[:2]:
        post(client, url, {"action": "invite", "person": reviewer.email}, team.curator)
    assert (
        post(client, url, {"action": "invite", "person": "x@example.org"}, status=422)["errors"][0]["pointer"]
        == "/person"
    )
    assert post(client, url, {"action": "review"}, status=422)["errors"][0]["pointer"] == "/action"
    candidate.refresh_from_db()
    for reviewer in team.reviewers[:2]:
        story.score(reviewer, 3, 2, 3)
    post(client, url, {"action": "accept", "reason": RATIONALE}, team.curator, 403)
    assert post(client, url, {"action": "accept", "reason": RATIONALE}, team.editor)["labelled"] is True
    post(client, url, {"action": "accept", "reason": RATIONALE}, team.editor_two, 409)
    assert [line["action"] for line in client.get(url).json()][:2] == ["accept", "review"]


def test_labels_and_decisions_are_public(client, story):
    decision = story.accepted().decisions.get()
    (label,) = client.get("/api/v1/labels/?kind=reference").json()["results"]
    assert (label["dataset"], label["decision"]) == (story.dataset.accession, decision.pk)
    assert client.get("/api/v1/labels/?kind=curated").json()["results"] == []
    assert client.get("/api/v1/labels/?kind=best").status_code == 422
    assert len(client.get("/api/v1/curation/decisions/").json()["results"]) == 1
    found = client.get(f"/api/v1/curation/decisions/{decision.pk}/").json()
    assert (found["points"], found["most_points"], found["rationale"]) == (15, 18, RATIONALE)
    assert [one["reviewer"] for one in found["scores"]] == ["Reviewer 1", "Reviewer 2"]


def test_a_revoked_label_is_gone(client, story):
    story.revoked()
    assert client.get("/api/v1/labels/").json()["results"] == []


@pytest.mark.parametrize(("scopes", "status"), [(["read"], 403), (["read", "curate"], 201)], ids=["read", "curate"])
def test_a_token_needs_the_scope(client, story, scopes, status):
    key = "mg_" + "k" * 40
    ApiToken.objects.create(
        user=story.team.reader, name="script", hint="mg_kk", scopes=scopes,
        digest=hashlib.sha256(key.encode()).hexdigest(), expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    response = client.post(
        CANDIDATES, {"dataset": story.dataset.accession, "reason": REASON}, content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {key}",
    )  # fmt: skip
    assert response.status_code == status
