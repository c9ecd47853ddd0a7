"""PURE: the axes of a TIFF series as OME sizes, and where the pages of a plane are.

Axes whose meaning the file does not state count as T, so that nothing is lost and nothing is guessed.
"""

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from archive.imaging.errors import Unreadable
from archive.imaging.limits import check_sizes
from archive.imaging.readers.base import Region
from archive.imaging.readers.tiff_pages import Frame, frame_of, plane_bytes, read_page, read_rows, turned

MAX_RGB_SAMPLES = 4


@dataclass(frozen=True)
class Sizes:
    x: int
    y: int
    z: int
    channels: int
    samples: int
    t: int
    # The leading axes of the series, in stored order: (letter, length).
    stack: tuple[tuple[str, int], ...]

    @property
    def rgb(self) -> bool:
        return 1 < self.samples <= MAX_RGB_SAMPLES

    @property
    def size_c(self) -> int:
        return self.channels * self.samples


def sizes_of(series: Any) -> Sizes:
    """OME sizes of a series; raises Unreadable for what is no image."""
    axes, shape = series.axes, series.shape
    if axes.count("X") != 1 or axes.count("Y") != 1 or len(axes) != len(shape):
        raise Unreadable("not-an-image", "The TIFF holds data that are not an image: they have no X and Y.")
    if not axes.endswith(("YX", "YXS", "SYX")):
        raise Unreadable("unknown-axes", f"The axes of this TIFF ({axes}) cannot be shown. Save it with Y and X last.")
    lengths = dict(zip(axes, shape, strict=True))
    stack = tuple((letter, length) for letter, length in zip(axes, shape, strict=True) if letter not in "XYS")
    rest = prod(length for letter, length in stack if letter not in "ZC")
    sizes = Sizes(
        lengths["X"], lengths["Y"], lengths.get("Z", 1), lengths.get("C", 1), lengths.get("S", 1), rest, stack
    )
    check_sizes(sizes.x, sizes.y, (sizes.z, sizes.channels, sizes.t), sizes.samples)
    return sizes


def plane_index(sizes: Sizes, c: int, z: int, t: int) -> int:
    """The place of a plane among the planes of the series, in stored order."""
    if not (0 <= c < sizes.channels and 0 <= z < sizes.z and 0 <= t < sizes.t):
        raise Unreadable("plane-outside", "The image has no such plane.")
    folded = [length for letter, length in sizes.stack if letter not in "ZC"]
    places = iter(np.unravel_index(t, folded) if folded else ())
    index = 0
    for letter, length in sizes.stack:
        place = {"Z": z, "C": c}.get(letter)
        index = index * length + int(next(places) if place is None else place)
    return index


def read_series_plane(series: Any, sizes: Sizes, index: int, region: Region | None) -> np.ndarray:
    """A plane of a series (of one level), from its page, or by its offset when all planes lie in one run."""
    keyframe = series.keyframe
    planes = prod(length for _, length in sizes.stack)
    if series.dataoffset is not None:
        frame = _plane_frame(series, sizes)
        offset = series.dataoffset + index * plane_bytes(frame, keyframe.dtype)
        rows = read_rows(keyframe.parent, offset, frame, keyframe.dtype, frame.region(region))
        return turned(rows, keyframe)
    if len(series.pages) == planes:
        return _read_page(series, index, region)
    samples = samples_per_page(series, sizes)
    return np.ascontiguousarray(_read_page(series, index // samples, region)[..., index % samples])


def samples_per_page(series: Any, sizes: Sizes) -> int:
    """How many channels a page holds as its samples (Zeiss LSM does so), 1 for the usual page per plane.

    Raises Unreadable for other ways to put several planes into a page.
    """
    planes = prod(length for _, length in sizes.stack)
    if series.dataoffset is not None or len(series.pages) == planes:
        return 1
    frame = frame_of(series.keyframe)
    samples = frame.planar * frame.samples
    if not sizes.stack or sizes.stack[-1] != ("C", samples) or sizes.samples > 1:
        raise Unreadable("volumetric", "The pages of this TIFF hold several planes each. Save one page per plane.")
    return samples


def _read_page(series: Any, index: int, region: Region | None) -> np.ndarray:
    """A page of a series; one that the file leaves out is empty."""
    page = series.pages[index]
    if page is not None:
        return read_page(page, region)
    frame = frame_of(series.keyframe)
    _, _, w, h = frame.region(region)
    samples = frame.planar * frame.samples
    return np.zeros((h, w, samples) if samples > 1 else (h, w), series.keyframe.dtype)


def _plane_frame(series: Any, sizes: Sizes) -> Frame:
    """The layout of one plane, from the order of the axes: samples come first when they are stored apart."""
    interleaved = series.axes.endswith("S")
    samples = sizes.samples
    return Frame(1 if interleaved else samples, sizes.y, sizes.x, samples if interleaved else 1)
