"""From an upload to a hit of the search on the real engines, in the processes of production, through HTTP alone."""

import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image as Picture

from archive.models import User
from archive.services import people
from search.backends.choice import backend_for
from tests.archive.documents import complete_document
from tests.archive.tus_headers import BYTES, metadata
from tests.factories.archive import UserFactory
from tests.real_stack import Stack, running_stack
from tests.shared_engines import drop_indices

FILE = Path(__file__).resolve().parents[1] / "demo" / "images" / "tiff-imagej" / "xy_16bit__embryo_transmission.tif"
TUS = {"Tus-Resumable": "1.0.0"}
API = "/api/v1"
pytestmark = [pytest.mark.services, pytest.mark.enable_socket, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def depositor(transactional_db) -> User:
    return UserFactory(name="Dana Depositor")


@pytest.fixture
def stack(depositor, settings) -> Iterator[Stack]:
    settings.PORTAL_SEARCH_URL += "-stack"
    with running_stack() as running:
        yield running
    engine = backend_for(settings.PORTAL_SEARCH_URL)
    drop_indices(engine)
    engine.client.close()
    backend_for.cache_clear()


@pytest.fixture
def token(depositor) -> dict[str, str]:
    _, key = people.create_token(user=depositor, name="script", scopes=["read", "deposit"])
    return {"Authorization": f"Bearer {key}"}


def test_an_upload_becomes_a_drawn_image_that_anybody_finds_and_downloads(stack, token):
    content = FILE.read_bytes()
    title = "Transmission of a rareword embryo"
    document = {"metadata": complete_document(title=title)}
    accession = stack.ask("POST", f"{API}/depositions/", 201, json=document, headers=token).json()["accession"]
    _upload_in_two_requests(stack, token, accession, content)
    stack.wait_until(lambda: _files(stack, token, accession) == [("embryo/a.tif", "read")], "the file is read")
    assert _search(stack, "images", "rareword")["total"] == 0  # private until its release
    _release(stack, token, accession)
    found = stack.wait_until(lambda: _search(stack, "images", "rareword")["hits"], "the image is found")
    assert [hit["accession"] for hit in found] == [f"{accession}-I1"]
    assert [hit["title"] for hit in _search(stack, "datasets", 'organism:"Homo sapiens"')["hits"]] == [title]
    _is_drawn(stack, f"{accession}-I1")
    _is_downloaded(stack, f"{accession}-I1", content)


def _upload_in_two_requests(stack: Stack, token: dict, accession: str, content: bytes) -> None:
    words = metadata(dataset=accession, relativePath="embryo/a.tif", sha256=hashlib.sha256(content).hexdigest())
    begin = {**token, **TUS, "Upload-Length": str(len(content)), "Upload-Metadata": words}
    address = stack.ask("POST", f"{API}/uploads/", 201, headers=begin).headers["Location"]
    for piece in (content[:10_000], content[10_000:]):
        offset = stack.ask("HEAD", address, headers={**token, **TUS}).headers["Upload-Offset"]
        stack.ask("PATCH", address, 204, data=piece, headers={**token, **TUS, "Content-Type": BYTES,
                                                              "Upload-Offset": offset})  # fmt: skip


def _files(stack: Stack, token: dict, accession: str) -> list[tuple[str, str]]:
    listed = stack.ask("GET", f"{API}/depositions/{accession}/files", headers=token).json()["results"]
    return [(file["path"], file["state"]) for file in listed]


def _search(stack: Stack, kind: str, words: str) -> dict:
    return stack.ask("GET", f"{API}/search/{kind}", params={"q": words}).json()


def _release(stack: Stack, token: dict, accession: str) -> None:
    place = f"{API}/depositions/{accession}/"
    stack.ask("POST", f"{place}submit", headers=token)
    stack.wait_until(
        lambda: stack.ask("GET", place, headers=token).json()["state"] == "ready", "the deposition is ready"
    )
    released = stack.ask("POST", f"{place}release", json={"no_publication": "One is to follow."}, headers=token).json()
    assert released["state"] == "released"


def _is_drawn(stack: Stack, image: str) -> None:
    stack.wait_until(
        lambda: stack.ask("GET", f"{API}/images/{image}/").json()["state"] == "rendered", "the image is drawn"
    )
    picture = stack.ask("GET", f"{API}/images/{image}/thumbnail")
    assert picture.headers["Content-Type"] == "image/webp"
    with Picture.open(BytesIO(picture.content)) as opened:
        assert opened.format == "WEBP"
        low, high = opened.convert("L").getextrema()
        assert high - low > 50
    assert image in stack.ask("GET", f"/images/{image}/").text


def _is_downloaded(stack: Stack, image: str, content: bytes) -> None:
    """From the bucket itself, by an address that expires; its signature is checked there."""
    signed = stack.ask("GET", f"{API}/images/{image}/original", 302).headers["Location"]
    whole = stack.ask("GET", signed)
    assert whole.content == content
    assert whole.headers["Content-Disposition"].startswith("attachment")
    assert stack.ask("GET", signed, 206, headers={"Range": "bytes=8-15"}).content == content[8:16]
    stack.ask("GET", signed.replace("X-Amz-Expires=", "X-Amz-Expires=9"), 403)
