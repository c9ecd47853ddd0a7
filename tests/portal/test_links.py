"""Every internal link of the main pages leads somewhere, and every anchor within a page is there."""

import re
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

import pytest
from django.test import Client
from django.urls import is_valid_path, reverse

from archive.models import Version
from portal import help as help_pages
from tests.factories.archive import FileFactory, ImageFactory
from tests.fixtures_states import World

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bytes_in_folders")]
PUBLIC = [
    "/",
    "/about/",
    "/help/",
    *(f"/help/{topic.slug}/" for topic in help_pages.TOPICS),
    "/deposit/",
    "/search/",
    "/search/images/",
    "/labels/",
    "/decisions/",
    "/accounts/login/",
    "/accounts/signup/",
]
OWN = ["/", "/deposit/", "/depositions/", "/account/", "/accounts/email/", "/accounts/password/change/"]
LEFT_OUT = re.compile(r"^/(static|admin|accounts/logout|accounts/.*/login)\b")
# Bytes that these rows do not have, or that the imaging pool makes: it is enough that somebody answers there.
BYTES = re.compile(r"/pictures/|/thumbnail|/files/\d+/$|/original|^/api/v1/images/[^/]+/.|/zip|/archive")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href"):
            self.found.add(given["href"])
        self.ids |= {given[name] for name in ("id", "name") if given.get(name)}


def _broken(client: Client, page: str) -> list[str]:
    response = client.get(page, follow=True)
    assert response.status_code == 200, page
    text = response.text
    links = _Links()
    links.feed(text)
    broken = [href for href in links.found if href.startswith("#") and len(href) > 1 and href[1:] not in links.ids]
    for href in sorted(links.found):
        address, _ = urldefrag(urljoin(page, href))
        if address.startswith("/") and not LEFT_OUT.search(address) and _status(client, address) != 200:
            broken.append(f"{href}: {_status(client, address)}")
    return broken


def _status(client: Client, address: str) -> int:
    if BYTES.search(address):
        return 200 if is_valid_path(address.partition("?")[0]) else 404
    return client.get(address, follow=True).status_code


@pytest.mark.parametrize("page", PUBLIC)
def test_of_public_pages(client, page):
    assert _broken(client, page) == []


@pytest.mark.parametrize("page", OWN)
def test_of_ones_own_pages(client, same_states: World, page):
    client.force_login(same_states.people["owner"])
    assert _broken(client, page) == []


@pytest.mark.parametrize("role", ["anonymous", "owner"])
def test_of_a_record_and_its_images(client, same_states: World, role):
    scene = same_states.scenes["released"]
    if role != "anonymous":
        client.force_login(same_states.people[role])
    accession = scene.dataset.accession
    Version.objects.filter(dataset=scene.dataset).update(file_count=1, image_count=1)
    pages = [reverse("archive:dataset", args=[accession]), reverse("archive:image", args=[scene.image.accession])]
    pages += [reverse("archive:images", args=[accession]), reverse("archive:version", args=[accession, 1])]
    assert [broken for page in pages for broken in _broken(client, page)] == []


def test_of_a_deposition(client, same_states: World):
    client.force_login(same_states.people["owner"])
    for scene in same_states.scenes.values():
        FileFactory(dataset=scene.dataset)
        ImageFactory(dataset=scene.dataset, number=90)
        assert _broken(client, reverse("archive:deposition", args=[scene.dataset.accession])) == [], scene.name


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/depositions/MG-D1/share/", "/depositions/MG-D1/"),
        ("/depositions/MG-D1/files/3/keep/", "/depositions/MG-D1/"),
        ("/account/tokens/3/revoke/", "/account/tokens/"),
        ("/account/tokens/", "/account/"),
        ("/curation/candidates/7/moves/revoke/", "/curation/candidates/7/"),
    ],
)
def test_the_address_of_a_button_leads_to_its_page(client, same_states: World, address, page):
    client.force_login(same_states.people["owner"])
    response = client.get(address)
    assert (response.status_code, response.url) == (302, page)


def test_what_no_page_stands_above_says_so(client):
    response = client.post("/help/")
    assert response.status_code == 405
    assert "This address does not do that" in response.text
