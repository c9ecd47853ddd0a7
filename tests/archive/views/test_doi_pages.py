"""What pages and API say of DOIs: never that one leads somewhere before DataCite said so."""

import pytest

from archive.models import Doi
from archive.services import depositing, dois
from archive.states import DoiState
from tests.factories.archive import ReleasedDatasetFactory, RetractedDatasetFactory, UserFactory

pytestmark = pytest.mark.django_db


def with_state(dataset, state: DoiState):
    dois.reserve(dataset=dataset, number=1)
    Doi.objects.filter(dataset=dataset).update(state=state)
    return dataset


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (DoiState.RESERVED, "(reserved, not registered)"),
        (DoiState.DRAFT, "(reserved at DataCite, not registered)"),
    ],
)
def test_a_name_that_leads_nowhere_is_no_link(client, state, words):
    dataset = with_state(ReleasedDatasetFactory(), state)
    text = client.get(dataset.get_absolute_url()).text
    assert f'doi:10.5072/{dataset.accession.lower()}.1</span> <span class="faint">{words}' in text
    assert "https://doi.org/10.5072" not in text


def test_registered_ones_are_links_and_the_citation(client):
    dataset = with_state(ReleasedDatasetFactory(), DoiState.FINDABLE)
    text = client.get(dataset.get_absolute_url()).text
    name = dataset.accession.lower()
    assert f'href="https://doi.org/10.5072/{name}.1"' in text
    assert f'href="https://doi.org/10.5072/{name}"' in text
    assert "not registered" not in text
    citation = text.split('id="citation">')[1].split("<")[0]
    assert citation.endswith(f"https://doi.org/10.5072/{name}.1")


def test_the_tombstone_keeps_its_doi(client):
    dataset = with_state(RetractedDatasetFactory(), DoiState.HIDDEN)
    response = client.get(dataset.get_absolute_url())
    assert response.status_code == 410
    assert f'href="https://doi.org/10.5072/{dataset.accession.lower()}.1"' in response.text


def test_a_draft_says_what_its_doi_will_be(client):
    user = UserFactory()
    client.force_login(user)
    deposition = depositing.start_deposition(user=user)
    text = client.get(deposition.get_absolute_url()).text
    assert f"doi:10.5072/{deposition.dataset.accession.lower()}.1" in text
    assert "Its DOI, which leads nowhere before the release:" in text


def test_the_api_tells_both_and_their_state(client):
    dataset = with_state(ReleasedDatasetFactory(), DoiState.FINDABLE)
    answer = client.get(f"/api/v1/datasets/{dataset.accession}/").json()
    name = f"10.5072/{dataset.accession.lower()}"
    assert (answer["doi"], answer["concept_doi"], answer["doi_state"]) == (f"{name}.1", name, "findable")


def test_the_api_knows_a_record_without_names(client):
    answer = client.get(f"/api/v1/datasets/{ReleasedDatasetFactory().accession}/").json()
    assert (answer["concept_doi"], answer["doi_state"]) == (None, None)
