"""An image together with the reader that opens it, and the choice of the level that a picture is drawn from."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from archive.imaging.errors import Unreadable
from archive.imaging.model import ImageMetadata
from archive.imaging.readers.base import Reader, Region


@dataclass(frozen=True)
class Source:
    """One image (series) of a file with the reader that opens it.

    `stamp` is the same as long as the file is; without one, nothing that was decoded is kept.
    """

    reader: Reader
    path: Path
    root: Path
    image: ImageMetadata
    stamp: tuple[object, ...] = ()

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
        image = self.image
        plane = self.reader.read_plane(self.path, self.root, image.series, c=c, z=z, t=t, level=level, region=region)
        if plane.ndim not in (2, 3) or plane.size == 0:
            raise Unreadable("no-pixels", "The image has no pixels. Check the file and upload it again.")
        return plane if image.rgb or plane.ndim == 2 else plane[..., 0]


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
