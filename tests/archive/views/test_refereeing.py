"""A referee's way: the address with the token is left at once, pages are read with the cookie, nothing is changed."""

import re

import pytest
from django.test import Client

from archive.models import Dataset, Deposition, RefereeLink
from archive.services import refereeing
from tests.archive.documents import complete_document
from tests.factories.archive import DepositionFactory, FileFactory, ImageFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset() -> Dataset:
    dataset = DepositionFactory(metadata=complete_document()).dataset
    ImageFactory(dataset=dataset, file=FileFactory(dataset=dataset, path="cells/one.ome.tif"))
    return dataset


@pytest.fixture
def owner(dataset) -> Client:
    owner = Client()
    owner.force_login(dataset.created_by)
    return owner


@pytest.fixture
def referee(dataset, client) -> Client:
    _, token = refereeing.make_link(dataset=dataset, user=dataset.created_by)
    assert client.get(f"/referee/{token}/").status_code == 302
    return client


def test_the_token_becomes_a_cookie_at_once(dataset, client):
    _, token = refereeing.make_link(dataset=dataset, user=dataset.created_by)
    response = client.get(f"/referee/{token}/")
    assert (response.status_code, response["Location"]) == (302, f"/datasets/{dataset.accession}/")
    assert response["Referrer-Policy"] == "no-referrer"
    assert "no-store" in response["Cache-Control"]
    cookie = response.cookies["referee"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and token not in cookie.value
    page = client.get(response["Location"])
    assert (page["Referrer-Policy"], page["Cache-Control"]) == ("no-referrer", "private, no-store")
    assert token not in page.content.decode() + str(page.headers)


def test_a_referee_reads_record_images_and_files(referee, dataset):
    page = referee.get(f"/datasets/{dataset.accession}/").content.decode()
    assert "You read this as a referee" in page
    for text in ("Ada Lovelace", "Mitosis in HeLa cells", "cells/one.ome.tif", f"{dataset.accession}-I"):
        assert text in page
    image = dataset.images.get()
    addresses = [
        f"/images/{image.accession}/", f"/images/{image.accession}/view/", f"/datasets/{dataset.accession}/images/",
        f"/api/v1/datasets/{dataset.accession}/", f"/api/v1/datasets/{dataset.accession}/files",
        f"/api/v1/images/{image.accession}/", f"/api/v1/images/{image.accession}/viewer",
    ]  # fmt: skip
    assert {address: referee.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)


@pytest.mark.parametrize(
    "address", ["/depositions/{}/", "/depositions/{}/referees/", "/depositions/{}/files/", "/datasets/{}/retract/"]
)
def test_a_referee_is_nobody_elsewhere(referee, dataset, address):
    response = referee.get(address.format(dataset.accession))
    assert response.status_code == 302 and response["Location"].startswith("/accounts/login/")


def test_a_referee_changes_nothing(referee, dataset):
    image = dataset.images.get()
    assert referee.post(f"/api/v1/images/{image.accession}/ome-zarr").status_code == 401
    assert referee.patch(f"/api/v1/depositions/{dataset.accession}/").status_code == 401
    assert referee.post(f"/datasets/{dataset.accession}/new-version/").status_code == 302
    assert Deposition.objects.get().revision == 0


def test_another_dataset_is_not_opened(referee):
    other = DepositionFactory(metadata=complete_document()).dataset
    assert referee.get(f"/datasets/{other.accession}/").status_code == 404
    assert referee.get(f"/api/v1/datasets/{other.accession}/").status_code == 404


def test_an_ended_link_says_so_without_its_token_in_the_address(client, dataset):
    link, token = refereeing.make_link(dataset=dataset, user=dataset.created_by)
    client.get(f"/referee/{token}/")
    refereeing.revoke_link(dataset=dataset, user=dataset.created_by, link_id=link.pk)
    assert client.get(f"/datasets/{dataset.accession}/").status_code == 404
    response = client.get(f"/referee/{token}/", follow=True)
    assert response.redirect_chain == [("/referee/", 302)]
    assert (response.status_code, "has ended" in response.content.decode()) == (410, True)


def test_leaving_gives_the_own_eyes_back(referee, dataset):
    referee.force_login(dataset.created_by)
    assert "You read this as a referee" in referee.get(f"/datasets/{dataset.accession}/").content.decode()
    referee.post("/referee/leave/")
    assert referee.get(f"/datasets/{dataset.accession}/").status_code == 302


def test_owners_make_and_take_back_links_on_a_page(owner, dataset):
    address = f"/depositions/{dataset.accession}/referees/"
    assert f'href="{address}"' in owner.get(f"/depositions/{dataset.accession}/").content.decode()
    made = owner.post(address, {"note": "Journal of Cells", "days": "92", "anonymised": "1"}).content.decode()
    [token] = re.findall(r"/referee/([\w-]{40,})/", made)
    link = RefereeLink.objects.get()
    assert (link.note, link.is_anonymised) == ("Journal of Cells", True)
    assert token not in owner.get(address).content.decode()
    owner.post(f"{address}{link.pk}/revoke/")
    assert not RefereeLink.objects.get().is_valid
    assert owner.post(address, {"days": "5000"}).status_code == 422


def test_the_api_makes_lists_and_takes_back(owner, dataset):
    address = f"/api/v1/depositions/{dataset.accession}/referee-links"
    made = owner.post(address, {"days": 10, "anonymised": True}, content_type="application/json")
    assert made.status_code == 201 and "/referee/" in made.json()["url"]
    [listed] = owner.get(address).json()
    assert (listed["anonymised"], listed["openings"], "url" in listed) == (True, 0, False)
    assert owner.delete(f"{address}/{listed['id']}").status_code == 204
    assert owner.delete(f"{address}/{listed['id']}").status_code == 404
    bad = owner.post(address, {"days": 0}, content_type="application/json")
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/days")
    assert Client().get(address).status_code == 401


def test_a_stranger_with_the_link_reads_as_a_referee(referee, dataset):
    referee.force_login(UserFactory())
    assert referee.get(f"/datasets/{dataset.accession}/").status_code == 200
