"""PURE: walks the chain of directories of a TIFF by hand, before any library opens it.

Only the structure is followed: offsets, the number of entries, SubIFDs. It ends loops, counts pages within a bound, and
tells from the first directory who wrote the file, at the cost of a few reads.
"""

import os
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_PAGES, MAX_TAGS

IMAGE_DESCRIPTION, SOFTWARE, SUB_IFDS, XMP, NDPI_FORMAT = 270, 305, 330, 700, 65420
UIC_1, UIC_4, CZ_LSM = 33628, 33631, 34412
_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_HEAD_BYTES = 16_384  # of a text tag; enough to tell OME-XML, Aperio and ImageJ


@dataclass(frozen=True)
class FirstDirectory:
    """What the first directory says of the file's origin."""

    tags: frozenset[int]
    description: bytes = field(repr=False, default=b"")
    software: bytes = b""
    xmp: bytes = field(repr=False, default=b"")


@dataclass(frozen=True)
class _Layout:
    """The three layouts: classic, BigTIFF, and NDPI, which is classic with offsets of 64 bits."""

    order: str
    count: str
    entry: str
    offset: str

    def size(self, part: str) -> int:
        return struct.calcsize(self.order + part)


@dataclass(frozen=True)
class _Entry:
    tag: int
    kind: int
    count: int
    value: bytes


def _broken(sentence: str, code: str = "broken-tiff", *, hostile: bool = False) -> Unreadable:
    return Unreadable(code, f"{sentence} Export the image again, or upload the original file.", hostile=hostile)


class _Walker:
    def __init__(self, handle: BinaryIO) -> None:
        self.handle = handle
        self.size = os.fstat(handle.fileno()).st_size
        header = handle.read(16)
        order = {b"II": "<", b"MM": ">"}.get(header[:2])
        if order is None or len(header) < 8:
            raise _broken("The file ends inside the header of a TIFF.", "truncated")
        self.layout, self.first = self._layout(order, header)

    def _layout(self, order: str, header: bytes) -> tuple[_Layout, int]:
        version = struct.unpack(order + "H", header[2:4])[0]
        if version == 43 and len(header) == 16:
            return _Layout(order, "Q", "HHQ8s", "Q"), struct.unpack(order + "Q", header[8:16])[0]
        if version == 42:
            return _Layout(order, "H", "HHI4s", "I"), struct.unpack(order + "I", header[4:8])[0]
        raise _broken("The header is not that of a TIFF.")

    def _read(self, offset: int, length: int) -> bytes:
        self.handle.seek(offset)
        data = self.handle.read(length)
        if len(data) < length:
            raise _broken("The file ends inside a directory of the TIFF.", "truncated")
        return data

    def directory(self, offset: int) -> tuple[list[_Entry], int]:
        """The entries at an offset, and the offset of the next directory (0: none)."""
        if not 0 < offset < self.size:
            raise _broken("A directory of the TIFF lies outside the file.", "truncated")
        layout, head = self.layout, self.layout.size(self.layout.count)
        count = struct.unpack(layout.order + layout.count, self._read(offset, head))[0]
        if not 0 < count <= MAX_TAGS:
            raise _broken(f"A directory of the TIFF declares {count} entries, which cannot be right.")
        step = layout.size(layout.entry)
        data = self._read(offset + head, count * step)
        entries = [_Entry(*fields) for fields in struct.iter_unpack(layout.order + layout.entry, data)]
        self.handle.seek(offset + head + count * step)
        tail = self.handle.read(layout.size(layout.offset))
        # A missing last offset is a common flaw of writers, and means: no more pages.
        whole = len(tail) == layout.size(layout.offset)
        following = struct.unpack(layout.order + layout.offset, tail)[0] if whole else 0
        return entries, following

    def bytes_of(self, entry: _Entry, limit: int = _HEAD_BYTES) -> bytes:
        """The value's bytes, cut at the limit; empty when they lie outside the file."""
        size = _TYPE_SIZES.get(entry.kind, 1) * entry.count
        if size <= len(entry.value):
            return entry.value[:size]
        offset = struct.unpack(self.layout.order + self.layout.offset, entry.value)[0]
        self.handle.seek(min(offset, self.size))
        return self.handle.read(min(size, limit))

    def sub_offsets(self, entry: _Entry) -> list[int]:
        letter = {4: "I", 13: "I", 16: "Q", 18: "Q"}.get(entry.kind)
        if letter is None or entry.count > MAX_TAGS:
            return []
        data = self.bytes_of(entry)
        width = struct.calcsize(self.layout.order + letter)
        usable = data[: len(data) // width * width]
        return [value for (value,) in struct.iter_unpack(self.layout.order + letter, usable)]


def first_directory(path: Path) -> FirstDirectory:
    """What the first directory says; raises Unreadable when there is none."""
    with path.open("rb") as handle:
        walker = _Walker(handle)
        entries, _ = walker.directory(walker.first)
        values = {entry.tag: entry for entry in entries}
        texts = [walker.bytes_of(values[tag]) if tag in values else b"" for tag in (IMAGE_DESCRIPTION, SOFTWARE, XMP)]
        return FirstDirectory(frozenset(values), *texts)


def check_chain(path: Path) -> int:
    """The number of pages; raises Unreadable for loops, for too many pages, and for directories outside the file."""
    with path.open("rb") as handle:
        walker = _Walker(handle)
        seen: set[int] = set()
        subs: set[int] = set()
        pages, offset = 0, walker.first
        ndpi = False
        while offset and not ndpi:
            entries, following = _visit(walker, offset, seen)
            pages += 1
            # NDPI keeps the high halves of its offsets elsewhere; past 4 GB its chain is not ours to follow.
            ndpi = walker.size > 2**32 and any(entry.tag == NDPI_FORMAT for entry in entries)
            for entry in entries:
                if entry.tag == SUB_IFDS:
                    _walk_subs(walker, walker.sub_offsets(entry), seen, subs)
            offset = following
        return pages


def _loop() -> Unreadable:
    return _broken("The pages of the TIFF refer to each other in a circle.", "ifd-loop", hostile=True)


def _visit(walker: _Walker, offset: int, seen: set[int]) -> tuple[list[_Entry], int]:
    if offset in seen:
        raise _loop()
    seen.add(offset)
    if len(seen) > MAX_PAGES:
        raise _broken(f"The TIFF has more than {MAX_PAGES} pages.", "too-many-pages", hostile=True)
    return walker.directory(offset)


def _walk_subs(walker: _Walker, offsets: list[int], seen: set[int], subs: set[int]) -> None:
    """Follow SubIFDs. Writers may chain those of one page, so that two ways lead to one directory; circles are none."""
    for start in offsets:
        chain: set[int] = set()
        offset = start
        while offset and (offset not in subs or offset in chain):
            if offset in chain:
                raise _loop()
            chain.add(offset)
            _, offset = _visit(walker, offset, seen)
        subs |= chain
