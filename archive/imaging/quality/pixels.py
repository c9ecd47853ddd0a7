"""Checks of the pixels that were sampled. Each gives a sentence, or "" where nothing is odd."""

from typing import Any

import numpy as np

from archive.imaging.model import ImageMetadata, PixelType
from archive.imaging.quality.evidence import Evidence, Sample
from archive.imaging.quality.limits import FEW_LEVELS, FEW_PARTS, LEAST_SATURATED, LEAST_STEPS, SATURATED

_INTEGERS: dict[PixelType, Any] = {
    PixelType.UINT8: np.uint8,
    PixelType.UINT16: np.uint16,
    PixelType.UINT32: np.uint32,
    PixelType.INT8: np.int8,
    PixelType.INT16: np.int16,
    PixelType.INT32: np.int32,
}


def truncated(evidence: Evidence) -> str:
    lost = [(at, error) for at, error in evidence.lost() if error.code == "truncated"]
    if lost:
        return f"{evidence.named([at for at, _ in lost])} could not be read: {lost[0][1].sentence}"
    if evidence.ending is not None and not evidence.lost():
        return f"The last plane could not be read: {evidence.ending.sentence}"
    return ""


def unreadable(evidence: Evidence) -> str:
    lost = [(at, error) for at, error in evidence.lost() if error.code != "truncated"]
    return f"{evidence.named([at for at, _ in lost])} could not be read: {lost[0][1].sentence}" if lost else ""


def blank(evidence: Evidence) -> str:
    empty = [at for at, sample in evidence.whole() if not sample.values.any()]
    return f"{evidence.told(empty, 'is', 'are')} black: every sampled pixel of the middle plane is 0." if empty else ""


def constant(evidence: Evidence) -> str:
    flat = [at for at, sample in evidence.whole() if _is_constant(sample) and sample.values.any()]
    return (
        f"{evidence.told(flat, 'has', 'have')} the same value in every sampled pixel of the middle plane."
        if flat
        else ""
    )


def _is_constant(sample: Sample) -> bool:
    low, high = sample.limits
    return sample.values.size > 1 and low == high


def saturated(evidence: Evidence) -> str:
    if evidence.image.rgb or evidence.image.pixel_type not in _INTEGERS:
        return ""  # white is the background of a bright-field picture
    top = _largest_value(evidence.image)
    # A constant plane has a finding of its own, and a mask is at its limit on purpose.
    shares = {at: float(np.mean(one.values >= top)) for at, one in evidence.whole() if not one.is_drawn}
    over = [at for at, share in shares.items() if share > SATURATED and share * evidence.size(at) >= LEAST_SATURATED]
    if not over:
        return ""
    worst = max(shares[at] for at in over)
    return (
        f"{evidence.named(over)}: up to {worst:.0%} of the pixels are at the largest value ({top}), so that bright "
        "structures are cut off."
    )


def _largest_value(image: ImageMetadata) -> int:
    kind = np.iinfo(_INTEGERS[image.pixel_type])
    bits = image.significant_bits
    return (1 << bits) - 1 if bits and 1 < bits < kind.bits else int(kind.max)


def low_contrast(evidence: Evidence) -> str:
    faint = [at for at, one in evidence.whole() if not one.is_drawn and _is_faint(one, evidence.image)]
    if not faint:
        return ""
    spans = [evidence.samples[at].limits for at in faint]  # type: ignore[union-attr]
    low, high = max(spans, key=lambda span: span[1] - span[0])
    return f"{evidence.told(faint, 'spans', 'span')} no more than the values {low:g} to {high:g} in the middle plane."


def _is_faint(sample: Sample, image: ImageMetadata) -> bool:
    low, high = sample.limits
    if low == high:
        return False  # a constant plane has a finding of its own
    if image.pixel_type in _INTEGERS:
        return high - low < FEW_LEVELS
    return image.pixel_type is not PixelType.BIT and high - low < FEW_PARTS * max(abs(low), abs(high))


def bit_depth(evidence: Evidence) -> str:
    """More bits than are declared, or fewer that were shifted up to fill the type."""
    image = evidence.image
    if image.rgb or image.pixel_type not in _INTEGERS:
        return ""
    bits = image.significant_bits or 0
    highest = max((one.limits[1] for _, one in evidence.whole()), default=0.0)
    if bits and highest >= 1 << bits:
        return f"The file declares {bits} significant bits, and holds values up to {highest:g}, which need more."
    shifts = [_shift(one) for _, one in evidence.whole()]
    shift = min(shifts, default=0)
    if shift >= 2:
        return f"Every sampled value is a multiple of {1 << shift}: the recorded values were shifted by {shift} bits."
    return ""


def _shift(sample: Sample) -> int:
    """How many of the lowest bits no value uses; 0 where there are too few different values to tell."""
    used = int(np.bitwise_or.reduce(sample.values.astype(np.int64)))
    return (used & -used).bit_length() - 1 if used and not sample.has_at_most(LEAST_STEPS) else 0
