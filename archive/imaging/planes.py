"""Planes at the size of a picture: the lowest level that is large enough, read in strips, shrunk by block mean."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from archive.imaging.errors import Unreadable
from archive.imaging.model import ImageMetadata
from archive.imaging.readers.base import Reader, Region

# Bytes of one strip of a large plane. Below twice of it, a plane is read at once.
STRIP = 24 << 20
# More pixels than this in the lowest fitting level would take minutes to shrink.
MOST_PIXELS = 4_000_000_000


@dataclass(frozen=True)
class Source:
    """One image (series) of a file with the reader that opens it."""

    reader: Reader
    path: Path
    root: Path
    image: ImageMetadata

    @cached_property
    def levels(self) -> tuple[tuple[int, int], ...]:
        levels = tuple(self.reader.levels(self.path, self.root, self.image.series))
        if not levels or any(width < 1 or height < 1 for width, height in levels):
            raise Unreadable("no-pixels", "The image has no pixels. Check the file and upload it again.")
        return levels

    @property
    def planes(self) -> int:
        """Channels that are read one by one; the samples of an RGB channel come together."""
        image = self.image
        if image.rgb:
            return max(1, len(image.channels))
        return image.size_c

    def read(self, *, c: int, z: int, t: int, level: int, region: Region | None = None) -> np.ndarray:
        """(height, width) or (height, width, samples), never of another kind."""
        series = self.image.series
        plane = self.reader.read_plane(self.path, self.root, series, c=c, z=z, t=t, level=level, region=region)
        if plane.ndim not in (2, 3) or plane.size == 0:
            raise Unreadable("no-pixels", "The image has no pixels. Check the file and upload it again.")
        return plane


def fitting_level(levels: tuple[tuple[int, int], ...], max_size: int) -> int:
    """The index of the smallest level whose longer side is at least `max_size`, else of the largest."""
    large_enough = [at for at, size in enumerate(levels) if max(size) >= max_size]
    if large_enough:
        return min(large_enough, key=lambda at: levels[at][0] * levels[at][1])
    return max(range(len(levels)), key=lambda at: levels[at][0] * levels[at][1])


def fitted_size(size: tuple[int, int], max_size: int) -> tuple[int, int]:
    """(width, height) with the longer side at most `max_size`; never larger than it was, never 0."""
    scale = min(1.0, max_size / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def shrunk_plane(source: Source, *, c: int, z: int, t: int, max_size: int) -> np.ndarray:
    """A plane for a picture of `max_size`: float32 when it had to be shrunk, as stored when not."""
    level = fitting_level(source.levels, max_size)
    size = source.levels[level]
    if size[0] * size[1] > MOST_PIXELS:
        raise Unreadable(
            "too-large",
            f"The image has {size[0]} × {size[1]} pixels and no smaller copy of itself, too many to draw. "
            "Save it with a pyramid (OME-TIFF or OME-Zarr).",
        )
    factor = max(1, max(size) // max_size)
    strips = [block_mean(strip, factor) for strip in _strips(source, c=c, z=z, t=t, level=level, factor=factor)]
    plane = strips[0] if len(strips) == 1 else np.concatenate(strips)
    return _resized(plane, fitted_size(size, max_size))


def _strips(source: Source, *, c: int, z: int, t: int, level: int, factor: int) -> Iterator[np.ndarray]:
    """The whole plane where it is small; else bands whose height is a multiple of `factor`."""
    width, height = source.levels[level]
    bytes_per_row = width * _bytes_per_pixel(source.image)
    rows = max(factor, STRIP // bytes_per_row // factor * factor)
    if height * bytes_per_row <= 2 * STRIP:
        yield source.read(c=c, z=z, t=t, level=level)
        return
    for top in range(0, height, rows):
        yield source.read(c=c, z=z, t=t, level=level, region=(0, top, width, min(rows, height - top)))


_BYTES = {"int8": 1, "uint8": 1, "bit": 1, "int16": 2, "uint16": 2, "double": 8, "complex": 8, "double-complex": 16}


def _bytes_per_pixel(image: ImageMetadata) -> int:
    return _BYTES.get(image.pixel_type, 4) * (image.size_c if image.rgb else 1)


def real_values(plane: np.ndarray) -> np.ndarray:
    """Complex numbers as their magnitude, booleans as 0 and 1."""
    if np.iscomplexobj(plane):
        return np.abs(plane)
    return plane.astype(np.uint8) if plane.dtype == np.bool_ else plane


def block_mean(plane: np.ndarray, factor: int) -> np.ndarray:
    """Each `factor` × `factor` block as its mean (float32); edge blocks are filled up with their last row or column.

    What is not finite counts as the smallest finite value of its strip.
    """
    plane = real_values(plane)
    if np.issubdtype(plane.dtype, np.floating):
        plane = _finite(plane)
    if factor == 1:
        return plane
    height, width = plane.shape[:2]
    margin = [(0, -height % factor), (0, -width % factor)] + [(0, 0)] * (plane.ndim - 2)
    if margin[0][1] or margin[1][1]:
        plane = np.pad(plane, margin, mode="edge")
    blocks = plane.reshape(plane.shape[0] // factor, factor, plane.shape[1] // factor, factor, *plane.shape[2:])
    return blocks.mean(axis=(1, 3), dtype=np.float32)


def _finite(plane: np.ndarray) -> np.ndarray:
    finite = np.isfinite(plane)
    if finite.all():
        return plane
    return np.where(finite, plane, plane[finite].min() if finite.any() else 0)


def _resized(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The mean over areas, for the part of the shrinking that is no whole number."""
    if (plane.shape[1], plane.shape[0]) == size:
        return plane
    values = plane.astype(np.float32)
    if values.ndim == 2:
        return np.asarray(Image.fromarray(values).resize(size, Image.Resampling.BOX))
    return np.stack([_resized(values[..., at], size) for at in range(values.shape[2])], axis=-1)
