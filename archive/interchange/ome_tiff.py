"""PURE: an image, or a part of it, as OME-TIFF that streams: its length is known before a pixel is read.

BigTIFF (https://www.loc.gov/preservation/digital/formats/fdd/fdd000328.shtml), little-endian, uncompressed: header,
directories, then the planes in the order XYZCT, in strips of some megabytes. Nothing is written anywhere, memory stays
at one strip, and a download that broke off goes on by range. Compressed copies are what OME-Zarr is for.
"""

import math
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

STRIP_BYTES = 8 << 20
_SHORT, _LONG, _LONG8, _ASCII, _RATIONAL = 3, 4, 16, 2, 5
_FORMATS = {"u": 1, "i": 2, "f": 3, "c": 6}

# Pixels of channel, section and time, from row `y`, so many rows: (rows, width) or (rows, width, samples).
Rows = Callable[[int, int, int, int, int], np.ndarray]


@dataclass(frozen=True)
class Layout:
    """What is written: sizes of the part, its pixels' type, and the OME-XML that describes it.

    `size_c` counts planes: an RGB image has one, with three `samples`. `pixel_um` is 0 where nothing is known.
    """

    width: int
    height: int
    size_z: int
    size_c: int
    size_t: int
    samples: int
    dtype: np.dtype[Any]
    ome_xml: bytes
    pixel_um: float = 0.0

    @property
    def planes(self) -> int:
        return self.size_z * self.size_c * self.size_t

    @property
    def row_bytes(self) -> int:
        return self.width * self.samples * self.dtype.itemsize

    @property
    def strip_rows(self) -> int:
        return max(1, min(self.height, STRIP_BYTES // self.row_bytes))

    @property
    def strips(self) -> int:
        """In a plane."""
        return math.ceil(self.height / self.strip_rows)

    @property
    def plane_bytes(self) -> int:
        return self.row_bytes * self.height

    @cached_property
    def directory_bytes(self) -> tuple[int, int]:
        """Of the first directory, which holds the OME-XML, and of each other one."""
        return len(self._directory(0, 0, 0)), len(self._directory(1, 0, 0))

    @property
    def data_start(self) -> int:
        first, other = self.directory_bytes
        return _padded(_HEADER + first + other * (self.planes - 1))

    @property
    def length(self) -> int:
        """Bytes of the whole file."""
        return self.data_start + self.planes * self.plane_bytes

    def stream(self, rows: Rows, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """The bytes from `start`; strips outside of them are not read."""
        end = self.length if length is None else min(self.length, start + length)
        for at, piece in self._pieces(rows, start, end):
            low, high = max(0, start - at), min(len(piece), end - at)
            if low < high:
                yield piece[low:high]

    def _pieces(self, rows: Rows, start: int, end: int) -> Iterator[tuple[int, bytes]]:
        at = 0
        if start < self.data_start:
            for piece in self._head():
                yield at, piece
                at += len(piece)
        skipped = max(0, start - self.data_start) // self.plane_bytes
        for plane in range(skipped, self.planes):
            for strip in range(self.strips):
                y = strip * self.strip_rows
                count = min(self.strip_rows, self.height - y)
                at = self.data_start + plane * self.plane_bytes + y * self.row_bytes
                if at >= end:
                    return
                if at + count * self.row_bytes > start:
                    yield at, self._strip(rows, plane, y, count)

    def _strip(self, rows: Rows, plane: int, y: int, count: int) -> bytes:
        z, c, t = plane % self.size_z, plane // self.size_z % self.size_c, plane // (self.size_z * self.size_c)
        found = np.ascontiguousarray(rows(c, z, t, y, count), dtype=self.dtype)
        if found.nbytes != count * self.row_bytes:
            raise ValueError(f"Rows of {found.shape} do not fit an image of {self.width} × {self.height} pixels.")
        return found.tobytes()

    def _head(self) -> Iterator[bytes]:
        yield struct.pack("<2sHHHQ", b"II", 43, 8, 0, _HEADER)
        place = _HEADER
        for plane in range(self.planes):
            following = place + self.directory_bytes[min(plane, 1)]
            data = self.data_start + plane * self.plane_bytes
            yield self._directory(plane, place, data, following if plane + 1 < self.planes else 0)
            place = following
        yield bytes(self.data_start - place)

    def _directory(self, plane: int, place: int, data: int, following: int = 0) -> bytes:
        offsets = [data + strip * self.strip_rows * self.row_bytes for strip in range(self.strips)]
        last = self.height - (self.strips - 1) * self.strip_rows
        sizes = [self.strip_rows * self.row_bytes] * (self.strips - 1) + [last * self.row_bytes]
        bits = self.dtype.itemsize * 8
        tags: list[tuple[int, int, list[int] | bytes]] = [
            (256, _LONG, [self.width]),
            (257, _LONG, [self.height]),
            (258, _SHORT, [bits] * self.samples),
            (259, _SHORT, [1]),
            (262, _SHORT, [2 if self.samples >= 3 else 1]),
            (270, _ASCII, self.ome_xml + b"\0" if plane == 0 else b""),
            (273, _LONG8, offsets),
            (277, _SHORT, [self.samples]),
            (278, _LONG, [self.strip_rows]),
            (279, _LONG8, sizes),
            (282, _RATIONAL, self._resolution()),
            (283, _RATIONAL, self._resolution()),
            (284, _SHORT, [1]),
            (296, _SHORT, [3 if self.pixel_um else 1]),
            (305, _ASCII, b"Micrographia\0"),
            (338, _SHORT, [0] * (self.samples - (3 if self.samples >= 3 else 1))),
            (339, _SHORT, [_FORMATS[self.dtype.kind]] * self.samples),
        ]  # fmt: skip
        return _written([tag for tag in tags if tag[2]], place, following)

    def _resolution(self) -> list[int]:
        """Pixels in a centimetre, as a fraction."""
        return [round(1e7 / self.pixel_um), 1000] if 0.0025 < self.pixel_um < 1e7 else [1, 1]


_HEADER = 16


def _padded(length: int) -> int:
    return -(-length // 16) * 16


def _written(tags: list[tuple[int, int, list[int] | bytes]], place: int, following: int) -> bytes:
    """A directory with the values that do not fit its entries behind it."""
    formats = {_SHORT: "H", _LONG: "L", _LONG8: "Q", _RATIONAL: "L"}
    behind = place + 8 + 20 * len(tags) + 8
    entries, values = [], bytearray()
    for number, kind, content in tags:
        data = content if isinstance(content, bytes) else struct.pack(f"<{len(content)}{formats[kind]}", *content)
        count = len(content) // 2 if kind == _RATIONAL else len(content)
        if len(data) <= 8:
            entries.append(struct.pack("<HHQ8s", number, kind, count, data))
            continue
        entries.append(struct.pack("<HHQQ", number, kind, count, behind + len(values)))
        values += data + bytes(-len(data) % 8)
    return struct.pack("<Q", len(tags)) + b"".join(entries) + struct.pack("<Q", following) + bytes(values)
