"""Every answer is whole: a sentence for people, a problem for programs, nothing behind HEAD."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse

from portal.http import server_error
from portal.wsgi import application
from tests.factories.archive import DatasetFactory, DepositionFactory, FileFactory, ReleasedDatasetFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bytes_in_folders")]


@pytest.mark.parametrize("charset", ["hex", "rot13", "base64", "zlib", "undefined", "idna", "no-such-thing", "utf-16"])
def test_a_charset_that_no_form_comes_in_is_ignored(charset):
    environ = RequestFactory().get("/search/?q=%C3%A9").environ | {"CONTENT_TYPE": f"text/plain; charset={charset}"}
    told = []
    body = b"".join(application(environ, lambda status, headers: told.append(status)))

    assert told == ["200 OK"]
    assert "é" in body.decode()


@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_an_address_that_the_api_does_not_have_is_a_problem(client, method):
    answer = getattr(client, method)("/api/v1/no/such/thing")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    if method != "head":
        assert "/api/v1/docs/" in answer.json()["detail"]


def test_a_bug_is_a_problem_for_programs_and_a_page_for_people():
    answer = server_error(RequestFactory().get("/api/v1/datasets/"))
    page = server_error(RequestFactory().get("/datasets/"))

    assert (answer.status_code, json.loads(answer.content)["status"]) == (500, 500)
    assert answer["Content-Type"] == "application/problem+json"
    assert (page.status_code, "The portal made a mistake." in page.content.decode()) == (500, True)


def test_too_much_json_is_the_same_problem_with_a_session_as_with_a_token():
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory())
    client.cookies["csrftoken"] = "t" * 32
    body = json.dumps({"metadata": {"study": {"title": "x" * 6_000_000}}})
    answer = client.post("/api/v1/depositions/", body, "application/json", headers={"X-CSRFToken": "t" * 32})

    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert "Send less at a time" in answer.json()["detail"]


@pytest.fixture
def depositing(client):
    deposition = DepositionFactory(dataset=DatasetFactory())
    client.force_login(deposition.dataset.created_by)
    return lambda name, data: client.post(reverse(f"archive:{name}", args=[deposition.dataset.accession]), data)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"study.title": "x" * 6_000_000}, "more than 5 MB"),
        ({f"f{n}": "" for n in range(50_001)}, "more than 50000 fields"),
    ],
    ids=["text", "fields"],
)
def test_a_form_that_is_too_long_says_what_is(depositing, data, sentence):
    answer = depositing("deposition-save", data)

    assert answer.status_code == 413
    assert sentence in answer.content.decode()


def test_many_files_are_sent_without_script_and_too_many_are_named(depositing, settings):
    files = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(101)]
    assert depositing("deposition-upload", {"files": files}).status_code == 302

    settings.DATA_UPLOAD_MAX_NUMBER_FILES = 100
    answer = depositing("deposition-upload", {"files": [SimpleUploadedFile(f"{n}", b"x") for n in range(101)]})
    assert (answer.status_code, "At most 100 files" in answer.content.decode()) == (413, True)


def test_a_method_that_a_page_does_not_know_has_words(client):
    answer = client.post(ReleasedDatasetFactory().get_absolute_url())

    assert answer.status_code == 405
    assert "GET" in answer["Allow"]
    assert "This address does not do that" in answer.content.decode()


@pytest.mark.parametrize("address", ["/datasets/{0}/files/{1}/", "/api/v1/datasets/{0}/files/{1}/content"])
def test_a_range_outside_of_a_file_has_words(client, address):
    dataset = ReleasedDatasetFactory()
    file = FileFactory(dataset=dataset)
    answer = client.get(address.format(dataset.accession, file.pk), headers={"Range": "bytes=-0"})

    assert answer.status_code == 416
    assert answer["Content-Range"].startswith("bytes */")
    assert "lies outside of the file" in answer.content.decode()


HEADS = ["/", "/no/such/page/", "/api/v1/datasets/MG-D999999/", "/api/v1/datasets/", "/search/?size_x.min=a"]


@pytest.mark.parametrize("address", HEADS)
def test_nothing_follows_the_headers_of_head(client, address):
    # As a server asks: Django's test client would cut the body off itself.
    told = {}
    body = b"".join(application(RequestFactory().head(address).environ, lambda status, headers: told.update(headers)))

    assert body == b""
    assert int(told["Content-Length"]) > 0
