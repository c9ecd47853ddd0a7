"""Filling the deposit page from a DOI or PubMed ID: beside what is there, and nothing taken that was not ticked."""

import pytest
from django.urls import reverse

from archive import outbound
from archive.metadata.formdata import to_form
from archive.models import Deposition
from archive.selectors.templates import template_of
from archive.services import depositing
from archive.states import DatasetRole
from tests.archive.documents import complete_document
from tests.archive.publication_services import CROSSREF, DOI, PMID, running_services
from tests.factories.archive import DepositionFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def services(settings, monkeypatch):
    monkeypatch.setattr(outbound, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(outbound, "READ_SECONDS", 1.0)
    with running_services() as services:
        services.use(settings)
        yield services


@pytest.fixture
def person(client):
    person = UserFactory(name="Jan Ellenberg", affiliation="")
    client.force_login(person)
    return person


@pytest.fixture
def deposition(person):
    return depositing.start_deposition(user=person)


def address(deposition: Deposition, name: str = "deposition") -> str:
    return reverse(f"archive:{name}", args=[deposition.dataset.accession])


def form_of(deposition: Deposition, **changes: object) -> dict:
    deposition.refresh_from_db()
    typed = to_form(template_of(deposition), deposition.metadata) | {"revision": [str(deposition.revision)]}
    return typed | {name.replace("__", "."): value for name, value in changes.items()}


def test_the_page_shows_what_was_found_and_saves_what_was_typed(client, services, deposition):
    sent = form_of(deposition, action="lookup", lookup=DOI, study__description="Typed just now, and long enough.")
    response = client.post(address(deposition), sent)
    text = response.text
    assert response.status_code == 200
    assert "Nature methods, 2018. Found by Europe PMC and Crossref." in text
    assert "Jason R Swedlow, 0000-0002-2198-1958, University of Dundee" in text
    assert ticked(text) == {"publication", "title", "authors", "grants"}
    assert "In the form now, and replaced if you tick this:</b> Typed just now" in text
    deposition.refresh_from_db()
    assert deposition.metadata["study"]["description"] == "Typed just now, and long enough."
    assert "title" not in deposition.metadata["study"]


def ticked(text: str) -> set[str]:
    boxes = " ".join(text.split()).split('type="checkbox" name="take" value="')[1:]
    return {box.split('"')[0] for box in boxes if "checked" in box.split(">")[0]}


def test_one_click_takes_what_is_ticked_and_leaves_the_rest(client, services, deposition):
    client.post(address(deposition), form_of(deposition, action="lookup", lookup=PMID, study__description="Mine " * 9))
    sent = form_of(deposition, action="take", lookup=PMID, take=["publication", "title", "authors", "grants"])
    response = client.post(address(deposition), sent, follow=True)
    assert f"Taken from PMID {PMID}: publication, title, authors, grants." in response.text
    deposition.refresh_from_db()
    study = deposition.metadata["study"]
    assert study["title"] == "A call for public archives for biological image data"
    assert study["description"] == ("Mine " * 9).strip()
    assert study["publication"]["doi"] == DOI
    assert study["publication"]["pmid"] == PMID
    assert [person["name"] for person in study["authors"]] == [
        "Jan Ellenberg",
        "Jason R Swedlow",
        "Image Data Consortium",
    ]
    assert study["authors"][0]["orcid"] == "0000-0001-5909-701X"
    assert study["grants"][0] == {"funder": "Wellcome Trust", "number": "203285/B/16/Z"}
    assert deposition.dataset.audit_entries.filter(action="deposition.edit").count() == 2


def test_nothing_ticked_takes_nothing(client, services, deposition):
    before = deposition.metadata["study"]
    response = client.post(address(deposition), form_of(deposition, action="take", lookup=DOI), follow=True)
    assert "Nothing was ticked" in response.text
    deposition.refresh_from_db()
    assert deposition.metadata["study"] == before


@pytest.mark.parametrize("mood", ["slow", "fault", "page"])
def test_services_that_are_down_cost_nothing_but_a_sentence(client, services, deposition, mood):
    services.moods = dict.fromkeys(("europe_pmc", "crossref", "datacite"), mood)
    sent = form_of(deposition, action="lookup", lookup=DOI, study__title="A title of mine")
    response = client.post(address(deposition), sent)
    assert response.status_code == 200
    assert "did not answer, so that DOI 10.1038/s41592-018-0195-8 could not be looked up" in response.text
    deposition.refresh_from_db()
    assert deposition.metadata["study"]["title"] == "A title of mine"
    response = client.post(
        address(deposition), form_of(deposition, action="take", lookup=DOI, take="title"), follow=True
    )
    assert "could not be looked up" in response.text
    assert "Nothing was ticked" not in response.text


@pytest.mark.parametrize(("typed", "said"), [("", "neither a DOI"), ("10.1234/none", "Nobody who was asked knows")])
def test_what_cannot_be_found_says_so(client, services, deposition, typed, said):
    response = client.post(address(deposition), form_of(deposition, action="lookup", lookup=typed))
    assert said in response.text
    assert f'value="{typed}"' in response.text


def test_a_script_gets_the_answer_alone_and_nothing_is_saved(client, services, deposition):
    sent = form_of(deposition, lookup=DOI, study__title="Not saved yet")
    response = client.post(address(deposition, "deposition-lookup"), sent)
    assert "<html" not in response.text
    assert "replaced if you tick this:</b> Not saved yet" in response.text
    deposition.refresh_from_db()
    assert "title" not in deposition.metadata["study"]


def test_all_that_stands_there_is_not_offered_again(client, services, deposition):
    names = ["publication", "title", "authors", "description", "grants"]
    client.post(address(deposition), form_of(deposition, action="take", lookup=DOI, take=names))
    response = client.post(address(deposition, "deposition-lookup"), form_of(deposition, lookup=DOI))
    assert "All of it stands in the form already." in response.text


def test_without_a_service_nothing_is_offered(client, deposition):
    assert "Fill from DOI or PMID" not in client.get(address(deposition)).text


def test_a_viewer_looks_nothing_up(client, services, deposition):
    viewer = MembershipFactory(dataset=deposition.dataset, role=DatasetRole.VIEWER).user
    client.force_login(viewer)
    assert client.post(address(deposition, "deposition-lookup"), {"lookup": DOI}).status_code == 403
    assert services.asked == []


def test_hostile_words_of_a_service_stay_words(client, services, person, monkeypatch):
    deposition = DepositionFactory(dataset__owner=person, metadata=complete_document())
    monkeypatch.setitem(CROSSREF["message"], "title", ["&lt;script&gt;alert(1)&lt;/script&gt;"])
    services.moods = {"europe_pmc": "fault"}
    text = client.post(address(deposition, "deposition-lookup"), form_of(deposition, lookup=DOI)).text
    assert "<script" not in text
