"""PURE: the container of Zeiss CZI: its segments, the directory of its subblocks, and the pixels of one of them.

Written after the ZISRAW file format. Nothing but the directory and the subblocks asked for is read.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import imagecodecs
import numpy as np

from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_PAGES, MAX_XML_BYTES, check_segment, check_sizes
from archive.imaging.model import PixelType

_SEGMENT = struct.Struct("<16sqq")
_ENTRY = struct.Struct("<2siqiiB5xi")
_DIMENSION = struct.Struct("<4siifi")
_MAX_DIMENSIONS = 40
_DIRECTORY_HEAD, _SUBBLOCK_HEAD, _METADATA_HEAD = 128, 256, 256
_RAW, _JPEG, _LZW, _JPEG_XR, _ZSTD, _ZSTD_PACKED = 0, 1, 2, 4, 5, 6


@dataclass(frozen=True)
class CziPixels:
    """`samples` is 3 or 4 for colours, which the file stores as BGR."""

    dtype: str
    samples: int
    type: PixelType


PIXELS = {
    0: CziPixels("<u1", 1, PixelType.UINT8),
    1: CziPixels("<u2", 1, PixelType.UINT16),
    2: CziPixels("<f4", 1, PixelType.FLOAT),
    3: CziPixels("<u1", 3, PixelType.UINT8),
    4: CziPixels("<u2", 3, PixelType.UINT16),
    8: CziPixels("<f4", 3, PixelType.FLOAT),
    9: CziPixels("<u1", 4, PixelType.UINT8),
    10: CziPixels("<c8", 1, PixelType.COMPLEX),
    12: CziPixels("<u4", 1, PixelType.UINT32),
}


@dataclass(frozen=True)
class Span:
    """A dimension of a subblock: where it starts, how many pixels of the image it covers, how many it stores."""

    start: int
    size: int
    stored: int


@dataclass(frozen=True)
class Subblock:
    """One tile of one plane. `spans` by the format's letters: X, Y, Z, C, T, S (scene), M (mosaic) and others."""

    pixels: CziPixels
    position: int
    compression: int
    spans: dict[str, Span]

    def start(self, letter: str, default: int = 0) -> int:
        span = self.spans.get(letter)
        return span.start if span else default

    @property
    def reduction(self) -> int:
        """1 at full resolution, else how many pixels of the image each stored pixel stands for."""
        x = self.spans["X"]
        return max(1, round(x.size / x.stored))


class CziFile:
    """An open file: `subblocks` and `xml` were read, pixels are read when asked for."""

    def __init__(self, path: Path) -> None:
        self._handle: BinaryIO = path.open("rb")
        self._size = path.stat().st_size
        try:
            self.subblocks, self.xml = self._open()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._handle.close()

    def _open(self) -> tuple[list[Subblock], bytes]:
        head = self._read(self._segment(0, b"ZISRAWFILE")[0], 80)
        directory, metadata = struct.unpack_from("<qq", head, 52)
        if directory == 0:
            raise _broken("it has no directory of its pixels, as when writing was interrupted")
        return self._directory(directory), self._metadata(metadata) if metadata else b""

    def _read(self, offset: int, size: int) -> bytes:
        if size < 0 or offset < 0 or offset + size > self._size:
            raise Unreadable("truncated", "The file ends before its pixels do. Upload it again.")
        self._handle.seek(offset)
        data = self._handle.read(size)
        if len(data) < size:
            raise Unreadable("truncated", "The file ends before its pixels do. Upload it again.")
        return data

    def _segment(self, offset: int, name: bytes) -> tuple[int, int]:
        """Where the content of a segment begins, and how long it is."""
        found, allocated, used = _SEGMENT.unpack(self._read(offset, _SEGMENT.size))
        if found.rstrip(b"\0") != name:
            raise _broken(f"there is no {name.decode()} where one should be")
        return offset + _SEGMENT.size, used or allocated

    def _directory(self, offset: int) -> list[Subblock]:
        start, size = self._segment(offset, b"ZISRAWDIRECTORY")
        (count,) = struct.unpack("<i", self._read(start, 4))
        if not 0 < count <= MAX_PAGES or size < _DIRECTORY_HEAD + count * _ENTRY.size:
            raise _broken("its directory of pixels is empty or too long")
        check_segment(size)
        data = self._read(start + _DIRECTORY_HEAD, min(size - _DIRECTORY_HEAD, self._size))
        blocks, at = [], 0
        for _ in range(count):
            block, at = _entry(data, at)
            blocks.append(block)
        return blocks

    def _metadata(self, offset: int) -> bytes:
        start, _ = self._segment(offset, b"ZISRAWMETADATA")
        (size,) = struct.unpack("<i", self._read(start, 4))
        if not 0 <= size <= MAX_XML_BYTES:
            raise Unreadable("xml-too-large", "The XML of this CZI is too large to be read.", hostile=True)
        return self._read(start + _METADATA_HEAD, size).rstrip(b"\0")

    def pixels(self, block: Subblock) -> np.ndarray:
        """(height, width) or (height, width, samples), as stored; colours as RGB."""
        start, _ = self._segment(block.position, b"ZISRAWSUBBLOCK")
        metadata, _, size = struct.unpack("<iiq", self._read(start, 16))
        entry = 16 + _ENTRY.size + _DIMENSION.size * len(block.spans)
        data = self._read(start + max(_SUBBLOCK_HEAD, entry) + max(metadata, 0), size)
        height, width, kind = block.spans["Y"].stored, block.spans["X"].stored, block.pixels
        check_segment(height * width * kind.samples * np.dtype(kind.dtype).itemsize)
        plane = _decoded(data, block, (height, width, kind.samples))
        if plane.shape[2] == 1:
            return plane[..., 0]
        # JPEG and JPEG XR say themselves in which order their colours are.
        return plane if block.compression in (_JPEG, _JPEG_XR) else plane[..., [2, 1, 0, 3][: kind.samples]]


