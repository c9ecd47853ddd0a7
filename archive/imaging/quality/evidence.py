"""What the checks look at: the description, and a sample of the middle plane of each channel. Nothing else is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from archive.imaging.contrast import subsample
from archive.imaging.errors import Unreadable
from archive.imaging.model import Description, ImageMetadata
from archive.imaging.planes import real_values
from archive.imaging.source import Source, fitting_level

# The sample: about this many pixels of a side, from the lowest level that has them; at most so many channels.
SIDE = 1024
MOST_CHANNELS = 8
# A corner of the very last plane, where a file that was cut off ends too early.
CORNER = 64
# Of neighbouring pixels: a larger share of equal ones is a drawing (a mask, labels), not a recording.
FLAT = 0.9


@dataclass(frozen=True)
class Sample:
    """Values of a channel's middle plane. `flat` is the share of neighbours (along X) that are equal."""

    values: np.ndarray
    flat: float = 0.0

    @property
    def is_drawn(self) -> bool:
        """A mask or labels: few values, or even areas."""
        return self.flat > FLAT or self.has_at_most(2)

    @cached_property
    def limits(self) -> tuple[float, float]:
        return float(self.values.min()), float(self.values.max())

    def has_at_most(self, count: int) -> bool:
        return np.unique(self.values[:: max(1, self.values.size // 4096)]).size <= count


@dataclass(frozen=True)
class Evidence:
    """`samples`: one for each channel that was looked at, or why it could not be read. `ending`: why the last plane
    could not be read."""

    image: ImageMetadata
    description: Description
    samples: tuple[Sample | Unreadable, ...]
    ending: Unreadable | None = None

    def whole(self) -> list[tuple[int, Sample]]:
        return [(at, one) for at, one in enumerate(self.samples) if isinstance(one, Sample) and one.values.size]

    def size(self, channel: int) -> int:
        """How many pixels of a channel were sampled."""
        sample = self.samples[channel]
        return sample.values.size if isinstance(sample, Sample) else 0

    def lost(self) -> list[tuple[int, Unreadable]]:
        return [(at, one) for at, one in enumerate(self.samples) if isinstance(one, Unreadable)]

    def told(self, channels: list[int], one: str, several: str) -> str:
        """The channels and what they do: "Channels DAPI, GFP are"."""
        return f"{self.named(channels)} {one if len(channels) == 1 else several}"

    def named(self, channels: list[int]) -> str:
        """The channels in words, as a person knows them."""
        if len(self.samples) == 1:
            return "The image"
        names = [self._name(at) for at in channels]
        return f"Channel {names[0]}" if len(names) == 1 else f"Channels {', '.join(names)}"

    def _name(self, at: int) -> str:
        name = self.image.channels[at].name if at < len(self.image.channels) else ""
        return name or str(at + 1)


def evidence_of(source: Source, description: Description) -> Evidence:
    """Reads one small plane of each channel, and a corner of the last plane of all."""
    return Evidence(source.image, description, tuple(_samples(source)), _ending(source))


def _samples(source: Source) -> Iterator[Sample | Unreadable]:
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
            values = real_values(plane)
            yield Sample(subsample(values, SIDE * SIDE), _flatness(values))


def _flatness(plane: np.ndarray) -> float:
    rows = plane[:: max(1, plane.shape[0] // 256)]
    return float(np.mean(rows[:, 1:] == rows[:, :-1])) if plane.shape[1] > 1 else 0.0


def _ending(source: Source) -> Unreadable | None:
    """Of images of many planes alone: a single one was read already."""
    image = source.image
    c, z, t = source.planes - 1, image.size_z - 1, image.size_t - 1
    if (c, z, t) == (0, 0, 0):
        return None
    width, height = source.levels[0]
    across, down = min(width, CORNER), min(height, CORNER)
    try:
        source.read(c=c, z=z, t=t, level=0, region=(width - across, height - down, across, down))
    except Unreadable as error:
        return error
    return None
