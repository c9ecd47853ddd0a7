"""From pixel values to light: what is drawn black and what is drawn white."""

import numpy as np

from archive.imaging.model import ImageMetadata, PixelType

LOWEST, HIGHEST = 0.5, 99.8
# Pixels that the percentiles are taken from, at most.
SAMPLE = 262_144

# Grey levels of noise above a detector's offset; a fainter channel is not blown up to full light.
LEAST_SPAN = 16.0
FRACTIONAL = (PixelType.FLOAT, PixelType.DOUBLE, PixelType.COMPLEX, PixelType.DOUBLE_COMPLEX, PixelType.BIT)

# Beyond these, and for limits so near each other for their size, pictures are computed in double precision.
SINGLES = 1e37
FINEST = 1e-4

Limits = tuple[float, float]
EIGHT_BITS: Limits = (0.0, 255.0)


def subsample(plane: np.ndarray, most: int = SAMPLE) -> np.ndarray:
    """At most about `most` finite values, taken evenly over the plane."""
    step = max(1, int(np.sqrt(plane.shape[0] * plane.shape[1] / most)))
    values = plane[::step, ::step].ravel()
    if np.issubdtype(values.dtype, np.floating):
        values = values[np.isfinite(values)]
    return values


def measured_limits(plane: np.ndarray) -> Limits:
    """Percentiles 0.5 and 99.8; where they coincide (nearly empty or nearly constant planes), the extremes."""
    values = subsample(plane)
    if values.size == 0:
        return 0.0, 1.0
    # Half of them, so that differences of the greatest floating-point values stay numbers.
    halves = values.astype(np.float64) / 2
    low, high = (float(value) * 2 for value in np.percentile(halves, (LOWEST, HIGHEST)))
    if high <= low:
        low, high = float(values.min()), float(values.max())
    return low, high


def calmed(low: float, high: float) -> float:
    """The upper limit of one channel among several. Values from 0 on are no noise: labels, masks."""
    return max(high, low + LEAST_SPAN) if low > 0 else high


def rgb_limits(plane: np.ndarray, image: ImageMetadata) -> Limits:
    """One pair for all samples, so that the colours stay: 0 to 255 as is, wider types by their brightest part."""
    if plane.dtype == np.uint8 or image.pixel_type is PixelType.UINT8:
        return EIGHT_BITS
    if image.pixel_type in (PixelType.FLOAT, PixelType.DOUBLE) and plane.size and float(plane.max()) <= 1.0:
        return min(0.0, float(plane.min())), 1.0
    high = max(measured_limits(plane[..., at])[1] for at in range(min(3, plane.shape[2])))
    return min(0.0, float(plane.min())), high


def stretched(plane: np.ndarray, limits: Limits) -> np.ndarray:
    """float32 from 0 to 1. A constant plane is black at 0 and mid-grey elsewhere: not empty, and no more."""
    low, high = limits
    if high / 2 <= low / 2:
        return np.full(plane.shape, 0.0 if low == 0 else 0.5, dtype=np.float32)
    if _is_within_singles(low, high):
        scaled: np.ndarray = plane.astype(np.float32)
        scaled -= np.float32(low)
        scaled *= np.float32(1.0 / (high - low))
    else:
        # Halved, so that the widest span is a number still.
        scaled = (plane.astype(np.float64) / 2 - low / 2) / (high / 2 - low / 2)
    if plane.dtype.kind in "fc":
        np.nan_to_num(scaled, copy=False, nan=0.0)
    light: np.ndarray = np.clip(scaled, 0.0, 1.0, out=scaled)
    return light.astype(np.float32, copy=False)


def _is_within_singles(low: float, high: float) -> bool:
    """Whether single precision tells the shades between two limits apart, as it does for all but extreme values."""
    furthest, span = max(abs(low), abs(high)), high - low
    return furthest < SINGLES and span > 1 / SINGLES and span > furthest * FINEST
