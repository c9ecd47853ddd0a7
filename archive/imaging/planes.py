"""Planes at the size of a picture: the lowest level that is large enough, read in strips, shrunk by block mean."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from archive.imaging import streaming
from archive.imaging.appearance import Conversion, conversion
from archive.imaging.errors import Unreadable
from archive.imaging.model import ImageMetadata
from archive.imaging.source import Source, fitted_size, fitting_level

# Bytes of one strip of a large plane. Below twice of it, a plane is read at once.
STRIP = 24 << 20
# More pixels than this in the lowest fitting level would take minutes to shrink.
MOST_PIXELS = 4_000_000_000


def shrunk_plane(source: Source, *, c: int, z: int, t: int, max_size: int) -> np.ndarray:
    """A plane for a picture of `max_size`, as it is seen: float32 when it had to be shrunk, as stored when not.

    (height, width, 3) where a palette or inks gave it colours.
    """
    level = fitting_level(source.levels, max_size)
    size = source.levels[level]
    if size[0] * size[1] > MOST_PIXELS:
        raise Unreadable(
            "too-large",
            f"The image has {size[0]} × {size[1]} pixels and no smaller copy of itself, too many to draw. "
            "Save it with a pyramid (OME-TIFF or OME-Zarr).",
        )
    factor = max(1, max(size) // max_size)
    seen = conversion(source)
    plane = streaming.shrunk(source, factor) if factor > 1 and seen is None else None
    if plane is None:
        strips = _strips(source, c=c, z=z, t=t, level=level, factor=factor)
        plane = np.concatenate([_shrunk(strip, factor, seen) for strip in strips])
    return resized(plane, fitted_size(size, max_size))


def _shrunk(strip: np.ndarray, factor: int, seen: Conversion | None) -> np.ndarray:
    return block_mean(seen(strip) if seen else strip, factor)


def _strips(source: Source, *, c: int, z: int, t: int, level: int, factor: int) -> Iterator[np.ndarray]:
    """The whole plane where it is small; else bands whose height is a multiple of `factor`."""
    width, height = source.levels[level]
    bytes_per_row = width * bytes_per_pixel(source.image)
    rows = max(factor, STRIP // bytes_per_row // factor * factor)
    if height * bytes_per_row <= 2 * STRIP:
        yield source.read(c=c, z=z, t=t, level=level)
        return
    for top in range(0, height, rows):
        yield source.read(c=c, z=z, t=t, level=level, region=(0, top, width, min(rows, height - top)))


_BYTES = {"int8": 1, "uint8": 1, "bit": 1, "int16": 2, "uint16": 2, "double": 8, "complex": 8, "double-complex": 16}


def bytes_per_pixel(image: ImageMetadata) -> int:
    """Of a plane as it is read: an RGB pixel has its samples together."""
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
    return _means(plane, factor)


def _means(plane: np.ndarray, factor: int) -> np.ndarray:
    """Rows first, in the order of memory: fifteen times as fast as over both axes at once."""
    height, width, *samples = plane.shape
    exact = np.float32 if plane.dtype.itemsize <= 2 or plane.dtype == np.float32 else np.float64
    rows = plane.reshape(height // factor, factor, -1).sum(axis=1, dtype=exact)
    blocks = rows.reshape(height // factor, width // factor, factor, *samples).sum(axis=2)
    means: np.ndarray = (blocks / factor**2).astype(np.float32)
    return means


def _finite(plane: np.ndarray) -> np.ndarray:
    finite = np.isfinite(plane)
    if finite.all():
        return plane
    return np.where(finite, plane, plane[finite].min() if finite.any() else 0)


def resized(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """As (width, height), by the mean over areas: for the part of a shrinking that is no whole number."""
    if (plane.shape[1], plane.shape[0]) == size:
        return plane
    values = plane.astype(np.float32)
    if values.ndim == 2:
        return np.asarray(Image.fromarray(values).resize(size, Image.Resampling.BOX))
    return np.stack([resized(values[..., at], size) for at in range(values.shape[2])], axis=-1)
