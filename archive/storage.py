"""Where bytes lie: `originals` (private, write-once) and `derived`, on a local folder or an S3-compatible server.

A name that exists is an error here, never a silent rename: rows hold names, and a rename would part the two. Names are
made by `new_key` from random bytes, never from what a person called a file.
"""

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from botocore.exceptions import ClientError
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from storages.backends.s3 import S3Storage as BaseS3Storage

from archive import compression
from archive.errors import StorageFull

CHUNK = 1 << 20
_FULL_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT})
_FULL_CODES = frozenset({"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "ServiceQuotaExceeded"})
_FULL = "The storage takes no more bytes. What has arrived is safe; tell the administrator, then go on from there."


def new_key(kind: str, ending: str = "") -> str:
    """An unguessable name, in one of 256 folders: no folder grows too large to list."""
    token = secrets.token_hex(20)
    return f"{kind}/{token[:2]}/{token}{ending}"


def originals() -> Storage:
    """What was deposited; its names are private and its bytes never change."""
    return storages["originals"]


def derived() -> Storage:
    """What the portal made of it and could make again."""
    return storages["derived"]


@contextmanager
def full_storage_said() -> Iterator[None]:
    """A disk or bucket without room speaks in our words: StorageFull."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL_ERRNOS:
            raise StorageFull(_FULL) from error
        raise
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in _FULL_CODES:
            raise StorageFull(_FULL) from error
        raise


def chunks_of(storage: Storage, name: str) -> Iterator[bytes]:
    """The bytes of a stored object, a chunk at a time: memory stays flat whatever its size."""
    with storage.open(name, "rb") as stored:
        if compression.is_compressed(name):
            yield from compression.read(stored.file)
            return
        while chunk := stored.read(CHUNK):
            yield chunk


def lines_of(storage: Storage, name: str) -> Iterator[bytes]:
    """The lines of a stored list, one at a time."""
    with storage.open(name, "rb") as stored:
        yield from stored


def read_range(storage: Storage, name: str, start: int, length: int) -> Iterator[bytes]:
    """`length` bytes from `start`, a chunk at a time, and nothing else; of a compressed object the original ones."""
    if not compression.is_compressed(name):
        yield from _stored_range(storage, name, start, length)
    elif length > 0:
        read = partial(_stored_range, storage, name)
        with compression.buffered(read, size_of(storage, name)) as stored:
            yield from compression.read(stored, start, length)


def _stored_range(storage: Storage, name: str, start: int, length: int) -> Iterator[bytes]:
    if length <= 0:
        return
    if isinstance(storage, S3Storage):
        where = {"Bucket": storage.bucket_name, "Key": storage.raw_key(name)}
        body = storage.client.get_object(**where, Range=f"bytes={start}-{start + length - 1}")["Body"]
        yield from body.iter_chunks(CHUNK)
        return
    with storage.open(name, "rb") as stored:
        stored.seek(start)
        while length > 0 and (chunk := stored.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk


def size_of(storage: Storage, name: str) -> int:
    """Bytes of an object; FileNotFoundError where there is none."""
    try:
        return storage.size(name)
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
            raise FileNotFoundError(errno.ENOENT, "The storage holds no such object", name) from error
        raise


def tree_of(storage: Storage, prefix: str) -> Iterator[str]:
    """The names of all objects below a prefix."""
    if isinstance(storage, S3Storage):
        top = f"{storage.raw_key(prefix)}/"
        pages = storage.client.get_paginator("list_objects_v2").paginate(Bucket=storage.bucket_name, Prefix=top)
        yield from (f"{prefix}/{item['Key'].removeprefix(top)}" for page in pages for item in page.get("Contents", ()))
        return
    folder = Path(storage.path(prefix))
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield f"{prefix}/{file.relative_to(folder).as_posix()}"


def remove_tree(storage: Storage, prefix: str) -> None:
    """Delete all objects below a prefix, and locally its folders. May be called again."""
    if isinstance(storage, S3Storage):
        for name in list(tree_of(storage, prefix)):
            storage.delete(name)
        return
    shutil.rmtree(storage.path(prefix), ignore_errors=True)


class LocalStorage(FileSystemStorage):
    """A folder. A file appears whole under its name or not at all, and is durable once `save` has returned."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        if self.exists(name):
            raise FileExistsError(errno.EEXIST, "The storage holds this name already", name)
        return name

    def _save(self, name: str, content: File) -> str:
        target = Path(self.path(name))
        make_folder(target.parent)
        with full_storage_said():
            handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".saving-")
            try:
                with os.fdopen(handle, "wb") as file:
                    for chunk in content.chunks(CHUNK):
                        file.write(chunk)
                    file.flush()
                    os.fsync(file.fileno())
                publish(Path(draft), target)
            finally:
                Path(draft).unlink(missing_ok=True)
        return name


def publish(draft: Path, target: Path) -> None:
    """Give a finished file its name for good: read-only, atomically, never over another one."""
    draft.chmod(0o440)
    os.link(draft, target)
    draft.unlink()
    sync_folder(target.parent)


def make_folder(folder: Path) -> None:
    """A folder whose name is durable, as are those above it that were made with it."""
    made = []
    while not folder.exists():
        made.append(folder)
        folder = folder.parent
    for child in reversed(made):
        child.mkdir(exist_ok=True)
        sync_folder(child.parent)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class S3Storage(BaseS3Storage):
    """A bucket of S3 or a compatible server, by django-storages with s3v4 signatures."""

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        if self.exists(name):
            raise FileExistsError(errno.EEXIST, "The storage holds this name already", name)
        return name

    def _save(self, name: str, content: File) -> str:
        with full_storage_said():
            return super()._save(name, content)

    def raw_key(self, name: str) -> str:
        """The object's key in the bucket, location included; for calls that django-storages does not offer."""
        return self._normalize_name(name)

    @property
    def client(self):
        return self.connection.meta.client