def _entry(data: bytes, at: int) -> tuple[Subblock, int]:
    schema, pixels, position, part, compression, _, dimensions = _ENTRY.unpack_from(data, at)
    if schema != b"DV" or not 2 <= dimensions <= _MAX_DIMENSIONS:
        raise _broken("its directory of pixels is damaged")
    if part:
        raise Unreadable("several-parts", "This CZI goes on in further files. Save it as a single file.")
    if pixels not in PIXELS:
        raise Unreadable("pixel-type", f"Pixels of the CZI type {pixels} cannot be shown. Convert them to 16 bits.")
    at += _ENTRY.size
    spans = {}
    for name, start, size, _, stored in _DIMENSION.iter_unpack(data[at : at + dimensions * _DIMENSION.size]):
        spans[name.rstrip(b"\0 ").decode("latin-1")] = Span(start, size, stored or size)
    if not {"X", "Y"} <= spans.keys() or len(spans) != dimensions:
        raise _broken("a piece of its pixels has no X and Y")
    check_sizes(spans["X"].size, spans["Y"].size)
    check_sizes(spans["X"].stored, spans["Y"].stored)
    return Subblock(PIXELS[pixels], position, compression, spans), at + dimensions * _DIMENSION.size


def _decoded(data: bytes, block: Subblock, shape: tuple[int, int, int]) -> np.ndarray:
    dtype = np.dtype(block.pixels.dtype)
    expected = shape[0] * shape[1] * shape[2] * dtype.itemsize
    if block.compression in (_JPEG, _JPEG_XR):
        decode: Callable[..., Any] = (
            imagecodecs.jpeg_decode if block.compression == _JPEG else imagecodecs.jpegxr_decode
        )
        plane = np.asarray(decode(data))
        if plane.size != shape[0] * shape[1] * shape[2] or plane.dtype != dtype.newbyteorder("="):
            raise _broken("a piece of its pixels has another size than its directory says")
        return plane.reshape(shape)
    raw = _unpacked(data, block.compression, expected)
    if len(raw) < expected:
        raise Unreadable("truncated", "The file ends before its pixels do. Upload it again.")
    return np.frombuffer(raw, dtype, count=expected // dtype.itemsize).reshape(shape)


def _unpacked(data: bytes, compression: int, expected: int) -> bytes:
    if compression == _RAW:
        return data
    if compression == _LZW:
        return bytes(imagecodecs.lzw_decode(data, out=expected))
    if compression == _ZSTD:
        return bytes(imagecodecs.zstd_decode(data, out=expected))
    if compression == _ZSTD_PACKED:
        return _zstd_packed(data, expected)
    raise Unreadable("codec", f"This CZI is packed with method {compression}, which is not opened here. Save it anew.")


def _zstd_packed(data: bytes, expected: int) -> bytes:
    """A small header says whether the low bytes of 16-bit pixels come before all high bytes."""
    head = data[0] if data else 0
    packed = head >= 3 and data[1] == 1 and bool(data[2] & 1)
    raw = bytes(imagecodecs.zstd_decode(data[head:], out=expected))
    if not packed:
        return raw
    return np.frombuffer(raw, np.uint8).reshape(2, -1).T.tobytes()


def _broken(why: str) -> Unreadable:
    return Unreadable("broken", f"This CZI is broken: {why}. Export it again from ZEN.")
