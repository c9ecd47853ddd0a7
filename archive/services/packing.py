"""A version, or some of its files, as one ZIP that is a BagIt bag (RFC 8493): data/…, a manifest of SHA-256, a record.

Nothing is written anywhere: the archive is laid out from the rows, and its bytes stream from the storage.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import QuerySet

from archive.interchange import zip_layout
from archive.models import Blob, File, Version
from archive.services.memberlists import read_members
from archive.states import FileKind, FileState
from archive.storage import chunks_of, originals, read_range

_DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass(frozen=True)
class Packed(zip_layout.Entry):
    """A file of the bag: of the storage (`key`), or of the bag itself (`made`)."""

    sha256: str = ""
    key: str = ""
    made: "Callable[[], Iterator[bytes]] | None" = None


@dataclass(frozen=True)
class Package:
    """`top` is the folder that everything unpacks into; `etag` is the same as long as the contents are."""

    top: str
    rows: QuerySet[File]
    record: bytes
    moment: zip_layout.Moment
    length: int = 0
    etag: str = ""
    # What its depositors say of each file, as a table; where they say nothing there is none.
    listed: Callable[[], Iterator[bytes]] | None = None

    def stream(self, start: int, length: int) -> Iterator[bytes]:
        return zip_layout.stream(self.entries, _content, self.moment, start, start + length)

    def entries(self) -> Iterator[Packed]:
        """Data first, in the order of paths; then what the bag says of it."""
        for one in _data(self.rows):
            yield Packed(f"{self.top}/data/{one.name}", one.size, one.crc32, one.sha256, one.key)
        yield _tag(f"{self.top}/manifest-sha256.txt", lambda: _manifest(self.rows))
        yield _tag(f"{self.top}/bagit.txt", lambda: iter([_DECLARATION]))
        yield _tag(f"{self.top}/dataset.json", lambda: iter([self.record]))
        if self.listed is not None:
            yield _tag(f"{self.top}/files.csv", self.listed)


def package(
    *,
    version: Version,
    rows: QuerySet[File],
    record: dict[str, object],
    listed: Callable[[], Iterator[bytes]] | None = None,
) -> Package:
    """The bag of `rows`, files of this version that the reader may see; one pass over them for its length."""
    top = f"{version.dataset.accession}.{version.number}"
    day = version.released_at
    found = Package(
        top,
        rows.exclude(state=FileState.DAMAGED).select_related("blob").order_by("path"),
        json.dumps(record, ensure_ascii=False, indent=2, default=str).encode() + b"\n",
        zip_layout.Moment(day.year, day.month, day.day),
        listed=listed,
    )
    digest = hashlib.sha256()

    def counted() -> Iterator[Packed]:
        for entry in found.entries():
            digest.update(f"{entry.name}\0{entry.size}\0{entry.crc32}\0{entry.sha256}\n".encode())
            yield entry

    length = zip_layout.length_of(counted())
    return Package(found.top, found.rows, found.record, found.moment, length, digest.hexdigest()[:32], listed)


def _data(rows: QuerySet[File]) -> Iterator[Packed]:
    for file in rows.iterator(chunk_size=2000):
        if file.kind == FileKind.BUNDLE:
            for member in read_members(file.members_key):
                crc32 = _crc32(member.key) if member.crc32 is None else member.crc32
                yield Packed(f"{file.path}/{member.path}", member.size, crc32, member.sha256, member.key)
        elif file.blob is not None:
            yield Packed(file.path, file.blob.size, _crc32_of(file.blob), file.blob.sha256, file.blob.key)


def _crc32_of(blob: Blob) -> int:
    """Known since the bytes were verified; learnt and kept where they were verified before it was."""
    if blob.crc32 is None:
        blob.crc32 = _crc32(blob.key)
        Blob.objects.filter(pk=blob.pk).update(crc32=blob.crc32)
    return blob.crc32


@lru_cache(maxsize=100_000)
def _crc32(key: str) -> int:
    crc32 = 0
    for chunk in chunks_of(originals(), key):
        crc32 = zlib.crc32(chunk, crc32)
    return crc32


def _manifest(rows: QuerySet[File]) -> Iterator[bytes]:
    """Lines as sha256sum and bag validators read them; line breaks in names are escaped as the standard says."""
    for one in _data(rows):
        name = one.name.replace("%", "%25").replace("\n", "%0A").replace("\r", "%0D")
        yield f"{one.sha256}  data/{name}\n".encode()


def _tag(name: str, made: Callable[[], Iterator[bytes]]) -> Packed:
    size = crc32 = 0
    for piece in made():
        size, crc32 = size + len(piece), zlib.crc32(piece, crc32)
    return Packed(name, size, crc32, made=made)


def _content(entry: Packed, start: int, length: int) -> Iterator[bytes]:
    if entry.made is None:
        yield from read_range(originals(), entry.key, start, length)
        return
    at = 0
    for piece in entry.made():
        low, high = max(0, start - at), min(len(piece), start + length - at)
        if low < high:
            yield piece[low:high]
        at += len(piece)
