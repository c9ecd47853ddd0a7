"""PURE: the bounds of reading, in one place. A file beyond one of them is refused with a sentence, never tried."""

from collections.abc import Sequence
from math import prod

from archive.imaging.errors import Unreadable

MAX_SIDE = 10_000_000  # pixels along X or Y
MAX_PLANE_PIXELS = 2**40  # a slide of a million pixels square
MAX_PLANES = 10_000_000  # Z × C × T of one image
MAX_SAMPLES = 4_096  # samples a pixel, or channels
MAX_SERIES = 20_000  # images in one file; a 1536-well plate of nine fields fits
MAX_PAGES = 2_000_000  # directories in a TIFF
MAX_TAGS = 4_096  # entries of a TIFF directory
MAX_LEVELS = 64
MAX_FLAT_PIXELS = 300_000_000  # PNG, JPEG, WebP, GIF: they have no tiles
MAX_FRAMES = 20_000  # of an animation
MAX_XML_BYTES = 256 * 2**20
MAX_JSON_BYTES = 32 * 2**20
MAX_MEMBERS = 200_000  # files that make one image set
MAX_READ_BYTES = 800 * 2**20  # what one call of read_plane may return
MAX_SEGMENT_BYTES = 400 * 2**20  # a strip, tile or chunk, decoded


def check_sizes(width: int, height: int, planes: Sequence[int] = (), samples: int = 1) -> None:
    """Refuse sizes that are nothing, or that no machine could hold."""
    if min(width, height, samples, *planes) < 1:
        raise Unreadable("zero-size", "The image has no pixels: one of its sizes is zero. Export it again.")
    if (
        max(width, height) > MAX_SIDE
        or width * height > MAX_PLANE_PIXELS
        or prod(planes) > MAX_PLANES
        or samples > MAX_SAMPLES
    ):
        raise Unreadable(
            "too-large",
            f"The file declares {width} × {height} pixels of {samples} samples in {prod(planes)} planes, "
            "which is more than can be read. If that is right, split the image.",
            hostile=True,
        )


def check_read(width: int, height: int, sample_bytes: int) -> None:
    """Refuse to return more than a process can hold; a caller asks for a region or a smaller level instead."""
    if width * height * sample_bytes > MAX_READ_BYTES:
        raise Unreadable(
            "plane-too-large",
            f"The plane of {width} × {height} pixels is too large to be read at once. "
            "Ask for a region or a lower resolution.",
        )


def check_segment(size: int) -> None:
    """Refuse strips, tiles and chunks that unpack to more than a process can hold."""
    if size > MAX_SEGMENT_BYTES:
        raise Unreadable(
            "segment-too-large",
            "The pixels are packed in pieces too large to be unpacked. Save the image with tiles of 512 pixels.",
            hostile=True,
        )
