"""How an OME-Zarr is filled; that it is valid and lossless is shown in tests/archive/api/test_renditions.py."""

import numpy as np
from zarr.storage import MemoryStore

from archive.imaging.model import ImageMetadata, PixelType
from archive.interchange import ome_zarr


def test_all_channels_of_a_place_are_asked_for_before_the_next_place():
    """The samples of a colour are read together: a place that is left would be read once more for each of them."""
    asked = []

    def pixels(t: int, c: int, z: int, box: ome_zarr.Box) -> np.ndarray:
        asked.append((box[:2], c))
        return np.full((box[3], box[2]), c, dtype=np.uint8)

    image = ImageMetadata(0, 2100, 2100, 1, 3, 1, PixelType.UINT8, "tiff", "tiff", rgb=True)
    ome_zarr.write(MemoryStore(), image, np.dtype("u1"), ("FF0000", "00FF00", "0000FF"), pixels)
    places = [(0, 0), (2048, 0), (0, 2048), (2048, 2048)]
    assert asked == [(place, c) for place in places for c in range(3)]
