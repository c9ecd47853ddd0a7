"""Publications through the API."""

import pytest

from archive.services import finding_publications
from tests.archive.publication_services import DOI, PMID, running_services
from tests.factories.archive import UserFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/publications/lookup"


@pytest.fixture
def services(settings):
    with running_services() as services:
        services.use(settings)
        yield services


@pytest.fixture
def person(client):
    person = UserFactory()
    client.force_login(person)
    return person


def ask(client, identifier):
    return client.post(ADDRESS, {"identifier": identifier}, content_type="application/json")


def test_a_publication(client, services, person):
    answer = ask(client, DOI).json()
    assert answer["outcome"] == "found"
    assert answer["sources"] == ["Europe PMC", "Crossref"]
    publication = answer["publication"]
    assert (publication["pmid"], publication["year"], publication["licence"]) == (PMID, 2018, "CC-BY-4.0")
    assert publication["authors"][1] == {
        "name": "Jason R Swedlow",
        "given": "Jason R",
        "family": "Swedlow",
        "orcid": "0000-0002-2198-1958",
        "affiliation": "University of Dundee",
    }
    assert {"funder": "European Commission", "award": "653493"} in publication["grants"]


def test_down_and_unknown_are_outcomes(client, services, person):
    assert ask(client, "10.1234/none").json()["outcome"] == "unknown"
    services.moods = dict.fromkeys(("europe_pmc", "crossref", "datacite"), "fault")
    answer = ask(client, DOI)
    assert answer.status_code == 200
    assert answer.json()["outcome"] == "unavailable"
    assert answer.json()["silent"] == ["Europe PMC", "Crossref", "DataCite"]
    assert answer.json()["publication"] is None


def test_words_are_refused_with_their_place(client, services, person):
    answer = ask(client, "no identifier")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/identifier"


def test_for_those_who_are_signed_in(client, services):
    assert ask(client, DOI).status_code in (401, 403)
    assert services.asked == []


def test_no_more_than_so_many_a_minute(client, services, person, monkeypatch):
    monkeypatch.setattr(finding_publications, "PER_MINUTE", 1)
    assert ask(client, "10.1234/1").status_code == 200
    answer = ask(client, "10.1234/2")
    assert answer.status_code == 429
    assert "Retry-After" in answer.headers
