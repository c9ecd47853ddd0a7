"""The protocol as a client sees it: tus 1.0 with creation, creation-with-upload, checksum, termination, expiration."""

import base64
from datetime import timedelta
from hashlib import sha256

import pytest
from django.test import Client
from django.utils import timezone

from archive.models import ApiToken, File, Upload
from archive.services import uploading
from archive.states import DatasetRole, DepositionState, FileState, TokenScope, UploadState
from archive.uploads import protocol
from tests.archive.tus import ROOT, Tus, deposit
from tests.archive.tus_headers import BYTES, checksum, metadata
from tests.factories.archive import FileFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = b"0123456789" * 1000


def problem(answer, status: int) -> str:
    """The sentence of a problem document with this status."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Tus-Resumable"] == "1.0.0"
    return answer.json()["detail"]


def test_options_tells_what_the_server_can_do_to_anybody(tus):
    answer = Client().options(ROOT)
    assert answer.status_code == 204
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,creation-with-upload,checksum,termination,expiration"
    assert answer["Tus-Checksum-Algorithm"] == "sha256,sha1"
    assert int(answer["Tus-Max-Size"]) > 10**12


def test_a_file_arrives_in_pieces(tus):
    created = tus.create("cells/a.tif", len(CONTENT))
    assert created.status_code == 201
    assert created["Upload-Offset"] == "0"
    assert "Upload-Expires" in created
    url = created["Location"]
    for at in range(0, len(CONTENT), 3000):
        answer = tus.patch(url, at, CONTENT[at : at + 3000])
        assert (answer.status_code, answer["Upload-Offset"]) == (204, str(min(at + 3000, len(CONTENT))))
    upload = Upload.objects.get()
    assert (upload.state, upload.path, upload.offset) == (UploadState.COMPLETE, "cells/a.tif", len(CONTENT))
    head = tus.head(url)
    assert (head["Upload-Offset"], head["Upload-Length"]) == (str(len(CONTENT)),) * 2
    assert head["Cache-Control"] == "no-store"


def test_a_file_arrives_with_its_creation(tus):
    answer = tus.upload("a.tif", CONTENT)
    assert (answer.status_code, answer["Upload-Offset"]) == (201, str(len(CONTENT)))
    assert Upload.objects.get().state == UploadState.COMPLETE


def test_an_empty_file_is_complete_at_once(tus):
    assert tus.create("empty.txt", 0).status_code == 201
    assert Upload.objects.get().state == UploadState.COMPLETE


def test_head_says_where_to_go_on(tus):
    url = tus.create("a.tif", len(CONTENT))["Location"]
    tus.patch(url, 0, CONTENT[:4000])
    answer = tus.head(url)
    assert (answer.status_code, answer["Upload-Offset"]) == (200, "4000")
    assert metadata(relativePath="a.tif") in answer["Upload-Metadata"]


def test_bytes_that_do_not_follow_the_last_ones_are_refused(tus):
    url = tus.create("a.tif", len(CONTENT))["Location"]
    tus.patch(url, 0, CONTENT[:4000])
    assert "go on from there" in problem(tus.patch(url, 5000, CONTENT[5000:]), 409)
    assert tus.head(url)["Upload-Offset"] == "4000"


def test_more_bytes_than_announced_are_refused(tus):
    url = tus.create("a.tif", 10)["Location"]
    assert "10 bytes" in problem(tus.patch(url, 0, b"x" * 11), 413)


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_bytes_with_their_checksum_are_taken(tus, algorithm):
    url = tus.create("a.tif", len(CONTENT))["Location"]
    assert tus.patch(url, 0, CONTENT, **checksum(CONTENT, algorithm)).status_code == 204


def test_bytes_with_another_checksum_are_dropped(tus):
    url = tus.create("a.tif", len(CONTENT))["Location"]
    tus.patch(url, 0, CONTENT[:4000])
    answer = tus.patch(url, 4000, CONTENT[4000:], **checksum(b"something else"))
    assert "send them again" in problem(answer, 460)
    assert tus.head(url)["Upload-Offset"] == "4000"
    assert tus.patch(url, 4000, CONTENT[4000:], **checksum(CONTENT[4000:])).status_code == 204


def test_termination_drops_the_bytes(tus):
    url = tus.create("a.tif", len(CONTENT))["Location"]
    tus.patch(url, 0, CONTENT[:4000])
    assert tus.send("DELETE", url).status_code == 204
    assert "Start it again" in problem(tus.patch(url, 4000, b"x"), 410)
    assert tus.head(url).status_code == 410
    assert tus.create("a.tif", 10).status_code == 201


def test_a_file_that_has_arrived_cannot_be_terminated(tus):
    url = tus.upload("a.tif", CONTENT)["Location"]
    assert "Remove the file" in problem(tus.send("DELETE", url), 409)


def test_an_upload_that_nobody_goes_on_with_expires(tus):
    url = tus.create("a.tif", 10)["Location"]
    Upload.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    uploading.expire_uploads()
    assert tus.head(url).status_code == 410
    assert "days of silence" in problem(tus.patch(url, 0, b"x"), 410)


def test_the_method_may_be_overridden(tus):
    url = tus.create("a.tif", 10)["Location"]
    answer = tus.send("POST", url, b"0123456789", **{"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"})
    assert (answer.status_code, answer["Upload-Offset"]) == (204, "10")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Tus-Resumable": "0.2.2"}, 412),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "ten"}, 400),
        ({"Upload-Length": "9" * 30}, 400),
        ({"Upload-Defer-Length": "1"}, 400),
        ({"Upload-Metadata": ""}, 400),
        ({"Upload-Metadata": "dataset ???"}, 400),
        ({"Upload-Metadata": "x" * 20_000}, 400),
        ({"Upload-Metadata": metadata(dataset="MG-D1", relativePath="a", sha256="abc")}, 400),
        ({"Upload-Metadata": metadata(dataset="MG-D999999", relativePath="a.tif")}, 404),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_headers_of_a_creation_get_a_sentence(tus, headers, status):
    base = {"Upload-Length": "10", "Upload-Metadata": metadata(dataset=tus.dataset.accession, relativePath="a.tif")}
    assert problem(tus.send("POST", ROOT, **{**base, **headers}), status).endswith(".")
    assert not Upload.objects.exists()


@pytest.mark.parametrize("given", ["md5 abc", "sha256 ???", "sha256 " + base64.b64encode(b"short").decode(), "sha256"])
def test_bad_checksum_headers_get_a_sentence(tus, given):
    url = tus.create("a.tif", 10)["Location"]
    problem(tus.patch(url, 0, b"0123456789", **{"Upload-Checksum": given}), 400)
    assert tus.head(url)["Upload-Offset"] == "0"


@pytest.mark.parametrize("method", ["PATCH", "POST"])
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/json"])
def test_a_body_of_another_type_is_not_looked_at(tus, method, kind):
    url = tus.create("a.tif", 10)["Location"] if method == "PATCH" else ROOT
    assert BYTES in problem(tus.send(method, url, b"--x", kind, **{"Upload-Offset": "0"}), 415)


def test_a_file_above_the_limit_is_refused(tus, settings):
    settings.PORTAL_MAX_FILE_BYTES = 100
    assert "at most 100 bytes" in problem(tus.create("a.tif", 101), 413)


def test_a_file_beyond_the_quota_is_refused_and_fits_after_a_removal(tus, settings):
    settings.PORTAL_QUOTA_BYTES = 1000
    file = FileFactory(dataset=tus.dataset, size=900)
    assert "quota" in problem(tus.create("b.tif", 200), 413)
    uploading.remove_file(user=tus.user, file=file)
    assert tus.create("b.tif", 200).status_code == 201


def test_more_files_than_a_dataset_may_have_are_refused(tus, settings):
    settings.PORTAL_MAX_FILES = 2
    assert tus.create("a.tif", 1).status_code == tus.create("b.tif", 1).status_code == 201
    assert "at most 2 files" in problem(tus.create("c.tif", 1), 413)


def test_a_path_that_leads_out_is_refused_with_a_proposal(tus):
    answer = tus.create("../../etc/passwd", 10)
    assert "“etc/passwd”" in problem(answer, 422)
    assert answer.json()["errors"][0]["pointer"] == "/relativePath"


def test_a_path_that_is_taken_is_refused_unless_it_is_to_be_replaced(tus):
    FileFactory(dataset=tus.dataset, path="a.tif")
    refused = tus.create("a.tif", 10)
    assert "already has a file “a.tif”" in problem(refused, 409)
    # By this the page knows that it may offer to replace it.
    assert refused.json()["type"].endswith("#path-taken")
    assert tus.create("a.tif", 10, replace="true").status_code == 201


def test_a_damaged_file_may_be_sent_again(tus):
    FileFactory(dataset=tus.dataset, path="a.tif", state=FileState.DAMAGED)
    assert tus.create("a.tif", 10).status_code == 201


@pytest.mark.parametrize(
    ("there", "wanted"), [("a", "a/b.tif"), ("a/b.tif", "a")], ids=["file as folder", "folder as file"]
)
def test_a_path_that_would_be_file_and_folder_is_refused(tus, there, wanted):
    FileFactory(dataset=tus.dataset, path=there)
    assert "folder and a file" in problem(tus.create(wanted, 10), 409)


def test_the_same_file_goes_on_where_it_was(tus):
    first = tus.create("a.tif", len(CONTENT))["Location"]
    tus.patch(first, 0, CONTENT[:4000])
    again = tus.create("a.tif", len(CONTENT), CONTENT[:10])
    assert (again.status_code, again["Location"], again["Upload-Offset"]) == (201, first, "4000")


@pytest.mark.parametrize(("size", "digest"), [(11, "a" * 64), (10, "b" * 64)], ids=["another size", "another digest"])
def test_a_file_that_changed_since_is_refused(tus, size, digest):
    tus.create("a.tif", 10, sha256="a" * 64)
    assert "is not the file whose upload was begun" in problem(tus.create("a.tif", size, sha256=digest), 409)


class TestWho:
    def test_a_stranger_does_not_learn_that_there_is_an_upload(self, tus):
        url = tus.create("a.tif", 10)["Location"]
        stranger = Tus(tus.dataset, UserFactory())
        for answer in (stranger.patch(url, 0, b"x"), stranger.create("b.tif", 1), stranger.send("DELETE", url)):
            problem(answer, 404)
        assert stranger.head(url).status_code == 404

    def test_nobody_uploads_without_signing_in(self, tus):
        assert Tus(tus.dataset).create("a.tif", 10).status_code in {401, 403}

    def test_a_viewer_may_not_add_files(self, tus):
        viewer = MembershipFactory(dataset=tus.dataset, role=DatasetRole.VIEWER).user
        tus.dataset.latest_version = None
        problem(Tus(tus.dataset, viewer).create("a.tif", 10), 403)

    def test_a_contributor_goes_on_with_the_owners_upload(self, tus):
        url = tus.create("a.tif", 10)["Location"]
        other = MembershipFactory(dataset=tus.dataset).user
        assert Tus(tus.dataset, other).patch(url, 0, b"0123456789").status_code == 204

    @pytest.mark.parametrize("state", [DepositionState.READY, DepositionState.RELEASED, DepositionState.PROCESSING])
    def test_a_dataset_without_an_editable_draft_takes_nothing(self, tus, state):
        tus.dataset.depositions.update(state=state)
        assert "takes no files" in problem(tus.create("a.tif", 10), 409)

    def test_a_session_needs_its_csrf_mark(self, tus):
        tus.client = Client(enforce_csrf_checks=True)
        tus.client.force_login(tus.user)
        assert "CSRF" in problem(tus.create("a.tif", 10), 403)

    def test_a_session_with_its_csrf_mark_sends_bytes_with_the_creation(self, tus):
        tus.client = Client(enforce_csrf_checks=True)
        tus.client.force_login(tus.user)
        tus.client.get("/accounts/password/change/")
        mark = tus.client.cookies["csrftoken"].value
        answer = tus.create("a.tif", 10, b"0123456789", {"X-CSRFToken": mark})
        assert (answer.status_code, answer["Upload-Offset"]) == (201, "10")

    @pytest.mark.parametrize("method", ["POST", "PATCH"])
    def test_a_session_with_its_csrf_mark_sends_bytes(self, tus, method):
        url = tus.create("a.tif", 10)["Location"]
        tus.client = Client(enforce_csrf_checks=True)
        tus.client.force_login(tus.user)
        mark = "x" * 32
        tus.client.cookies["csrftoken"] = mark
        tus.headers = {"X-CSRFToken": mark}
        answer = tus.upload("b.tif", b"bytes") if method == "POST" else tus.patch(url, 0, b"0123456789")
        assert answer.status_code in {201, 204}, answer.content

    @pytest.mark.parametrize(("scope", "status"), [(TokenScope.DEPOSIT, 201), (TokenScope.READ, 403)])
    def test_a_token_needs_the_scope_deposit(self, tus, scope, status):
        key = f"mg_{scope}"
        ApiToken.objects.create(
            user=tus.user,
            name="script",
            digest=sha256(key.encode()).hexdigest(),
            scopes=[scope],
            expires_at=timezone.now() + timedelta(days=1),
        )
        answer = Tus(tus.dataset, headers={"Authorization": f"Bearer {key}"}).create("a.tif", 10)
        assert answer.status_code == status


def test_the_file_of_a_submitted_draft_still_arrives(tus):
    url = tus.create("a.txt", 4)["Location"]
    tus.dataset.depositions.update(state=DepositionState.SUBMITTED)
    tus.patch(url, 0, b"text")
    uploading.take_upload(upload_id=str(Upload.objects.get().pk))
    assert File.objects.get().state == FileState.STORED


def test_the_file_of_a_draft_that_was_finished_meanwhile_is_refused_with_a_reason(tus):
    upload = deposit(tus.dataset, "a.txt", b"text")
    tus.dataset.depositions.update(state=DepositionState.READY)
    uploading.take_upload(upload_id=str(upload.pk))
    upload.refresh_from_db()
    assert (upload.state, "finished" in upload.reason) == (UploadState.FAILED, True)
    assert not File.objects.exists()


def test_what_is_written_in_metadata_is_read_again():
    header = protocol.metadata_header({"dataset": "MG-D1", "relativePath": "zellen/größe.tif", "sha256": "A" * 64})
    wanted = protocol.metadata({"Upload-Metadata": header})
    assert (wanted.dataset, wanted.path, wanted.sha256) == ("MG-D1", "zellen/größe.tif", "a" * 64)
