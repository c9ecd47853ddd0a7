"""The byte stores: what is acknowledged is durable, what is not is overwritten, and only one writes at a time."""

import errno
import fcntl
import hashlib
import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.http import UnreadablePostError
from django.utils import timezone

from archive.errors import ChecksumMismatch, OffsetMismatch, StorageFull
from archive.models import Upload
from archive.services import uploading
from archive.states import UploadState
from archive.storage import originals
from archive.uploads import stores
from archive.uploads.stores import Announced, LocalStore, byte_store

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = bytes(range(256)) * 4096 * 3  # 3 MiB


def begin(dataset, path: str = "a.bin") -> Upload:
    return uploading.create_upload(user=dataset.created_by, dataset=dataset, path=path, size=len(CONTENT))


def append(upload: Upload, stream, length: int = len(CONTENT), announced: Announced | None = None) -> int:
    fresh = Upload.objects.select_related("dataset").get(pk=upload.pk)
    return uploading.append_bytes(
        upload=fresh, offset=fresh.offset, stream=stream, length=length - fresh.offset, announced=announced
    )


def stored(upload: Upload) -> bytes:
    with originals().open(upload.key) as file:
        return file.read()


class Breaking:
    """A connection that breaks, or ends, after so many bytes."""

    def __init__(self, content: bytes, error: OSError | None) -> None:
        self._stream, self._error = BytesIO(content), error

    def read(self, size: int) -> bytes:
        piece = self._stream.read(size)
        if not piece and self._error:
            raise self._error
        return piece


@pytest.mark.parametrize("error", [UnreadablePostError("gone"), ConnectionResetError(), None], ids=str)
def test_what_arrived_before_a_disconnect_is_kept(dataset, error):
    upload = begin(dataset)
    assert append(upload, Breaking(CONTENT[:1_500_000], error)) == 1_500_000
    assert append(upload, BytesIO(CONTENT[1_500_000:])) == len(CONTENT)
    assert hashlib.sha256(stored(upload)).digest() == hashlib.sha256(CONTENT).digest()


def test_a_disconnect_under_a_checksum_counts_nothing(dataset):
    upload = begin(dataset)
    announced = Announced("sha256", hashlib.sha256(CONTENT).digest())
    with pytest.raises(ChecksumMismatch):
        append(upload, Breaking(CONTENT[:1_500_000], None), announced=announced)
    assert append(upload, BytesIO(CONTENT), announced=announced) == len(CONTENT)


@pytest.mark.skipif("PORTAL_TEST_STORAGE_URL" in os.environ, reason="about files on a disk")
class TestLocal:
    def part(self, upload: Upload) -> Path:
        return Path(f"{originals().path(upload.key)}.part")

    def test_bytes_beyond_the_acknowledged_offset_are_overwritten(self, dataset):
        upload = begin(dataset)
        append(upload, BytesIO(CONTENT[:1000]))
        with self.part(upload).open("ab") as file:
            file.write(b"written before the crash, never acknowledged")
        upload.refresh_from_db()
        assert uploading.reconcile(upload=upload) == 1000
        append(upload, BytesIO(CONTENT[1000:]))
        assert stored(upload) == CONTENT

    def test_a_row_that_says_more_than_the_file_holds_is_set_back(self, dataset):
        upload = begin(dataset)
        append(upload, BytesIO(CONTENT[:5000]))
        with self.part(upload).open("r+b") as file:
            file.truncate(3000)
        upload.refresh_from_db()
        assert uploading.reconcile(upload=upload) == 3000
        assert Upload.objects.get().offset == 3000

    def test_a_crash_after_the_last_byte_is_completed_later(self, dataset):
        upload = begin(dataset)
        self.part(upload).write_bytes(CONTENT)
        Upload.objects.update(offset=len(CONTENT))
        upload.refresh_from_db()
        uploading.reconcile(upload=upload)
        assert Upload.objects.get().state == UploadState.COMPLETE
        byte_store().finish(upload)
        assert stored(upload) == CONTENT

    def test_a_crash_between_the_two_steps_of_naming_is_repaired(self, dataset):
        upload = begin(dataset)
        append(upload, BytesIO(CONTENT))
        self.part(upload).hardlink_to(originals().path(upload.key))
        byte_store().finish(upload)
        assert not self.part(upload).exists()
        assert stored(upload) == CONTENT

    def test_a_second_writer_is_turned_away_until_the_first_is_done(self, dataset):
        upload = begin(dataset)
        with self.part(upload).open("r+b") as other:
            fcntl.flock(other, fcntl.LOCK_EX)
            with pytest.raises(OffsetMismatch, match="at this moment"):
                append(upload, BytesIO(CONTENT))
        assert append(upload, BytesIO(CONTENT)) == len(CONTENT)

    def test_a_full_disk_says_so_and_keeps_what_was_acknowledged(self, dataset, monkeypatch):
        upload = begin(dataset)
        real = stores._write_all

        def full(file, piece):
            if file.tell() >= 2 << 20:
                raise OSError(errno.ENOSPC, "No space left on device")
            real(file, piece)

        monkeypatch.setattr(stores, "_write_all", full)
        with pytest.raises(StorageFull, match="is safe"):
            append(upload, BytesIO(CONTENT))
        monkeypatch.undo()
        assert Upload.objects.get().offset == 2 << 20
        assert append(upload, BytesIO(CONTENT[2 << 20 :])) == len(CONTENT)
        assert stored(upload) == CONTENT

    def test_long_uploads_are_acknowledged_on_the_way(self, dataset, monkeypatch):
        monkeypatch.setattr(stores, "CHECKPOINT_BYTES", 1 << 20)
        upload, seen = begin(dataset), []

        class Watching(Breaking):
            def read(self, size: int) -> bytes:
                seen.append(Upload.objects.get().offset)
                return super().read(size)

        append(upload, Watching(CONTENT, None))
        assert seen == [0, 1 << 20, 2 << 20]

    def test_nobody_reads_a_store_that_is_not_there(self, dataset):
        assert isinstance(byte_store(), LocalStore)
        upload = begin(dataset)
        self.part(upload).unlink()
        assert byte_store().durable(upload) == 0


