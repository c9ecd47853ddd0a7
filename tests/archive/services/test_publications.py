"""A publication that appears after the release stands beside the versions; a later version says what changed in it."""

import json

import pytest
from django.test import Client

from archive.errors import Invalid, NotAllowed, NotFound, WrongState
from archive.events import Event
from archive.interchange.datacite import attributes
from archive.models import AuditEntry, Dataset, Doi, Version
from archive.selectors.dois import record_of
from archive.services import depositing, dois, publications, releasing
from archive.services.sharing import share_dataset
from archive.states import DatasetRole, DepositionState
from search.documents import of_datasets
from tests.archive.documents import complete_document
from tests.factories.archive import BlobFactory, DepositionFactory, FileFactory, MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_is_asked(settings):
    settings.PORTAL_EUROPE_PMC_URL = settings.PORTAL_CROSSREF_URL = settings.PORTAL_DATACITE_URL = ""


@pytest.fixture
def dataset() -> Dataset:
    deposition = DepositionFactory(state=DepositionState.READY, metadata=complete_document())
    for name in ("a.tif", "b.tif", "c.tif"):
        FileFactory(dataset=deposition.dataset, path=name)
    releasing.release_deposition(deposition=deposition, user=deposition.dataset.created_by)
    return Dataset.objects.get()


def added(dataset: Dataset, identifier: str = "https://doi.org/10.1234/On.Mitosis", title: str = "On mitosis"):
    user = dataset.created_by
    return publications.add_publication(dataset=dataset, user=user, identifier=identifier, title=title)


def test_a_publication_makes_no_version_and_is_audited(dataset):
    made = added(dataset)
    assert (made.doi, made.title, made.url) == (
        "10.1234/on.mitosis",
        "On mitosis",
        "https://doi.org/10.1234/on.mitosis",
    )
    assert Version.objects.count() == 1
    entry = AuditEntry.objects.get(action="publication.add")
    assert (entry.actor, entry.data["doi"]) == (dataset.created_by, "10.1234/on.mitosis")
    publications.remove_publication(dataset=dataset, user=dataset.created_by, publication_id=made.pk)
    assert not dataset.publications.exists()
    with pytest.raises(NotFound):
        publications.remove_publication(dataset=dataset, user=dataset.created_by, publication_id=made.pk)


def test_search_and_datacite_follow(dataset):
    added(dataset)
    added(dataset, "PMID: 34021280", "")
    [document] = of_datasets([dataset.pk])
    assert "10.1234/on.mitosis" in repr(document) and "34021280" in repr(document)
    version = Version.objects.get()
    doi = Doi(dataset=dataset, number=1, name="10.5072/x.1")
    Doi.objects.get_or_create(dataset=dataset, number=None, defaults={"name": "10.5072/x"})
    related = [link["relatedIdentifier"] for link in attributes(record_of(doi, version))["relatedIdentifiers"]]
    assert {"10.1234/on.mitosis", "34021280"} <= set(related)


def test_whoever_listens_is_told(dataset, monkeypatch):
    heard = []
    monkeypatch.setattr(publications, "emit", lambda event, **ids: heard.append((event, ids)))
    added(dataset)
    assert heard == [(Event.DATASET_CHANGED, {"dataset_id": dataset.pk})]
    assert dois.note_change  # the table of events has it for DATASET_CHANGED


def test_what_cannot_be_added_is_said(dataset):
    added(dataset)
    for identifier in ("10.1234/on.mitosis", "hello"):
        with pytest.raises(Invalid) as caught:
            added(dataset, identifier)
        assert [found.pointer for found in caught.value.problems] == ["/identifier"]
    person = MembershipFactory(dataset=dataset, role=DatasetRole.CONTRIBUTOR).user
    with pytest.raises(NotAllowed):
        publications.add_publication(dataset=dataset, user=person, identifier="10.1234/other")
    draft = DepositionFactory().dataset
    with pytest.raises(WrongState, match="not released yet"):
        publications.add_publication(dataset=draft, user=draft.created_by, identifier="10.1234/other")


def test_owners_add_and_remove_on_a_page(dataset, client: Client):
    client.force_login(dataset.created_by)
    address = f"/datasets/{dataset.accession}/publications/"
    assert address in client.get(f"/datasets/{dataset.accession}/").content.decode()
    assert client.post(address, {"identifier": "hello"}).status_code == 422
    client.post(address, {"identifier": "10.1234/x", "title": "On mitosis"})
    page = Client().get(f"/datasets/{dataset.accession}/").content.decode()
    assert "On mitosis" in page and "https://doi.org/10.1234/x" in page and "Publication added (doi:10.1234/x)" in page
    assert Client().get(f"/api/v1/datasets/{dataset.accession}/").json()["publications"][0]["doi"] == "10.1234/x"
    client.post(f"{address}{dataset.publications.get().pk}/remove/")
    assert not dataset.publications.exists()


def test_the_api_adds_and_removes(dataset, client: Client):
    client.force_login(dataset.created_by)
    address = f"/api/v1/datasets/{dataset.accession}/publications"
    made = client.post(address, {"identifier": "34021280"}, content_type="application/json")
    assert (made.status_code, made.json()["pmid"]) == (201, "34021280")
    assert [row["pmid"] for row in Client().get(address).json()] == ["34021280"]
    bad = client.post(address, {"identifier": "x"}, content_type="application/json")
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/identifier")
    assert client.delete(f"{address}/{made.json()['id']}").status_code == 204


def test_a_version_says_what_changed_in_it(dataset, client: Client):
    owner = dataset.created_by
    draft = depositing.start_new_version(dataset=dataset, user=owner)
    files = {file.path: file for file in dataset.files.all()}
    for name in ("b.tif", "c.tif"):
        files[name].until_version = 2
        files[name].save()
    FileFactory(dataset=dataset, path="b.tif", from_version=2, blob=BlobFactory(size=2_000_000))
    for number in range(150):
        FileFactory(dataset=dataset, path=f"new/{number:03}.tif", from_version=2)
    draft.metadata = complete_document(title="Mitosis in yeast")
    draft.state = DepositionState.READY
    draft.save()
    version = releasing.release_deposition(deposition=draft, user=owner, change_note="Another species.")
    assert [change["pointer"] for change in version.changes["fields"]] == ["/study/title"]
    counts = {kind: version.changes["files"][kind]["count"] for kind in ("added", "replaced", "removed")}
    assert counts == {"added": 150, "replaced": 1, "removed": 1}
    assert len(version.changes["files"]["added"]["names"]) == 100
    page = client.get(f"/datasets/{dataset.accession}/versions/").content.decode()
    expected = (
        "The title changed from “Mitosis in HeLa cells” to “Mitosis in yeast”.", "Another species.", "and 50 more",
        "Files: 150 added", "1 replaced (2.0\u00a0MB), 1 removed.", "The first version.",
    )  # fmt: skip
    for text in expected:
        assert text in page, text
    listed = client.get(f"/api/v1/datasets/{dataset.accession}/versions").json()["results"]
    assert [row["changes"] and row["changes"]["files"]["unchanged"] for row in listed] == [1, None]
    assert json.dumps(version.changes).count("e-mail") == 0


def test_only_owners_see_the_form(dataset, client: Client):
    person = MembershipFactory(dataset=dataset, role=DatasetRole.VIEWER).user
    client.force_login(person)
    assert client.get(f"/datasets/{dataset.accession}/publications/").status_code == 403
    share_dataset(dataset=dataset, actor=dataset.created_by, email=person.email, role=DatasetRole.OWNER)
    assert client.get(f"/datasets/{dataset.accession}/publications/").status_code == 200
