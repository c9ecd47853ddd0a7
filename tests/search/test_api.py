"""The API of search: the same parameters and results as the pages, problems as problem JSON."""

import pytest

from search import indexing
from tests.factories.archive import ControlledDatasetFactory
from tests.search.conftest import study


@pytest.fixture
def api(released, index, client):
    client.dataset = released(images=2, source_identifiers=[{"scheme": "IDR", "value": "idr0013"}])
    hidden = released(images=1, metadata=study("Hidden"), factory=ControlledDatasetFactory)
    for dataset in (client.dataset, hidden):
        indexing.record_change(dataset_id=dataset.pk)
    indexing.drain_outbox()
    return client


def test_datasets_come_with_hits_facets_and_total(api):
    body = api.get("/api/v1/search/datasets", {"q": "human"}).json()
    assert body["total"] == 1
    assert body["cursor"] is None
    assert isinstance(body["took_ms"], int)
    (hit,) = body["hits"]
    assert hit["accession"] == api.dataset.accession
    assert hit["title"] == "Nuclear envelope breakdown"
    assert "idr0013" in hit["source_identifiers"]
    assert hit["why"] == ["matched: Homo sapiens (synonym of human)"]
    organism = next(facet for facet in body["facets"] if facet["name"] == "organism")
    assert organism["values"] == [{"key": "Homo sapiens", "label": "Homo sapiens", "count": 1, "selected": False}]


def test_a_dataset_is_found_by_its_identifier_elsewhere(api):
    assert api.get("/api/v1/search/datasets", {"q": "idr0013"}).json()["total"] == 1


def test_images_are_filtered_as_on_the_page(api):
    found = api.get("/api/v1/search/images", {"channel": "DAPI", "pixel_size.max": "200", "pixel_size.unit": "nm"})
    assert found.json()["total"] == 2
    assert found.json()["hits"][0]["thumbnail"].startswith("/images/")
    assert api.get("/api/v1/search/images", {"pixel_size.max": "0.01"}).json()["total"] == 0


def test_pages_go_on_by_cursor(api):
    first = api.get("/api/v1/search/images", {"size": 1, "sort": "accession"}).json()
    second = api.get("/api/v1/search/images", {"size": 1, "sort": "accession", "cursor": first["cursor"]}).json()
    assert first["hits"][0]["accession"] != second["hits"][0]["accession"]
    assert second["cursor"] is None


def test_a_facet_in_full_and_suggestions(api):
    facet = api.get("/api/v1/search/facets/channel", {"contains": "da", "kind": "image"}).json()
    assert [value["key"] for value in facet["values"]] == ["DAPI"]
    found = api.get("/api/v1/search/suggest", {"q": "homo", "kind": "dataset"}).json()["suggestions"]
    assert found[0] == {"field": "organism", "label": "Organism", "text": "Homo sapiens", "count": 1}


def test_what_is_not_the_reader_s_is_not_told(api):
    assert api.get("/api/v1/search/datasets", {"q": "hidden"}).json()["total"] == 0
    assert api.get("/api/v1/search/suggest", {"q": "hidden", "kind": "dataset"}).json()["suggestions"] == []


@pytest.mark.parametrize(
    ("path", "params", "status", "pointer"),
    [
        ("datasets", {"q": "specie:x"}, 400, "/q"),
        ("images", {"size": "0"}, 400, "/size"),
        ("images", {"pixel_size.min": "x"}, 400, "/pixel_size.min"),
        ("suggest", {"kind": "book"}, 400, "/kind"),
        ("facets/nothing", {}, 404, None),
    ],
)
def test_a_bad_question_is_a_problem_with_its_place(api, path, params, status, pointer):
    response = api.get(f"/api/v1/search/{path}", params)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["detail"].endswith((".", "?"))
    assert [problem["pointer"] for problem in body.get("errors", [])] == ([pointer] if pointer else [])


def test_an_engine_that_is_down_is_503(api, settings):
    settings.PORTAL_SEARCH_URL = "opensearch://127.0.0.1:9"
    response = api.get("/api/v1/search/datasets")
    assert response.status_code == 503
    assert response.headers["Retry-After"]
