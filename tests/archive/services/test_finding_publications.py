"""Looking publications up, against servers that answer as the real ones do, and as they do on a bad day."""

import time

import pytest

from archive import outbound
from archive.errors import Invalid, TooMany
from archive.services import finding_publications
from archive.services.finding_publications import Outcome, Source, find_publication
from tests.archive.publication_services import ARXIV, DOI, PMID, running_services
from tests.factories.archive import UserFactory

pytestmark = pytest.mark.django_db
BAD_DAYS = ["fault", "busy", "page", "redirect", "huge", "slow", "drip", "dripping_body", "cut"]


@pytest.fixture
def services(settings, monkeypatch):
    monkeypatch.setattr(outbound, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(outbound, "READ_SECONDS", 1.0)
    with running_services() as services:
        services.use(settings)
        yield services


@pytest.fixture
def user():
    return UserFactory()


def test_a_doi_is_put_together_from_both(services, user):
    found = find_publication(text=f"https://doi.org/{DOI.upper()}", user=user)
    assert found.outcome is Outcome.FOUND
    assert found.sources == (Source.EUROPE_PMC, Source.CROSSREF)
    assert found.publication.pmid == PMID
    assert found.publication.authors[1].orcid == "0000-0002-2198-1958"
    assert found.sentence == "Found by Europe PMC and Crossref."


def test_a_pubmed_id_leads_to_crossref_by_its_doi(services, user):
    found = find_publication(text=PMID, user=user)
    assert found.sources == (Source.EUROPE_PMC, Source.CROSSREF)
    assert [path.split("?")[0] for path in services.asked] == [
        "/europe_pmc/search",
        "/crossref/works/10.1038%2Fs41592-018-0195-8",
    ]


def test_datacite_is_asked_for_what_the_others_do_not_know(services, user):
    found = find_publication(text=ARXIV, user=user)
    assert found.sources == (Source.DATACITE,)
    assert found.publication.title == "An archive"


def test_who_asks_says_so(services, user, settings):
    find_publication(text=DOI, user=user)
    assert settings.SITE_URL in services.agents[0]
    assert "mailto:portal@localhost" in services.agents[0]


def test_an_answer_is_kept_for_a_day(services, user):
    find_publication(text=DOI, user=user)
    count = len(services.asked)
    assert find_publication(text=f"doi:{DOI}", user=user).publication
    assert len(services.asked) == count


def test_an_unknown_doi_says_so(services, user):
    found = find_publication(text="10.1234/nobody-knows", user=user)
    assert found.outcome is Outcome.UNKNOWN
    assert "Nobody who was asked knows DOI 10.1234/nobody-knows" in found.sentence


@pytest.mark.parametrize("mood", BAD_DAYS)
def test_when_all_have_a_bad_day_the_sentence_says_to_go_on(services, user, mood):
    services.moods = dict.fromkeys(("europe_pmc", "crossref", "datacite"), mood)
    began = time.monotonic()
    found = find_publication(text=DOI, user=user)
    assert found.outcome is Outcome.UNAVAILABLE
    assert found.silent == (Source.EUROPE_PMC, Source.CROSSREF, Source.DATACITE)
    assert "Go on and fill the fields by hand" in found.sentence
    assert time.monotonic() - began < 8
    assert services.elsewhere == 0


@pytest.mark.parametrize("mood", BAD_DAYS)
def test_one_service_is_enough(services, user, mood):
    services.moods = {"europe_pmc": mood}
    found = find_publication(text=DOI, user=user)
    assert found.publication.title
    assert found.silent == (Source.EUROPE_PMC,)
    assert "something may be missing" in found.sentence


def test_what_was_missed_on_a_bad_day_is_not_kept(services, user):
    services.moods = {"europe_pmc": "fault"}
    find_publication(text=DOI, user=user)
    services.moods = {}
    assert find_publication(text=DOI, user=user).publication.pmid == PMID


def test_an_answer_of_another_shape_is_nothing_known(services, user):
    services.moods = dict.fromkeys(("europe_pmc", "crossref", "datacite"), "odd")
    assert find_publication(text=DOI, user=user).outcome is Outcome.UNKNOWN


def test_nobody_listens(services, user, settings):
    settings.PORTAL_EUROPE_PMC_URL = settings.PORTAL_CROSSREF_URL = settings.PORTAL_DATACITE_URL = "http://127.0.0.1:9"
    assert find_publication(text=DOI, user=user).outcome is Outcome.UNAVAILABLE


def test_a_service_without_an_address_is_not_asked(services, user, settings):
    settings.PORTAL_EUROPE_PMC_URL = ""
    found = find_publication(text=DOI, user=user)
    assert (found.sources, found.silent) == ((Source.CROSSREF,), ())


def test_words_are_no_identifier(services, user):
    with pytest.raises(Invalid, match="neither a DOI nor a PubMed ID"):
        find_publication(text="A call for archives", user=user)


def test_one_person_cannot_ask_without_pause(services, user, monkeypatch):
    monkeypatch.setattr(finding_publications, "PER_MINUTE", 2)
    for number in range(2):
        find_publication(text=f"10.1234/{number}", user=user)
    with pytest.raises(TooMany):
        find_publication(text="10.1234/2", user=user)
    assert find_publication(text="10.1234/0", user=user).outcome is Outcome.UNKNOWN
    assert find_publication(text="10.1234/3", user=UserFactory()).outcome is Outcome.UNKNOWN
