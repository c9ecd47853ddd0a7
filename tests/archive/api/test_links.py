"""Signed links: they open one private address for a day, for whoever has them, and end with what they rest on."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from archive import links
from archive.models import AuditEntry, Dataset
from archive.states import Access, DatasetRole
from tests.archive.documents import complete_document
from tests.factories.archive import (
    BlobFactory,
    FileFactory,
    ImageFactory,
    MembershipFactory,
    ReleasedDatasetFactory,
    UserFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bytes_in_folders")]
CONTENT = b"private pixels"


@pytest.fixture
def dataset() -> Dataset:
    """Controlled: its files are for its people alone."""
    dataset = ReleasedDatasetFactory(access=Access.CONTROLLED)
    FileFactory(dataset=dataset, path="raw/a b.tif", blob=BlobFactory(content=CONTENT))
    return dataset


@pytest.fixture
def viewer(dataset):
    return MembershipFactory(dataset=dataset, user=UserFactory(), role=DatasetRole.VIEWER).user


def content_address(dataset: Dataset) -> str:
    return f"/api/v1/datasets/{dataset.accession}/files/{dataset.files.get().pk}/content"


def make(dataset: Dataset, person, address: str):
    client = Client()
    client.force_login(person)
    return client.post(
        f"/api/v1/datasets/{dataset.accession}/links", {"address": address}, content_type="application/json"
    )


def link_to(dataset: Dataset, person, address: str = "") -> str:
    answer = make(dataset, person, address or content_address(dataset))
    assert answer.status_code == 201, answer.json()
    return answer.json()["url"].removeprefix("http://testserver")


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_anybody_with_the_link_gets_the_bytes_and_ranges_of_them(dataset, viewer):
    link = link_to(dataset, viewer)
    assert Client().get(content_address(dataset)).status_code == 404
    assert body(Client().get(link)) == CONTENT
    rest = Client().get(link, headers={"Range": "bytes=8-"})
    assert (rest.status_code, body(rest)) == (206, CONTENT[8:])
    stranger = Client()
    stranger.force_login(UserFactory())
    assert body(stranger.get(f"{link}&name=a.tif")) == CONTENT


def test_a_zip_comes_by_link_if_the_address_names_its_version(dataset, viewer):
    address = f"/api/v1/datasets/{dataset.accession}/archive.zip"
    assert make(dataset, viewer, address).status_code == 422
    link = link_to(dataset, viewer, f"{address}?version=1")
    assert body(Client().get(link))[:2] == b"PK"


def test_the_zip_behind_a_link_names_no_mail_addresses(dataset, viewer):
    document = complete_document(title=dataset.title)
    document["study"]["authors"] = [{"name": "Ada Lovelace", "email": "ada@example.org"}]
    dataset.versions.update(metadata=document)
    address = f"/api/v1/datasets/{dataset.accession}/archive.zip?version=1"
    own = Client()
    own.force_login(viewer)
    assert b"ada@example.org" in body(own.get(address))
    linked = body(Client().get(link_to(dataset, viewer, address)))
    assert b"Ada Lovelace" in linked
    assert b"ada@example.org" not in linked


def test_the_link_opens_nothing_else(dataset, viewer):
    link = link_to(dataset, viewer)
    signature = link.split("signature=")[1]
    other = FileFactory(dataset=dataset, path="other.tif", blob=BlobFactory(content=b"other"))
    assert Client().get(link.replace(f"/{dataset.files.first().pk}/", f"/{other.pk}/")).status_code in {404, 410}
    assert Client().get(f"{link}&member=x").status_code == 410
    for address in (
        f"/api/v1/datasets/{dataset.accession}/archive.zip?version=1",
        f"/api/v1/datasets/{dataset.accession}/members",
        f"/datasets/{dataset.accession}/take-away/",
        f"/datasets/{dataset.accession}/files/{other.pk}/",
    ):
        joined = "&" if "?" in address else "?"
        assert Client().get(f"{address}{joined}signature={signature}").status_code in {401, 403, 404, 410}
    assert Client().post(link).status_code in {401, 403, 405}


@pytest.mark.parametrize("change", ["time", "membership", "account", "bytes", "role again", "signature", "retracted"])
def test_it_ends_with_what_it_rests_on(dataset, viewer, change, monkeypatch):
    link = link_to(dataset, viewer)
    membership = dataset.memberships.get(user=viewer)
    if change == "time":
        monkeypatch.setattr(links, "LIFE", timedelta(seconds=-1))
    elif change == "membership":
        membership.delete()
    elif change == "role again":
        membership.delete()
        MembershipFactory(dataset=dataset, user=viewer, role=DatasetRole.VIEWER)
    elif change == "account":
        viewer.is_active = False
        viewer.save()
    elif change == "bytes":
        dataset.files.update(blob=BlobFactory(content=b"other bytes"))
    elif change == "signature":
        link = link[:-1] + ("A" if link[-1] != "A" else "B")
    elif change == "retracted":
        dataset.standing, dataset.retraction_reason, dataset.retracted_at = "retracted", "A reason.", timezone.now()
        dataset.save()
        membership.delete()
    answer = Client().get(link)
    assert answer.status_code == 410
    assert "This link has ended" in answer.json()["detail"]


def test_only_its_people_make_links_and_it_is_in_the_audit_trail(dataset, viewer):
    assert make(dataset, UserFactory(), content_address(dataset)).status_code == 403
    before = AuditEntry.objects.count()
    link = link_to(dataset, viewer)
    entry = AuditEntry.objects.latest("pk")
    assert (AuditEntry.objects.count(), entry.action, entry.actor) == (before + 1, "link.make", viewer)
    assert link.split("signature=")[1] not in str(entry.data)
    # Nor is that of an earlier link, from which another one is made.
    link_to(dataset, viewer, link)
    assert "signature" not in str(AuditEntry.objects.latest("pk").data)


@pytest.mark.parametrize(
    "address",
    [
        "/datasets/",
        "/api/v1/datasets/",
        "https://elsewhere.example/x",
        "",
        "/api/v1/nothing",
        "/api/v1/tokens/",
        "/health/",
    ],
)
def test_pages_and_strange_addresses_are_never_linked(dataset, viewer, address):
    assert make(dataset, viewer, address).status_code in {400, 422}


def test_an_address_of_another_dataset_is_not_linked(dataset, viewer):
    other = ReleasedDatasetFactory()
    FileFactory(dataset=other, blob=BlobFactory(content=b"public"))
    assert make(dataset, viewer, content_address(other)).status_code == 422
    hidden = ReleasedDatasetFactory(access=Access.CONTROLLED)
    FileFactory(dataset=hidden, blob=BlobFactory(content=b"hidden"))
    assert make(dataset, viewer, content_address(hidden)).status_code == 404


def test_what_is_drawn_is_linked_too(dataset, viewer):
    image = ImageFactory(dataset=dataset, file=dataset.files.get())
    for address in (
        f"/api/v1/images/{image.accession}/ome-tiff?z=0",
        f"/api/v1/images/{image.accession}/render?size=9",
    ):
        link = link_to(dataset, viewer, address)
        # No pool runs here; that is said only to those who may see the image.
        assert Client().get(link).status_code == 503
        assert Client().get(address).status_code == 404
