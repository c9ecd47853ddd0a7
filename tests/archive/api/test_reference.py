"""Templates and terms over the API."""

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator

from archive.models import Term
from tests.archive.documents import complete_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def terms(db):
    call_command("load_terms", "FBbi", verbosity=0)


def test_templates_are_listed_the_default_first(client):
    rows = client.get("/api/v1/templates/").json()

    assert rows[0]["default"] is True
    assert {row["name"] for row in rows} >= {"light-microscopy", "electron-microscopy", "screen"}


def test_every_template_has_its_schema(client):
    for row in client.get("/api/v1/templates/").json():
        response = client.get(row["schema_url"])
        assert response["Content-Type"] == "application/schema+json"
        Draft202012Validator.check_schema(response.json())
        assert response.json()["$id"] == row["schema_url"]


def test_a_complete_document_fits_the_schema_of_its_template(client):
    schema = client.get("/api/v1/templates/light-microscopy/").json()
    Draft202012Validator(schema).validate(complete_document())


@pytest.mark.parametrize("address", ["templates/none/", "templates/screen/?version=0.1", "terms/FBbi:1/"])
def test_what_there_is_not_is_said_in_a_sentence(client, address):
    response = client.get(f"/api/v1/{address}")
    assert response.status_code == 404
    assert response.json()["detail"].endswith(".")


def test_terms_are_found_by_the_beginnings_of_words(client, terms):
    rows = client.get("/api/v1/terms/", {"q": "conf micr", "ontology": "FBbi"}).json()

    assert rows[0]["label"] == "confocal microscopy"
    assert len(rows) <= 10
    assert client.get("/api/v1/terms/", {"q": "conf micr", "ontology": "NCBITaxon"}).json() == []


def test_a_term_found_by_a_synonym_tells_it(client, terms):
    rows = client.get("/api/v1/terms/", {"q": "SEM"}).json()
    assert any(row["synonym"] for row in rows)


@pytest.mark.parametrize("limit", ["x", "-1", "", "²"])
def test_a_limit_that_is_none_is_named(client, limit):
    response = client.get("/api/v1/terms/", {"q": "a", "limit": limit})
    assert response.json()["errors"][0]["pointer"] == "/limit"


def test_vocabularies_are_told_with_version_and_licence(client, terms):
    (row,) = client.get("/api/v1/vocabularies/").json()
    assert (row["name"], row["version"], row["licence"]) == ("FBbi", "2019-03-07", "CC-BY-4.0")
    assert row["term_count"] > 600


def test_one_term_has_its_ancestors(client, terms):
    curie = Term.objects.get(label="confocal microscopy").curie
    term = client.get(f"/api/v1/terms/{curie}/").json()
    assert "microscopy" in set(Term.objects.filter(curie__in=term["ancestors"]).values_list("label", flat=True))


def test_suggestions_say_what_they_are_a_kind_of(client, terms):
    rows = client.get("/api/v1/terms/", {"q": "confocal microscopy", "prefer": "FBbi:00000222"}).json()
    assert (rows[0]["parent"], rows[0]["relation"]) == ("light microscopy", "is_a")


def test_several_vocabularies_are_searched_together(client, terms):
    rows = client.get("/api/v1/terms/", {"q": "conf micr", "ontology": "NCBITaxon,FBbi"}).json()
    assert rows[0]["ontology"] == "FBbi"


def test_suggestions_need_few_queries(client, terms, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        client.get("/api/v1/terms/", {"q": "electron"})
