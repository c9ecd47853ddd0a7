"""PURE: PNG, JPEG, WebP and GIF: one resolution, no calibration. Sizes come from the header and are bounded first."""

import mmap
import struct
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvips
from PIL import Image

from archive.imaging.dates import date
from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_FLAT_PIXELS, MAX_FRAMES, check_sizes
from archive.imaging.model import Channel, Description, ImageMetadata, Outcome, PixelType
from archive.imaging.readers.base import Region
from archive.imaging.readers.edge import reading
from archive.imaging.readers.tiff_pages import checked_region
from archive.imaging.sniff import sniff

SLUG = "flat"
# The bound is ours, checked from the header; Pillow's own would only warn below twice its figure.
Image.MAX_IMAGE_PIXELS = MAX_FLAT_PIXELS
_MODES = {"1": 1, "L": 1, "P": 1, "I": 1, "I;16": 1, "I;16B": 1, "F": 1, "LA": 2, "PA": 2, "RGBA": 4, "CMYK": 4}
_PNG_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_EXIF_IFD, _DATE_ORIGINAL = 0x8769, 0x9003
_TAIL = 65_536
_JPEG_START, _JPEG_SCAN, _JPEG_END = b"\xff\xd8", b"\xff\xda", b"\xff\xd9"


@dataclass(frozen=True)
class _Header:
    width: int
    height: int
    samples: int
    pixel_type: PixelType
    frames: int = 1
    date: str = ""
    # libvips streams these; the others (palettes, bilevel, animations) are small, or need their indices.
    streamed: bool = False


@contextmanager
def opened(path: Path, formats: list[str]) -> Iterator[Image.Image]:
    """A picture whose header was read and whose size is within bounds; raises Unreadable."""
    try:
        with warnings.catch_warnings():
            # It warns of every flaw that it forgives; what it does not forgive becomes an outcome.
            warnings.simplefilter("ignore")
            with Image.open(path, formats=formats) as picture:
                _check(*picture.size)
                yield picture
    except Image.DecompressionBombError as problem:
        raise _too_many() from problem


def detect(path: Path) -> bool:
    return sniff(path).reader == SLUG


def describe(path: Path, root: Path) -> Description:
    format_ = sniff(path).format
    header = _header(path, format_)
    if format_ == "jpeg":
        _check_jpeg_end(path)
    image = ImageMetadata(
        series=0, size_x=header.width, size_y=header.height, size_z=1, size_c=header.samples, size_t=header.frames,
        pixel_type=header.pixel_type, reader=SLUG, format=format_, rgb=header.samples > 1,
        channels=(Channel(samples=header.samples),), acquisition_date=header.date,
    )  # fmt: skip
    name = path.relative_to(root).as_posix()
    return Description(name, Outcome.READ, (image,), members=(name,))


def _header(path: Path, format_: str) -> _Header:
    with reading(format_.upper()):
        return _png_header(path) if format_ == "png" else _pillow_header(path, format_)


def _check(width: int, height: int) -> None:
    check_sizes(width, height)
    if width * height > MAX_FLAT_PIXELS:
        raise _too_many()


def _too_many() -> Unreadable:
    return Unreadable(
        "too-many-pixels",
        f"The picture has more than {MAX_FLAT_PIXELS // 10**6} million pixels. Save it as a tiled OME-TIFF.",
        hostile=True,
    )


def _png_header(path: Path) -> _Header:
    """From IHDR by hand: Pillow does not tell 16 bits from 8 in colour."""
    with path.open("rb") as handle:
        head = handle.read(33)
        handle.seek(max(path.stat().st_size - _TAIL, 0))
        tail = handle.read()
    if len(head) < 33 or head[12:16] != b"IHDR":
        raise Unreadable("broken", "This PNG is broken: it has no header. Export it again.")
    width, height, depth, color = struct.unpack(">IIBB", head[16:26])
    _check(width, height)
    if b"IEND" not in tail:
        raise Unreadable("truncated", "The file ends before its pixels do. Upload it again.")
    if color not in _PNG_SAMPLES or depth not in (1, 2, 4, 8, 16):
        raise Unreadable("broken", "This PNG is broken: its header names no known kind of pixels. Export it again.")
    type_ = {1: PixelType.BIT, 16: PixelType.UINT16}.get(depth, PixelType.UINT8)
    type_ = PixelType.UINT8 if color == 3 else type_
    return _Header(width, height, _PNG_SAMPLES[color], type_, streamed=color != 3 and depth >= 8)


