"""PURE: a ZIP whose every byte is known before one is read, so that it streams, tells its length and resumes by range.

Entries are stored as they are: images do not shrink, and their sizes and CRC-32 are known from when they were verified.
ZIP64 (APPNOTE.TXT 6.3.10, 4.3.14 and 4.5.3) where an archive needs it; names are UTF-8. No temporary file, flat memory:
entries are given by a function that can be called again, and each pass goes over them once.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_END_64, _LOCATOR_64 = b"PK\x06\x06", b"PK\x06\x07"
_MOST_32, _MOST_16 = 0xFFFFFFFF, 0xFFFF
# Version 4.5 is the first with ZIP64; made on Unix, so that the mode below counts. Bit 11: names are UTF-8.
_VERSION, _MADE_BY, _UTF8 = 45, (3 << 8) | 45, 1 << 11
_MODE = 0o100644 << 16


@dataclass(frozen=True)
class Entry:
    """A file in the archive: its path there, and what its bytes come to."""

    name: str
    size: int
    crc32: int


@dataclass(frozen=True)
class Moment:
    """Of all entries, in local time as ZIP has it; 1980 at the earliest."""

    year: int
    month: int
    day: int

    def packed(self) -> tuple[int, int]:
        return 0, (max(self.year, 1980) - 1980) << 9 | self.month << 5 | self.day


Entries = Callable[[], Iterable[Entry]]
# `length` bytes of an entry, from `start`.
Content = Callable[[Any, int, int], Iterator[bytes]]


def length_of(entries: Iterable[Entry]) -> int:
    """Bytes of the whole archive; one pass."""
    offset = central = count = 0
    for entry in entries:
        central += len(_central(entry, offset, Moment(1980, 1, 1)))
        offset += _local_length(entry) + entry.size
        count += 1
    return offset + central + len(_end(count, offset, central))


def stream(
    entries: Entries, content: Content, moment: Moment, start: int = 0, end: int | None = None
) -> Iterator[bytes]:
    """The bytes from `start` to before `end`; nothing outside of them is read."""
    for at, piece in _pieces(entries, content, moment, start, end):
        low = max(0, start - at)
        high = len(piece) if end is None else min(len(piece), end - at)
        if low < high:
            yield piece[low:high]


def _pieces(
    entries: Entries, content: Content, moment: Moment, start: int, end: int | None
) -> Iterator[tuple[int, bytes]]:
    """What overlaps the range, each with its place in the archive."""
    at = count = 0
    for entry in entries():
        if end is not None and at >= end:
            return
        header = _local_length(entry)
        if at + header > start:
            yield at, _local(entry, moment)
        at += header
        if at + entry.size > start and entry.size:
            yield from _data(content, entry, at, start, end)
        at += entry.size
        count += 1
    yield from _directory(entries, moment, at, count)


def _data(content: Content, entry: Entry, at: int, start: int, end: int | None) -> Iterator[tuple[int, bytes]]:
    first = max(0, start - at)
    last = entry.size if end is None else min(entry.size, end - at)
    given = first
    if last <= first:
        return
    for piece in content(entry, first, last - first):
        yield at + given, piece
        given += len(piece)
    if given != last:
        raise EOFError(f"The bytes of “{entry.name}” ended too early.")


def _directory(entries: Entries, moment: Moment, offset: int, count: int) -> Iterator[tuple[int, bytes]]:
    at, place = offset, 0
    for entry in entries():
        record = _central(entry, place, moment)
        yield at, record
        at += len(record)
        place += _local_length(entry) + entry.size
    yield at, _end(count, offset, at - offset)


def _local_length(entry: Entry) -> int:
    return 30 + len(entry.name.encode()) + (20 if entry.size >= _MOST_32 else 0)


def _local(entry: Entry, moment: Moment) -> bytes:
    name = entry.name.encode()
    extra, size = b"", entry.size
    if size >= _MOST_32:
        extra, size = struct.pack("<HHQQ", 1, 16, size, size), _MOST_32
    fixed = struct.pack(
        "<4s5H3L2H", _LOCAL, _VERSION, _UTF8, 0, *moment.packed(), entry.crc32, size, size, len(name), len(extra)
    )
    return fixed + name + extra


def _central(entry: Entry, offset: int, moment: Moment) -> bytes:
    name = entry.name.encode()
    wide = [entry.size, entry.size] if entry.size >= _MOST_32 else []
    wide += [offset] if offset >= _MOST_32 else []
    extra = struct.pack(f"<HH{len(wide)}Q", 1, 8 * len(wide), *wide) if wide else b""
    size, place = min(entry.size, _MOST_32), min(offset, _MOST_32)
    fixed = struct.pack(
        "<4s6H3L5H2L",
        _CENTRAL, _MADE_BY, _VERSION, _UTF8, 0, *moment.packed(), entry.crc32, size, size,
        len(name), len(extra), 0, 0, 0, _MODE, place,
    )  # fmt: skip
    return fixed + name + extra


def _end(count: int, offset: int, central: int) -> bytes:
    """The end of the central directory; before it the 64-bit one where a number is too large for 16 or 32 bits."""
    plain = struct.pack(
        "<4s4H2LH",
        _END, 0, 0, min(count, _MOST_16), min(count, _MOST_16), min(central, _MOST_32), min(offset, _MOST_32), 0,
    )  # fmt: skip
    if count < _MOST_16 and central < _MOST_32 and offset < _MOST_32:
        return plain
    end_64 = struct.pack("<4sQ2H2L4Q", _END_64, 44, _MADE_BY, _VERSION, 0, 0, count, count, central, offset)
    locator = struct.pack("<4sLQL", _LOCATOR_64, 0, offset + central, 1)
    return end_64 + locator + plain
