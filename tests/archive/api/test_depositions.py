"""A script deposits: it starts, edits, submits, asks for the report, and releases."""

import pytest

from archive.models import Deposition
from archive.services import depositing
from archive.states import DepositionState, FileState
from tests.archive.documents import complete_document
from tests.factories.archive import DepositionFactory, FileFactory, ImageFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/depositions/"


@pytest.fixture
def owner():
    return UserFactory()


@pytest.fixture
def script(owner, with_token):
    return with_token(owner, "read", "deposit")


def _start(script, **metadata) -> dict:
    response = script.post(URL, {"metadata": metadata or complete_document()}, format="json")
    assert response.status_code == 201, response.content
    return response.json()


def test_a_deposition_begins_like_another_one(script):
    made = _start(script)
    answer = script.post(URL, {"like": made["accession"]}, format="json")
    assert answer.status_code == 201, answer.content
    assert answer.json()["metadata"]["biosample"] == made["metadata"]["biosample"]
    assert "title" not in answer.json()["metadata"]["study"]
    both = script.post(URL, {"like": made["accession"], "template": "screen"}, format="json")
    assert both.status_code == 400
    assert "Send `like` alone" in both.content.decode()


def test_a_script_deposits_from_the_first_call_to_the_release(script):
    made = _start(script)
    accession = made["accession"]
    deposition = Deposition.objects.get(dataset__accession=accession)
    FileFactory(dataset=deposition.dataset, path="a.tif")

    edited = script.patch(
        f"{URL}{accession}/",
        {"revision": made["revision"], "changes": {"study.title": "Actin in motion"}},
        format="json",
    ).json()
    assert (edited["title"], edited["revision"]) == ("Actin in motion", 1)
    assert script.get(f"{URL}{accession}/report").json() == []
    assert script.post(f"{URL}{accession}/submit").json()["state"] == "submitted"
    depositing.settle_deposition(deposition_id=deposition.pk)
    files = script.get(f"{URL}{accession}/files").json()["results"]
    assert [(file["path"], file["state"]) for file in files] == [("a.tif", "read")]

    refused = script.post(f"{URL}{accession}/release", {}, format="json")
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/no_publication"]
    why = {"no_publication": "One is to follow."}
    released = script.post(f"{URL}{accession}/release", why, format="json").json()
    assert (released["state"], released["status"]["words"]) == ("released", "Released")


def test_an_old_revision_is_a_conflict_that_tells_the_present_one(script):
    accession = _start(script)["accession"]
    body = {"revision": 0, "changes": {"study.title": "Actin in motion"}}
    assert script.patch(f"{URL}{accession}/", body, format="json").status_code == 200

    response = script.patch(f"{URL}{accession}/", body, format="json")

    assert response.status_code == 409
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["current_revision"] == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"revision": 0}, {"revision": 0, "metadata": {}, "changes": {}}, {"revision": -1, "changes": {}}],
    ids=["nothing", "no change", "both", "negative revision"],
)
def test_a_change_of_a_wrong_shape_names_its_place(script, body):
    response = script.patch(f"{URL}{_start(script)['accession']}/", body, format="json")

    assert response.status_code == 400
    assert response.json()["errors"]


def test_submitting_too_early_names_every_problem_with_its_pointer(script):
    accession = _start(script, study={"title": "Actin in motion"})["accession"]

    problem = script.post(f"{URL}{accession}/submit").json()

    pointers = {error["pointer"] for error in problem["errors"]}
    assert problem["status"] == 422
    assert {"/study/description", "/files"} <= pointers
    assert pointers <= {entry["pointer"] for entry in script.get(f"{URL}{accession}/report").json()}


def test_a_token_without_the_scope_may_not(owner, with_token):
    reader = with_token(owner, "read")
    response = reader.post(URL, {}, format="json")

    assert response.status_code == 403
    assert "deposit" in response.json()["detail"]
    assert reader.get(URL).status_code == 200


def test_without_an_account_one_is_asked_to_sign_in(client):
    response = client.get(URL)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_stranger_does_not_learn_that_it_exists(script, with_token):
    accession = _start(script)["accession"]
    stranger = with_token(UserFactory(), "read", "deposit")

    found, missing = (stranger.get(f"{URL}{name}/") for name in (accession, "MG-D999999"))
    assert found.status_code == missing.status_code == 404
    assert found.json() == missing.json()


def test_a_file_that_cannot_be_read_is_kept_on_purpose(script):
    accession = _start(script)["accession"]
    deposition = Deposition.objects.get(dataset__accession=accession)
    file = FileFactory(dataset=deposition.dataset, state=FileState.KEPT, reason_code="broken", reason="It is cut off.")
    report = script.get(f"{URL}{accession}/report").json()
    assert [entry["code"] for entry in report if entry["tier"] == "required"] == ["broken"]

    assert script.post(f"{URL}{accession}/files/{file.pk}/keep", {}, format="json").status_code == 200
    assert script.get(f"{URL}{accession}/report").json() == []


def test_withdrawing_needs_a_reason(script):
    accession = _start(script)["accession"]
    assert script.post(f"{URL}{accession}/withdraw", {}, format="json").status_code == 400
    done = script.post(f"{URL}{accession}/withdraw", {"reason": "The wrong cells."}, format="json")
    assert done.json()["state"] == "withdrawn"


def test_a_release_of_human_material_is_refused_with_its_reason(owner, script):
    deposition = DepositionFactory(
        dataset__owner=owner, state=DepositionState.READY, metadata=complete_document(human_material="yes")
    )
    response = script.post(f"{URL}{deposition.dataset.accession}/release", {}, format="json")

    assert response.status_code == 409
    assert "human material" in response.json()["detail"]


@pytest.mark.parametrize("count", [5, 50])
def test_lists_cost_the_same_whatever_their_length(owner, as_user, count, django_assert_max_num_queries):
    for _ in range(count):
        deposition = DepositionFactory(dataset__owner=owner)
    for _ in range(count):
        ImageFactory(dataset=deposition.dataset, file__dataset=deposition.dataset)
    browser = as_user(owner)
    with django_assert_max_num_queries(5):
        assert len(browser.get(URL).json()["results"]) == count
    with django_assert_max_num_queries(8):  # with what tables say of them, and how
        files = browser.get(f"{URL}{deposition.dataset.accession}/files").json()["results"]
    assert len(files) == count


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"metadata": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", 400),
        (b'{"metadata": ' + b'{"a":' * 50 + b"1" + b"}" * 50 + b"}", 422),
        (b'{"metadata": [1, 2]}', 422),
        (b'{"metadata": {"study": {"title": NaN}}}', 400),
        (b'{"metadata": {"study": {"title": "' + b"x" * 6_000_000 + b'"}}}', 413),
        (b'{"metadata": {"study": {"title": "\xff"}}}', 400),
        (b'{"metadata": {"study": {"title": "a\\u0000\\ud800b"}}}', 201),
        (b"{", 400),
        (b"[]", 400),
    ],
    ids=["very deep", "deep", "no object", "NaN", "large", "no UTF-8", "no text", "no JSON", "a list"],
)
def test_hostile_bodies_are_answers(script, body, status):
    response = script.generic("POST", URL, body, "application/json")

    assert response.status_code == status, response.content[:300]
    if status >= 400:
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["detail"]
