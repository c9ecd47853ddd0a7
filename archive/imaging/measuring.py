"""Numbers of an image for those who look at it: histograms of its channels, the values under a pointer, raw pixels."""

import numpy as np

from archive.imaging import composition, contrast
from archive.imaging.errors import Unreadable
from archive.imaging.limits import check_read
from archive.imaging.model import Histogram, RawRegion
from archive.imaging.planes import bytes_per_pixel, real_values, shrunk_plane
from archive.imaging.readers.base import Region
from archive.imaging.source import Source
from archive.imaging.windows import stored

BINS = 128
# Channels of which one answer tells; a spectral image has more than anybody looks at.
MOST_CHANNELS = 64
# Bytes of raw pixels in one answer, below what a message may carry.
MOST_RAW = 48 << 20


def histograms(source: Source, *, z: int | None, t: int | None, z_last: int | None = None) -> tuple[Histogram, ...]:
    """Of each channel's plane at `z` and `t` (the middle by default), from an overview; samples of RGB together.

    With `z_last` of the maximum projection from `z` to there.
    """
    at_z = composition.position("z", z, source.image.size_z)
    depth = composition.depth(at_z, z_last, source.image.size_z)
    at_t = composition.position("t", t, source.image.size_t)
    return tuple(_histogram(source, c, depth, at_t) for c in range(min(source.planes, MOST_CHANNELS)))


def _histogram(source: Source, c: int, depth: range, t: int) -> Histogram:
    plane = composition.brightest(lambda z: shrunk_plane(source, c=c, z=z, t=t, max_size=composition.OVERVIEW), depth)
    low, high = composition.automatic(source, c)
    values = contrast.subsample(plane[..., :3] if plane.ndim == 3 else plane)
    if values.size == 0:
        return Histogram(c, 0.0, 1.0, low, high, (0,) * BINS)
    counts, _ = np.histogram(_places(values), bins=BINS, range=(0, 1))
    return Histogram(c, float(values.min()), float(values.max()), low, high, tuple(int(count) for count in counts))


def _places(values: np.ndarray) -> np.ndarray:
    """Where values lie between the least and the greatest, from 0 to 1; all at 0 where they are one value.

    Halved, so that the span of the widest doubles is a number still.
    """
    halves = values.astype(np.float64) / 2
    span = halves.max() - halves.min()
    return (halves - halves.min()) / span if span > 0 else np.zeros(len(halves))


def values(source: Source, *, x: int, y: int, z: int | None, t: int | None) -> tuple[tuple[float | None, ...], ...]:
    """The stored value of every channel at a pixel, each as a tuple of its samples; None for what is no number."""
    width, height = source.levels[0]
    if not (0 <= x < width and 0 <= y < height):
        raise Unreadable("no-such-pixel", f"The image has {width} × {height} pixels; ask inside them.")
    at_z = composition.position("z", z, source.image.size_z)
    at_t = composition.position("t", t, source.image.size_t)
    found = []
    for c in range(min(source.planes, MOST_CHANNELS)):
        pixel = real_values(stored(source, c=c, z=at_z, t=at_t, level=0, region=(x, y, 1, 1))).ravel()
        found.append(tuple(float(value) if np.isfinite(value) else None for value in pixel))
    return tuple(found)


def raw(source: Source, *, c: int, z: int, t: int, level: int, region: Region) -> RawRegion:
    """The pixels of a region of a stored level, bit for bit."""
    if not 0 <= level < len(source.levels):
        raise Unreadable("no-such-level", "The image has no such resolution level.")
    check_read(region[2], region[3], bytes_per_pixel(source.image))
    if region[2] * region[3] * bytes_per_pixel(source.image) > MOST_RAW:
        raise Unreadable("region-too-large", f"At most {MOST_RAW >> 20} MB are given at once. Ask for smaller regions.")
    plane = source.read(c=c, z=z, t=t, level=level, region=region)
    little = np.ascontiguousarray(plane, dtype=plane.dtype.newbyteorder("<"))
    return RawRegion(little.tobytes(), tuple(little.shape), little.dtype.str)
