"""PURE: JPEG 2000, as a bare codestream or in a JP2 box. Sizes come from the codestream's header and are bounded first.

The decoder gives the whole picture at full resolution; MAX_VALUES bounds what that takes.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import imagecodecs
import numpy as np

from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_READ_BYTES, check_sizes
from archive.imaging.model import Channel, Description, ImageMetadata, Outcome, PixelType
from archive.imaging.readers.base import Region
from archive.imaging.readers.edge import reading
from archive.imaging.readers.kept import Kept
from archive.imaging.readers.tiff_pages import checked_region
from archive.imaging.sniff import sniff

SLUG = "jp2"
_CODESTREAM = b"\xff\x4f\xff\x51"
_MAX_BOXES = 1_000
# OpenJPEG holds 32-bit integers while it decodes.
MAX_VALUES = 150_000_000
_TYPES = {
    (1, False): PixelType.UINT8, (1, True): PixelType.INT8,
    (2, False): PixelType.UINT16, (2, True): PixelType.INT16,
    (4, False): PixelType.UINT32, (4, True): PixelType.INT32,
}  # fmt: skip


@dataclass(frozen=True)
class _Header:
    width: int
    height: int
    samples: int
    bits: int
    signed: bool

    @property
    def pixel_type(self) -> PixelType:
        return _TYPES[1 if self.bits <= 8 else 2 if self.bits <= 16 else 4, self.signed]


def detect(path: Path) -> bool:
    return sniff(path).reader == SLUG


def _broken(why: str) -> Unreadable:
    return Unreadable("broken", f"This JPEG 2000 is broken: {why}. Export it again.")


def _header(path: Path) -> _Header:
    with path.open("rb") as handle:
        handle.seek(_codestream(handle, path.stat().st_size))
        head = handle.read(42)
        if len(head) < 42 or head[:4] != _CODESTREAM:
            raise _broken("it has no header")
        _, _, width, height, left, top = struct.unpack_from(">HHIIII", head, 4)
        (samples,) = struct.unpack_from(">H", head, 40)
        check_sizes(width - left, height - top, (), samples)
        parts = handle.read(3 * samples)
    if len(parts) < 3 * samples:
        raise _broken("it has no header")
    kinds = {parts[at : at + 3] for at in range(0, len(parts), 3)}
    bits, signed = (parts[0] & 0x7F) + 1, bool(parts[0] & 0x80)
    if len(kinds) > 1 or parts[1:3] != b"\x01\x01" or bits > 32:
        raise Unreadable(
            "pixel-type", "Samples of different kinds or sizes in a JPEG 2000 cannot be shown. Save it as TIFF."
        )
    header = _Header(width - left, height - top, samples, bits, signed)
    _check(header)
    return header


def _check(header: _Header) -> None:
    if header.width * header.height * header.samples > MAX_VALUES:
        raise Unreadable(
            "too-many-pixels",
            f"The picture has more than {MAX_VALUES // 10**6} million values. Save it as a tiled OME-TIFF.",
            hostile=True,
        )


def _codestream(handle: BinaryIO, size: int) -> int:
    """Where the codestream begins: at once, or in the box that holds it."""
    if handle.read(4) == _CODESTREAM:
        return 0
    at = 0
    for _ in range(_MAX_BOXES):
        handle.seek(at)
        head = handle.read(16)
        if len(head) < 8:
            break
        length, name = struct.unpack(">I4s", head[:8])
        start = 8
        if length == 1 and len(head) == 16:
            (length,), start = struct.unpack(">Q", head[8:]), 16
        if name == b"jp2c":
            return at + start
        if length < start or at + length > size:
            break
        at += length
    raise _broken("no box of it holds a picture")


def describe(path: Path, root: Path) -> Description:
    with reading("JPEG 2000"):
        header = _header(path)
    image = ImageMetadata(
        series=0, size_x=header.width, size_y=header.height, size_z=1, size_c=header.samples, size_t=1,
        pixel_type=header.pixel_type, reader=SLUG, format="jp2", rgb=_is_rgb(header), significant_bits=header.bits,
        channels=_channels(header),
    )  # fmt: skip
    own = path.relative_to(root).as_posix()
    return Description(own, Outcome.READ, (image,), members=(own,))


def _is_rgb(header: _Header) -> bool:
    return 1 < header.samples <= 4


def _channels(header: _Header) -> tuple[Channel, ...]:
    if _is_rgb(header):
        return (Channel(samples=header.samples),)
    return tuple(Channel() for _ in range(header.samples))


def levels(path: Path, root: Path, series: int) -> Sequence[tuple[int, int]]:
    with reading("JPEG 2000"):
        header = _header(path)
    return [(header.width, header.height)]


def _decoded(path: Path) -> np.ndarray:
    if path.stat().st_size > MAX_READ_BYTES:
        raise Unreadable("plane-too-large", "The JPEG 2000 is too large to be read. Save it as a tiled OME-TIFF.")
    return np.asarray(imagecodecs.jpeg2k_decode(path.read_bytes()))


# The strips and tiles of one picture would decode it each time.
_pictures = Kept(_decoded, lambda _: None, most=1)


def read_plane(
    path: Path, root: Path, series: int, *, c: int, z: int, t: int, level: int, region: Region | None
) -> np.ndarray:
    with reading("JPEG 2000"):
        header = _header(path)
        channels = 1 if _is_rgb(header) else header.samples
        if (series, level, z, t) != (0, 0, 0, 0) or not 0 <= c < channels:
            raise Unreadable("plane-outside", "The picture has no such plane.")
        x, y, w, h = checked_region(region, header.width, header.height)
        picture = _pictures.get(path)
        if picture.shape[:2] != (header.height, header.width):
            raise _broken("its pixels have another size than its header says")
        plane = picture[y : y + h, x : x + w]
    if plane.ndim == 3 and not _is_rgb(header):
        return np.ascontiguousarray(plane[..., c])
    return np.ascontiguousarray(plane)