def test_a_cancelled_upload_leaves_no_bytes(dataset):
    upload = begin(dataset)
    append(upload, BytesIO(CONTENT[:1000]))
    upload.refresh_from_db()
    uploading.cancel_upload(upload=upload)
    byte_store().drop(upload)
    assert not originals().exists(upload.key)
    assert not originals().exists(f"{upload.key}.part")


@pytest.mark.skipif(not os.environ.get("PORTAL_TEST_STORAGE_URL", "").startswith("s3"), reason="about a bucket")
class TestS3:
    LARGE = CONTENT * 5  # 15 MiB: two parts of 5 MiB and a remainder on the way

    @pytest.fixture(autouse=True)
    def _small_parts(self, monkeypatch):
        monkeypatch.setattr(stores.S3Store, "PART", 5 << 20)

    def begin(self, dataset) -> Upload:
        return uploading.create_upload(user=dataset.created_by, dataset=dataset, path="large.bin", size=len(self.LARGE))

    def append(self, upload: Upload, size: int) -> int:
        at = Upload.objects.get(pk=upload.pk).offset
        return append(upload, BytesIO(self.LARGE[at : at + size]), at + size)

    @pytest.mark.parametrize("size", [1 << 20, 3_000_001, 5 << 20, 7 << 20, 15 << 20])
    def test_requests_of_any_size_become_parts_and_a_remainder(self, dataset, size):
        upload = self.begin(dataset)
        while (at := Upload.objects.get().offset) < len(self.LARGE):
            assert self.append(upload, min(size, len(self.LARGE) - at)) > at
        assert Upload.objects.get().state == UploadState.COMPLETE
        assert hashlib.sha256(stored(upload)).digest() == hashlib.sha256(self.LARGE).digest()

    def test_parts_that_were_never_acknowledged_are_replaced(self, dataset):
        upload = self.begin(dataset)
        self.append(upload, 6 << 20)
        known = Upload.objects.values("offset", "progress").get()
        self.append(upload, 6 << 20)
        Upload.objects.update(**known)  # as if the process had died before it told the row
        self.append(upload, 2 << 20)
        self.append(upload, len(self.LARGE) - (8 << 20))
        assert stored(upload) == self.LARGE

    def test_a_second_writer_is_turned_away_until_the_first_is_silent(self, dataset):
        upload = self.begin(dataset)
        Upload.objects.update(writer="another", writer_seen_at=timezone.now())
        with pytest.raises(OffsetMismatch, match="at this moment"):
            self.append(upload, 100)
        Upload.objects.update(writer_seen_at=timezone.now() - timedelta(minutes=1))
        assert self.append(upload, 100) == 100

    def test_a_cancelled_upload_leaves_no_parts(self, dataset):
        upload = self.begin(dataset)
        self.append(upload, 6 << 20)
        upload.refresh_from_db()
        uploading.cancel_upload(upload=upload)
        store = byte_store()
        found = store._client.list_multipart_uploads(Bucket=store._bucket).get("Uploads", ())
        assert upload.key not in {item["Key"].removeprefix("originals/") for item in found}
