"""Checks of one image: a table of small pure functions over what was described and a sample of its middle plane.

A check says what is odd and what to do about it; it never forbids. New checks are new rows of CHECKS.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from archive.imaging.contrast import subsample
from archive.imaging.errors import Unreadable
from archive.imaging.model import Description, Finding, ImageMetadata, PixelType, Severity
from archive.imaging.planes import real_values
from archive.imaging.source import Source, fitting_level

# The sample: about this many pixels of a side, from the lowest level that has them; at most so many channels.
SIDE = 1024
MOST_CHANNELS = 8
# A share of pixels at the type's limit that a detector's settings explain better than the specimen.
SATURATED = 0.01
# µm: below the smallest voxels of electron microscopy, above the coarsest of a macroscope.
PLAUSIBLE_UM = (0.00001, 1000.0)
# The larger over the smaller pixel side, beyond which the two are no one's calibration.
PLAUSIBLE_ASPECT = 4.0

_INTEGERS: dict[PixelType, Any] = {
    PixelType.UINT8: np.uint8,
    PixelType.UINT16: np.uint16,
    PixelType.UINT32: np.uint32,
    PixelType.INT8: np.int8,
    PixelType.INT16: np.int16,
    PixelType.INT32: np.int32,
}


@dataclass(frozen=True)
class Evidence:
    """`samples`: values of the middle plane of each channel that was looked at, or why it could not be read."""

    image: ImageMetadata
    description: Description
    samples: tuple[np.ndarray | Unreadable, ...]

    def whole(self) -> list[tuple[int, np.ndarray]]:
        return [
            (at, values) for at, values in enumerate(self.samples) if not isinstance(values, Unreadable) and values.size
        ]

    def named(self, channels: list[int]) -> str:
        """The channels in words, as a person knows them."""
        if len(self.samples) == 1:
            return "The image"
        names = [self._name(at) for at in channels]
        return f"Channel {names[0]}" if len(names) == 1 else f"Channels {', '.join(names)}"

    def _name(self, at: int) -> str:
        name = self.image.channels[at].name if at < len(self.image.channels) else ""
        return name or str(at + 1)


def check(source: Source, description: Description) -> tuple[Finding, ...]:
    """All findings for one image, problems first. Reads one small plane of each channel."""
    evidence = Evidence(source.image, description, tuple(_samples(source)))
    findings = [finding for one in CHECKS for finding in one(evidence)]
    return tuple(sorted(findings, key=lambda finding: finding.severity is not Severity.PROBLEM))


def _samples(source: Source) -> Iterator[np.ndarray | Unreadable]:
    level = fitting_level(source.levels, SIDE)
    width, height = source.levels[level]
    # The middle of a flat large plane stands for all of it.
    across, down = min(width, 4 * SIDE), min(height, 4 * SIDE)
    region = None if (across, down) == (width, height) else ((width - across) // 2, (height - down) // 2, across, down)
    image = source.image
    for c in range(min(source.planes, MOST_CHANNELS)):
        try:
            plane = source.read(c=c, z=image.size_z // 2, t=image.size_t // 2, level=level, region=region)
        except Unreadable as error:
            yield error
        else:
            yield subsample(real_values(plane), SIDE * SIDE)


def blank(evidence: Evidence) -> Iterator[Finding]:
    empty = [at for at, values in evidence.whole() if not values.any()]
    if empty:
        yield Finding(
            "blank",
            Severity.PROBLEM,
            f"{evidence.named(empty)} is black: every sampled pixel of the middle plane is 0.",
            "Check that the export was complete, or say in the description why it is empty.",
        )


def constant(evidence: Evidence) -> Iterator[Finding]:
    flat = [at for at, values in evidence.whole() if values.any() and values.size > 1 and values.min() == values.max()]
    if flat:
        yield Finding(
            "constant",
            Severity.PROBLEM,
            f"{evidence.named(flat)} has the same value in every sampled pixel of the middle plane.",
            "Check that the export was complete; a constant plane carries no signal.",
        )


def saturated(evidence: Evidence) -> Iterator[Finding]:
    if evidence.image.rgb or evidence.image.pixel_type not in _INTEGERS:
        return  # white is the background of a bright-field picture
    top = _largest_value(evidence.image)
    # A constant plane has a finding of its own, and a mask is at its limit on purpose.
    shares = {at: float(np.mean(values >= top)) for at, values in evidence.whole() if not _few_valued(values)}
    over = [at for at, share in shares.items() if share > SATURATED]
    if over:
        worst = max(shares[at] for at in over)
        yield Finding(
            "saturated",
            Severity.NOTICE,
            f"{evidence.named(over)}: up to {worst:.0%} of the pixels are at the largest value ({top}), so that bright "
            "structures are cut off.",
            "Do not measure intensities there; if a less exposed recording exists, deposit that one.",
        )


def _largest_value(image: ImageMetadata) -> int:
    kind = np.iinfo(_INTEGERS[image.pixel_type])
    bits = image.significant_bits
    return (1 << bits) - 1 if bits and 1 < bits < kind.bits else int(kind.max)


def _few_valued(values: np.ndarray) -> bool:
    return np.unique(values[:: max(1, values.size // 4096)]).size <= 2


def missing_pixel_size(evidence: Evidence) -> Iterator[Finding]:
    image = evidence.image
    if image.physical_x_um is None or image.physical_y_um is None:
        yield Finding(
            "missing-pixel-size",
            Severity.NOTICE,
            "The file states no pixel size, so that nobody can measure lengths in the image.",
            "State the pixel size in µm in the description, or export with the microscope's calibration.",
        )


def implausible_pixel_size(evidence: Evidence) -> Iterator[Finding]:
    image = evidence.image
    sizes = [size for size in (image.physical_x_um, image.physical_y_um, image.physical_z_um) if size is not None]
    low, high = PLAUSIBLE_UM
    sides = [image.physical_x_um, image.physical_y_um]
    skewed = all(sides) and max(sides) / min(sides) > PLAUSIBLE_ASPECT  # type: ignore[type-var,operator]
    if any(not low <= size <= high for size in sizes) or skewed:
        stated = " × ".join(f"{size:g}" for size in sizes)
        yield Finding(
            "implausible-pixel-size",
            Severity.PROBLEM,
            f"The stated pixel size ({stated} µm) does not fit a microscope.",
            "Check the unit of the pixel size where the file was exported.",
        )


def missing_channel_names(evidence: Evidence) -> Iterator[Finding]:
    image = evidence.image
    if image.rgb or image.size_c < 2:
        return
    named = sum(1 for channel in image.channels if channel.name or channel.fluorophore or channel.emission_nm)
    if named < image.size_c:
        yield Finding(
            "missing-channel-names",
            Severity.NOTICE,
            f"{image.size_c - named} of {image.size_c} channels say neither a name nor a dye.",
            "Name the channels in the description, by what is stained or recorded.",
        )


def channel_count(evidence: Evidence) -> Iterator[Finding]:
    image = evidence.image
    samples = sum(channel.samples for channel in image.channels)
    if image.channels and samples != image.size_c:
        yield Finding(
            "channel-count",
            Severity.PROBLEM,
            f"The file describes {samples} channels and holds {image.size_c}.",
            "Check which channels the file should hold, and export it again.",
        )


def unreadable(evidence: Evidence) -> Iterator[Finding]:
    lost = {at: error for at, error in enumerate(evidence.samples) if isinstance(error, Unreadable)}
    if lost:
        first = next(iter(lost.values()))
        yield Finding(
            "truncated" if first.code == "truncated" else "unreadable-plane",
            Severity.PROBLEM,
            f"{evidence.named(list(lost))} could not be read: {first.sentence}",
            "Compare the file's size with the original, and upload it again.",
        )


CHECKS: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    unreadable,
    blank,
    constant,
    saturated,
    channel_count,
    implausible_pixel_size,
    missing_pixel_size,
    missing_channel_names,
)
