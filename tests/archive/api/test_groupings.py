"""A script answers whether files are one image."""

import pytest

from archive.models import Deposition, Grouping
from archive.services import proposing
from archive.states import DepositionState, FileState, GroupingState
from tests.factories.archive import DepositionFactory, FileFactory, ImageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def deposition():
    deposition = DepositionFactory()
    for z in range(3):
        file = FileFactory(dataset=deposition.dataset, path=f"raw/cell_z{z}.tif", state=FileState.READ)
        ImageFactory(dataset=deposition.dataset, file=file, size_z=1, size_c=1, size_t=1)
    proposing.propose_groupings(dataset_id=deposition.dataset_id)
    return deposition


@pytest.fixture
def url(deposition):
    return f"/api/v1/depositions/{deposition.dataset.accession}/groupings"


@pytest.fixture
def script(deposition, with_token):
    return with_token(deposition.created_by, "read", "deposit")


def test_the_list_says_what_belongs_together_and_why(script, url):
    (found,) = script.get(url).json()["results"]
    assert (found["label"], found["state"], found["files"], found["images"]) == ("cell", "proposed", 3, 1)
    assert found["axes"] == [{"name": "z", "values": ["0", "1", "2"]}]
    assert found["members"][2] == {"path": "raw/cell_z2.tif", "places": [2]}
    assert "cell_z{z}" in found["why"]


@pytest.mark.parametrize(
    "words, states",
    [(["confirm"], ["confirmed"]), (["decline"], ["declined"]), (["confirm", "undo"], ["confirmed", "proposed"])],
    ids=["yes", "no", "yes and undo"],
)
def test_answers(script, url, words, states):
    grouping = Grouping.objects.get()
    for word, state in zip(words, states, strict=True):
        response = script.post(url, {"answer": word, "groupings": [grouping.pk]}, format="json")
        assert response.status_code == 200, response.content
        assert response.json()[0]["state"] == state


def test_what_cannot_be_answered_says_what_to_do(script, url, deposition):
    grouping = Grouping.objects.get()
    assert script.post(url, {"answer": "perhaps", "groupings": [grouping.pk]}, format="json").status_code in (400, 422)
    gone = script.post(url, {"answer": "confirm", "groupings": [grouping.pk, 987_654]}, format="json")
    assert (gone.status_code, "Reload" in gone.json()["detail"]) == (409, True)
    Deposition.objects.update(state=DepositionState.SUBMITTED)
    late = script.post(url, {"answer": "confirm", "groupings": [grouping.pk]}, format="json")
    assert late.status_code == 409
    assert Grouping.objects.get().state == GroupingState.PROPOSED


def test_what_nobody_answered_is_an_advice_in_the_report(script, url):
    report = script.get(url.replace("groupings", "report")).json()
    (advice,) = [problem for problem in report if problem["code"] == "grouping-unanswered"]
    assert advice["tier"] == "optional"
    assert "3 files from “raw/cell_z0.tif” on look like one image" in advice["message"]
