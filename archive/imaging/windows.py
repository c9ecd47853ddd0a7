"""A window of a plane at the resolution that is asked for: what tiles, regions, sections and pixel values are made of.

Small planes are kept decoded, up to a bound, so that the neighbouring tile costs no second decoding.
"""

from collections import OrderedDict

import numpy as np

from archive.imaging.appearance import conversion
from archive.imaging.errors import Unreadable
from archive.imaging.planes import block_mean, bytes_per_pixel, real_values, resized
from archive.imaging.readers.base import Region
from archive.imaging.source import Source

# Bytes of decoded pixels that a process keeps, and of the largest plane that is kept whole. Of a larger one squares are
# kept, each of so many pixels a side: a tile's neighbours lie in the same squares.
KEPT_BYTES = 96 << 20
KEPT_PLANE = 34 << 20
SQUARE = 512
# Pixels that one window may read. Beyond, the image needs a pyramid: a coarse tile would decode most of the plane.
MOST_PIXELS = 24 << 20


class _Kept:
    """Decoded regions, the most recently used last."""

    def __init__(self) -> None:
        self._regions: OrderedDict[tuple[object, ...], np.ndarray] = OrderedDict()
        self._bytes = 0

    def region(self, source: Source, c: int, z: int, t: int, level: int, region: Region | None) -> np.ndarray:
        key = (*source.stamp, source.image.series, c, z, t, level, region)
        if key not in self._regions:
            made = source.read(c=c, z=z, t=t, level=level, region=region)
            self._regions[key] = made
            self._bytes += made.nbytes
            while self._bytes > KEPT_BYTES:
                self._bytes -= self._regions.popitem(last=False)[1].nbytes
            return made
        self._regions.move_to_end(key)
        return self._regions[key]


_kept = _Kept()


def window(
    source: Source, *, c: int, z: int, t: int, box: Region, size: tuple[int, int], blend: bool = True
) -> np.ndarray:
    """`box` (x, y, width, height at full resolution) as an array of `size` (width, height).

    By the mean over areas, or without `blend` by the nearest pixel, since labels have no mean.
    (height, width), or (height, width, 3) where the image is RGB or a palette gives it colours; raises Unreadable.
    """
    level = level_for(source.levels, box, size)
    inner = on_level(source.levels, level, box)
    if inner[2] * inner[3] > MOST_PIXELS:
        raise Unreadable(
            "needs-pyramid",
            "The image is large and has no smaller copies of itself, so that an overview would take too long. "
            "Zoom in, or wait until its pyramid is made.",
        )
    plane = stored(source, c=c, z=z, t=t, level=level, region=inner)
    if not blend:
        return _nearest(real_values(plane), size)
    seen = conversion(source)
    values = real_values(seen(plane) if seen else plane)
    factor = max(1, min(inner[2] // size[0], inner[3] // size[1]))
    return resized(block_mean(values, factor), size)


def _nearest(plane: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    height, width = plane.shape[:2]
    rows = (np.arange(size[1]) * 2 + 1) * height // (2 * size[1])
    columns = (np.arange(size[0]) * 2 + 1) * width // (2 * size[0])
    return plane[rows[:, None], columns]


def stored(source: Source, *, c: int, z: int, t: int, level: int, region: Region) -> np.ndarray:
    """A region of a level as it is stored, out of what is kept."""
    if not source.stamp:
        return source.read(c=c, z=z, t=t, level=level, region=region)
    x, y, w, h = region
    width, height = source.levels[level]
    if width * height * bytes_per_pixel(source.image) <= KEPT_PLANE:
        return _kept.region(source, c, z, t, level, None)[y : y + h, x : x + w]
    if w > 2 * SQUARE or h > 2 * SQUARE:
        return source.read(c=c, z=z, t=t, level=level, region=region)
    return _of_squares(source, c, z, t, level, region)


def _of_squares(source: Source, c: int, z: int, t: int, level: int, region: Region) -> np.ndarray:
    x, y, w, h = region
    width, height = source.levels[level]
    bands = []
    for top in range(y // SQUARE * SQUARE, y + h, SQUARE):
        band = []
        for left in range(x // SQUARE * SQUARE, x + w, SQUARE):
            square = (left, top, min(SQUARE, width - left), min(SQUARE, height - top))
            held = _kept.region(source, c, z, t, level, square)
            band.append(held[max(0, y - top) : y + h - top, max(0, x - left) : x + w - left])
        bands.append(band[0] if len(band) == 1 else np.concatenate(band, axis=1))
    return bands[0] if len(bands) == 1 else np.concatenate(bands, axis=0)


def level_for(levels: tuple[tuple[int, int], ...], box: Region, size: tuple[int, int]) -> int:
    """The smallest level in which `box` still has `size` pixels; the largest if none has."""
    full = levels[0]

    def has_enough(level: tuple[int, int]) -> bool:
        # A level's sides are rounded when halved: a pixel less is still the same resolution.
        return box[2] * level[0] / full[0] >= size[0] - 1 and box[3] * level[1] / full[1] >= size[1] - 1

    enough = [at for at, level in enumerate(levels) if has_enough(level)]
    return min(enough, key=lambda at: levels[at][0] * levels[at][1]) if enough else 0


def on_level(levels: tuple[tuple[int, int], ...], level: int, box: Region) -> Region:
    """The same box in pixels of a level, at least one pixel and inside it."""
    (full_w, full_h), (width, height) = levels[0], levels[level]
    left, right = _span(box[0], box[2], width / full_w, width)
    top, bottom = _span(box[1], box[3], height / full_h, height)
    return left, top, right - left, bottom - top


def _span(start: int, length: int, scale: float, most: int) -> tuple[int, int]:
    first = min(max(0, round(start * scale)), most - 1)
    return first, min(most, max(first + 1, round((start + length) * scale)))
