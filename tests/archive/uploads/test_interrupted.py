"""Bodies without a length, and uploads that end while somebody sends: what counts, and what the sender is told."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser

from archive.errors import Gone
from archive.models import Upload
from archive.services import uploading
from archive.states import UploadState
from archive.uploads.stores import byte_store
from tests.archive.tus_headers import BYTES

pytestmark = pytest.mark.django_db(transaction=True)


def send_chunked(tus, url: str, body: bytes):
    """PATCH as gunicorn hands on a chunked body."""
    head = f"PATCH {url} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    request = next(RequestParser(Config(), iter([head + body]), ("127.0.0.1", 1)))
    return tus.client.generic(
        "PATCH",
        url,
        headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "0"},
        CONTENT_TYPE=BYTES,
        CONTENT_LENGTH="",
        **{"wsgi.input": request.body, "wsgi.input_terminated": True},
    )


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


END = b"0\r\n\r\n"


def test_chunks_make_a_file(tus):
    url = tus.create("a.txt", 10)["Location"]
    answer = send_chunked(tus, url, chunk(b"0123") + chunk(b"456789") + END)

    assert (answer.status_code, answer["Upload-Offset"]) == (204, "10")
    assert Upload.objects.get().state == UploadState.COMPLETE


@pytest.mark.parametrize(
    "fault", [b"ZZ\r\n0123", b"4\r\n0123456789", b"-4\r\n0123"], ids=["size", "length", "negative"]
)
def test_chunks_with_a_fault_are_refused_and_make_no_file(tus, fault):
    url = tus.create("a.txt", 10)["Location"]
    answer = send_chunked(tus, url, chunk(b"0123") + fault)

    assert answer.status_code == 400
    assert "not well formed" in answer.json()["detail"]
    assert int(tus.head(url)["Upload-Offset"]) < 10
    assert Upload.objects.get().state == UploadState.OPEN


@pytest.mark.parametrize("pieces", [[b"0123" * 20], [b"0123456789", b"x"]], ids=["in one", "in two"])
def test_more_chunks_than_were_announced_are_refused_and_not_counted(tus, pieces):
    url = tus.create("a.txt", 10)["Location"]
    answer = send_chunked(tus, url, b"".join(map(chunk, pieces)) + END)

    assert answer.status_code == 413
    assert "announced with 10 bytes" in answer.json()["detail"]
    assert tus.head(url)["Upload-Offset"] == "0"


def test_an_upload_has_expired_at_its_time_whether_swept_or_not(tus):
    url = tus.create("a.tif", 10)["Location"]
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert tus.head(url).status_code == 410
    assert "days of silence" in tus.patch(url, 0, b"x").json()["detail"]
    again = tus.create("a.tif", 10)
    assert (again.status_code, again["Location"] == url) == (201, False)


class Cancelling(BytesIO):
    """A sender whose upload is cancelled in another window before the bytes are counted."""

    def __init__(self, upload: Upload) -> None:
        super().__init__(b"0123")
        self.upload = upload

    def read(self, size: int | None = -1, /) -> bytes:
        uploading.cancel_upload(upload=Upload.objects.get(pk=self.upload.pk))
        return super().read(size)


def test_who_sends_to_an_upload_that_is_cancelled_meanwhile_hears_that_it_is_gone(dataset):
    upload = uploading.create_upload(user=dataset.created_by, dataset=dataset, path="a.tif", size=10)
    with pytest.raises(Gone, match="cancelled"):
        uploading.append_bytes(upload=upload, offset=0, stream=Cancelling(upload), length=4)

    assert byte_store().durable(upload) == 0


def test_one_person_sends_so_many_files_at_once_and_no_more(tus, settings):
    settings.PORTAL_UPLOADS_AT_ONCE = 2
    for name in ("a", "b"):
        tus.create(name, 10)
    Upload.objects.update(writer="somebody", writer_seen_at=timezone.now())
    url = tus.create("c", 10)["Location"]
    refused = tus.patch(url, 0, b"x")
    Upload.objects.filter(path="a").update(writer_seen_at=timezone.now() - timedelta(minutes=1))

    assert (refused.status_code, refused["Retry-After"]) == (429, "5")
    assert "when another is done" in refused.json()["detail"]
    assert tus.patch(url, 0, b"x").status_code == 204