def _pillow_header(path: Path, format_: str) -> _Header:
    with opened(path, [format_.upper()]) as picture:
        width, height = picture.size
        frames = getattr(picture, "n_frames", 1)
        if frames > MAX_FRAMES:
            raise Unreadable("too-many-frames", f"The animation has more than {MAX_FRAMES} frames. Split it.")
        # A GIF's later frames come out in colour whatever the first is; its palette is not one of labels.
        mode = "RGB" if format_ == "gif" else picture.mode
        taken = _exif_date(picture) if format_ == "jpeg" else ""
    samples = _MODES.get(mode, 3)
    type_ = PixelType.BIT if mode == "1" else PixelType.UINT8
    return _Header(width, height, samples, type_, frames, taken, streamed=format_ == "jpeg")


def _check_jpeg_end(path: Path) -> None:
    """The end must be that of the picture: a thumbnail in its EXIF has one too."""
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        is_whole = data.find(_JPEG_END, _jpeg_scan(data)) >= 0
    if not is_whole:
        raise Unreadable("truncated", "The file ends before its pixels do. Upload it again.")


def _jpeg_scan(data: mmap.mmap) -> int:
    """Where the first scan begins, or where the segments before it cease to follow each other."""
    at = len(_JPEG_START)
    while data[at : at + 1] == b"\xff" and data[at : at + 2] != _JPEG_SCAN:
        is_filling = data[at + 1 : at + 2] == b"\xff"
        at += 1 if is_filling else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return min(at, len(data))


def _exif_date(picture: Image.Image) -> str:
    """When the picture was taken; "" when the file does not say, or says zeros."""
    return date(picture.getexif().get_ifd(_EXIF_IFD).get(_DATE_ORIGINAL, ""))


def levels(path: Path, root: Path, series: int) -> Sequence[tuple[int, int]]:
    header = _header(path, sniff(path).format)
    return [(header.width, header.height)]


def read_plane(
    path: Path, root: Path, series: int, *, c: int, z: int, t: int, level: int, region: Region | None
) -> np.ndarray:
    format_ = sniff(path).format
    header = _header(path, format_)
    if (series, level, c, z) != (0, 0, 0, 0) or not 0 <= t < header.frames:
        raise Unreadable("plane-outside", "The picture has no such plane.")
    wanted = checked_region(region, header.width, header.height)
    with reading(format_.upper()):
        plane = _stream(path, wanted) if header.streamed else _decode(path, format_, header, t, wanted)
    # A transparent colour makes libvips add an alpha that the header does not count.
    plane = plane if plane.ndim == 2 else plane[..., : header.samples]
    return plane[..., 0] if plane.ndim == 3 and header.samples == 1 else plane


def _stream(path: Path, wanted: Region) -> np.ndarray:
    """Rows from the top down to the region, without holding the rest."""
    try:
        picture = pyvips.Image.new_from_file(str(path), access="sequential", fail_on="truncated")
        return np.ascontiguousarray(picture.crop(*wanted).numpy())
    except pyvips.Error as problem:
        sentence = "The pixels of this picture are broken. Open it where it was made and save it again."
        raise Unreadable("broken", sentence) from problem


def _decode(path: Path, format_: str, header: _Header, t: int, wanted: Region) -> np.ndarray:
    x, y, w, h = wanted
    with opened(path, [format_.upper()]) as picture:
        picture.seek(t)
        mode = {1: picture.mode, 2: "LA", 4: "RGBA"}.get(header.samples, "RGB")
        part = picture.convert(mode) if mode != picture.mode else picture
        plane = np.array(part.crop((x, y, x + w, y + h)))
    # Pillow's true is a byte of ones.
    return (plane.view(np.uint8) != 0).view(np.uint8) if plane.dtype == bool else plane
