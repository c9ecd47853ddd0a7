"""PURE: the interface of a reader. The registry names readers by module path and loads each when first needed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from archive.imaging.model import Description

Region = tuple[int, int, int, int]  # x, y, width, height in pixels of the level


class Reader(Protocol):
    """A module with these names. `root` is the folder that holds the dataset's files under their own paths."""

    SLUG: str

    def detect(self, path: Path) -> bool:
        """Decided on content, never on the extension; reads at most a few kilobytes."""

    def describe(self, path: Path, root: Path) -> Description:
        """What the file holds, without decoding pixels; raises Unreadable."""

    def levels(self, path: Path, root: Path, series: int) -> Sequence[tuple[int, int]]:
        """(width, height) of every stored resolution level of a series, largest first."""

    def read_plane(
        self, path: Path, root: Path, series: int, *, c: int, z: int, t: int, level: int, region: Region | None
    ) -> np.ndarray:
        """One plane (height, width), or (height, width, samples) when the series is RGB; raises Unreadable."""
