"""Where the bytes of an upload gather until it is whole: one small interface, a local folder or S3 behind it.

`append` returns only after what it counts is durable, and it never counts more. Whatever an interrupted writer left
beyond the offset that the row knows is overwritten by the next one. Memory stays flat.
"""

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings

from archive.errors import ChecksumMismatch
from archive.models import Upload
from archive.storage import CHUNK, LocalStorage, S3Storage, full_storage_said, make_folder, originals, publish

# After so many bytes or seconds what has come is made durable and told to the row, so that a crash costs little.
CHECKPOINT_BYTES = 64 << 20
CHECKPOINT_SECONDS = 2.0

# Tells the row how far the bytes are durable, and the store's notes; raises if somebody else has moved the row.
Commit = Callable[[int, dict], None]


class Busy(Exception):
    """Another writer holds this upload."""


class Stream(Protocol):
    """What a request's body looks like: short or empty when the sender is gone."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Announced:
    """A checksum that the sender gave for the bytes of one request (tus checksum extension)."""

    algorithm: str
    digest: bytes


class ByteStore(Protocol):
    # Whether `append` itself turns a second writer away, and frees the place of a dead one at once.
    has_lock: bool

    def create(self, upload: Upload) -> None:
        """Make room for an upload of which no byte is there yet."""

    def durable(self, upload: Upload) -> int:
        """How many bytes survive a crash at this moment; never more than the row says."""

    def append(self, upload: Upload, stream: Stream, limit: int, commit: Commit, announced: Announced | None) -> int:
        """Write up to `limit` bytes at `upload.offset`; returns the new offset. Raises Busy, StorageFull,
        ChecksumMismatch (then nothing of the request is counted)."""

    def finish(self, upload: Upload) -> None:
        """All bytes are there: they get their name for good. May be called again."""

    def drop(self, upload: Upload) -> None:
        """Forget the bytes of an upload that will not be finished. May be called again."""


def byte_store() -> ByteStore:
    storage = originals()
    return S3Store(storage) if isinstance(storage, S3Storage) else LocalStore(storage)


def pieces(stream: Stream, limit: int) -> Iterator[bytes]:
    """The bytes as they come, never more than `limit`; ends early when the sender is gone (an OSError in Django)."""
    while limit > 0:
        try:
            piece = stream.read(min(CHUNK, limit))
        except OSError:  # UnreadablePostError: the connection broke; what came before it counts
            return
        if not piece:
            return
        limit -= len(piece)
        yield piece


class Checkpoint:
    """Says when it is time to make bytes durable."""

    def __init__(self) -> None:
        self._reset(0)

    def _reset(self, offset: int) -> None:
        self._offset, self._time = offset, time.monotonic()

    def due(self, offset: int) -> bool:
        if offset - self._offset < CHECKPOINT_BYTES and time.monotonic() - self._time < CHECKPOINT_SECONDS:
            return False
        self._reset(offset)
        return True


def hasher(announced: Announced | None):
    return hashlib.new(announced.algorithm) if announced else None


def check(announced: Announced | None, hash_) -> None:
    if announced and hash_.digest() != announced.digest:
        raise ChecksumMismatch(
            f"The bytes that arrived do not have the {announced.algorithm} checksum that was announced. "
            "They were dropped; send them again."
        )


def _write_all(file: BinaryIO, piece: bytes) -> None:
    """An unbuffered file may take only part of what it is given."""
    view = memoryview(piece)
    while view:
        view = view[file.write(view) :]


class LocalStore:
    """Appends to a file beside its later name. The file itself is the lock: it is free as soon as its writer dies."""

    has_lock = True

    def __init__(self, storage: LocalStorage) -> None:
        self._storage = storage

    def _final(self, upload: Upload) -> Path:
        return Path(self._storage.path(upload.key))

    def _part(self, upload: Upload) -> Path:
        final = self._final(upload)
        return final.with_name(f"{final.name}.part")

    def create(self, upload: Upload) -> None:
        part = self._part(upload)
        with full_storage_said():
            make_folder(part.parent)
            part.touch(mode=0o600)

    def durable(self, upload: Upload) -> int:
        for path in (self._part(upload), self._final(upload)):
            with suppress(FileNotFoundError):
                return min(upload.offset, path.stat().st_size)
        return 0

    def append(self, upload: Upload, stream: Stream, limit: int, commit: Commit, announced: Announced | None) -> int:
        with self._locked(upload) as file, full_storage_said():
            file.truncate(upload.offset)
            file.seek(upload.offset)
            return self._write(file, upload.offset, pieces(stream, limit), commit, announced)

    @staticmethod
    def _write(file: BinaryIO, start: int, parts: Iterator[bytes], commit: Commit, announced: Announced | None) -> int:
        offset, hash_, checkpoint = start, hasher(announced), Checkpoint()

        def settle() -> None:
            os.fdatasync(file.fileno())
            commit(offset, {})

        try:
            for piece in parts:
                _write_all(file, piece)
                offset += len(piece)
                if hash_:
                    hash_.update(piece)
                elif checkpoint.due(offset):
                    settle()
        except OSError:
            # The disk is full, say: what was written whole before it counts all the same.
            if not announced:
                settle()
            raise
        check(announced, hash_)
        if offset > start:
            settle()
        return offset

    @contextmanager
    def _locked(self, upload: Upload) -> Iterator[BinaryIO]:
        part = self._part(upload)
        if not part.exists():
            self.create(upload)
        with part.open("r+b", buffering=0) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Busy from error
            yield file

    def finish(self, upload: Upload) -> None:
        part, final = self._part(upload), self._final(upload)
        with suppress(FileExistsError):
            if part.exists():
                publish(part, final)
        # A crash between the two steps of `publish` leaves both names; the finished one is right.
        if final.exists():
            part.unlink(missing_ok=True)

    def drop(self, upload: Upload) -> None:
        self._part(upload).unlink(missing_ok=True)
        self._final(upload).unlink(missing_ok=True)


class S3Store:
    """Parts of a native multipart upload; what is too small for a part waits as an object of its own.

    Notes in `Upload.progress`: `multipart` (its id), `parts` (how many count), `rest` (the remainder's name ending).
    """

    PART = 8 << 20  # S3 asks for 5 MiB at least
    MOST_PARTS = 9000  # S3 allows 10,000
    has_lock = False

    def __init__(self, storage: S3Storage) -> None:
        self._storage = storage
        self._client = storage.client
        self._bucket = storage.bucket_name

    def _where(self, upload: Upload, ending: str = "") -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._storage.raw_key(f"{upload.key}{ending}")}

    def _part_size(self, upload: Upload) -> int:
        return max(self.PART, -(-upload.size // self.MOST_PARTS))

    def create(self, upload: Upload) -> None:
        """Nothing to do: the first part begins it."""

    def durable(self, upload: Upload) -> int:
        return upload.offset

    def append(self, upload: Upload, stream: Stream, limit: int, commit: Commit, announced: Announced | None) -> int:
        with full_storage_said(), self._buffer() as buffer:
            notes = dict(upload.progress)
            if notes.get("rest"):
                got = self._client.get_object(**self._where(upload, notes["rest"]))
                for piece in got["Body"].iter_chunks(CHUNK):
                    buffer.write(piece)
            return self._write(upload, buffer, notes, pieces(stream, limit), commit, announced)

    def _buffer(self):
        folder = settings.PORTAL_SCRATCH_DIR
        folder.mkdir(parents=True, exist_ok=True)
        return tempfile.SpooledTemporaryFile(max_size=2 * self.PART, dir=folder)

    def _write(
        self,
        upload: Upload,
        buffer: BinaryIO,
        notes: dict,
        parts: Iterator[bytes],
        commit: Commit,
        announced: Announced | None,
    ) -> int:
        offset, hash_, size = upload.offset, hasher(announced), self._part_size(upload)
        for piece in parts:
            buffer.write(piece)
            offset += len(piece)
            if hash_:
                hash_.update(piece)
            if buffer.tell() >= size:
                self._send_part(upload, buffer, notes)
                if not announced:
                    commit(offset, dict(notes))
        check(announced, hash_)
        if offset > upload.offset or announced:
            self._settle_rest(upload, buffer, notes, offset)
            commit(offset, dict(notes))
        return offset

    def _send_part(self, upload: Upload, buffer: BinaryIO, notes: dict) -> None:
        if "multipart" not in notes:
            notes["multipart"] = self._client.create_multipart_upload(**self._where(upload))["UploadId"]
        number = notes.get("parts", 0) + 1
        buffer.seek(0)
        self._client.upload_part(**self._where(upload), UploadId=notes["multipart"], PartNumber=number, Body=buffer)
        buffer.seek(0)
        buffer.truncate()
        notes |= {"parts": number, "rest": ""}

    def _settle_rest(self, upload: Upload, buffer: BinaryIO, notes: dict, offset: int) -> None:
        """What is left becomes the last part, or an object that the next request takes up."""
        if not buffer.tell() and offset < upload.size:
            return
        if offset == upload.size and "multipart" in notes:
            if buffer.tell():
                self._send_part(upload, buffer, notes)
            return
        # A whole file that is smaller than a part needs no other object.
        ending = f".rest-{offset}" if offset < upload.size else ""
        buffer.seek(0)
        self._client.put_object(**self._where(upload, ending), Body=buffer)
        notes["rest"] = ending

    def finish(self, upload: Upload) -> None:
        notes = upload.progress
        if self._storage.exists(upload.key):
            self._tidy(upload)
            return
        with full_storage_said():
            if "multipart" in notes:
                self._complete(upload, notes)
            else:  # an empty file; others that fit one part were put under their name already
                self._client.put_object(**self._where(upload), Body=b"")
        self._tidy(upload)

    def _complete(self, upload: Upload, notes: dict) -> None:
        where = {**self._where(upload), "UploadId": notes["multipart"]}
        pages = self._client.get_paginator("list_parts").paginate(**where)
        parts = [
            {"PartNumber": part["PartNumber"], "ETag": part["ETag"]}
            for page in pages
            for part in page.get("Parts", ())
            if part["PartNumber"] <= notes["parts"]
        ]
        self._client.complete_multipart_upload(**where, MultipartUpload={"Parts": parts})

    def _tidy(self, upload: Upload) -> None:
        """Remainders that requests left on the way."""
        prefix = f"{self._where(upload)['Key']}.rest-"
        found = self._client.list_objects_v2(Bucket=self._bucket, Prefix=prefix).get("Contents", ())
        for item in found:
            self._client.delete_object(Bucket=self._bucket, Key=item["Key"])

    def drop(self, upload: Upload) -> None:
        where = self._where(upload)
        if "multipart" in upload.progress:
            with suppress(self._client.exceptions.NoSuchUpload):
                self._client.abort_multipart_upload(**where, UploadId=upload.progress["multipart"])
        self._tidy(upload)
        self._client.delete_object(**where)
