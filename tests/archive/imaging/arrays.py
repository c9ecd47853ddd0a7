"""A reader over arrays in memory, for tests of what comes after reading. It remembers what was asked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from archive.imaging.errors import Unreadable
from archive.imaging.model import Channel, Description, ImageMetadata, Outcome, PixelType
from archive.imaging.readers.base import Region
from archive.imaging.source import Source

TYPES = {
    "uint8": PixelType.UINT8,
    "uint16": PixelType.UINT16,
    "int16": PixelType.INT16,
    "float32": PixelType.FLOAT,
    "float64": PixelType.DOUBLE,
    "complex64": PixelType.COMPLEX,
    "bool": PixelType.BIT,
}


@dataclass
class ArrayReader:
    """`pyramid`: levels of shape (t, c, z, y, x) or, for RGB, (t, c, z, y, x, samples)."""

    pyramid: list[np.ndarray]
    broken: tuple[int, ...] = ()
    SLUG: str = "array"
    asked: list[tuple[int, int, int, int, Region | None]] = field(default_factory=list)

    def detect(self, path: Path) -> bool:
        return True

    def describe(self, path: Path, root: Path) -> Description:
        return Description(path.name, Outcome.READ)

    def levels(self, path: Path, root: Path, series: int) -> Sequence[tuple[int, int]]:
        return [(level.shape[4], level.shape[3]) for level in self.pyramid]

    def read_plane(
        self, path: Path, root: Path, series: int, *, c: int, z: int, t: int, level: int, region: Region | None
    ) -> np.ndarray:
        self.asked.append((c, z, t, level, region))
        if c in self.broken:
            raise Unreadable("truncated", "The file ends too early.")
        plane = self.pyramid[level][t, c, z]
        if region is None:
            return plane
        x, y, width, height = region
        return plane[y : y + height, x : x + width]


def source(
    *pyramid: np.ndarray, channels: tuple[Channel, ...] = (), broken: tuple[int, ...] = (), **said: object
) -> Source:
    full = pyramid[0]
    rgb = full.ndim == 6
    image = ImageMetadata(
        series=0,
        size_x=full.shape[4],
        size_y=full.shape[3],
        size_z=full.shape[2],
        size_c=full.shape[1] * (full.shape[5] if rgb else 1),
        size_t=full.shape[0],
        pixel_type=TYPES[full.dtype.name],
        reader="array",
        format="array",
        rgb=rgb,
        channels=channels,
        **said,  # type: ignore[arg-type]
    )
    return Source(ArrayReader(list(pyramid), broken), Path("image"), Path(), image)


def plane(values: np.ndarray) -> np.ndarray:
    """One plane as a whole image."""
    return values[None, None, None]
