"""Every real image gets its picture: of the demonstration in the quick run, of all shared data in the long one."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from archive.imaging.model import ImageMetadata
from archive.imaging.pool.client import THUMBNAIL_SIZES, ImagingPool, running_pool

DEMO = Path(__file__).resolve().parents[3] / "demo" / "images"
# The mask beside a slide: one dot on black.
NEARLY_BLACK = {("wsi/test3-DAPI-2-(387).ndpi", 2)}
MOST_SERIES = 4


@pytest.fixture(scope="module")
def pool() -> Iterator[ImagingPool]:
    with running_pool(2) as running:
        yield running


def targets(root: Path) -> list[str]:
    """Files, and OME-Zarr folders as one."""
    found = [path for path in root.rglob("*") if not any(part.endswith(".zarr") for part in path.parent.parts)]
    return sorted(str(path.relative_to(root)) for path in found if path.is_file() or path.suffix == ".zarr")


def drawn(pool: ImagingPool, root: Path) -> Iterator[tuple[str, ImageMetadata, np.ndarray]]:
    """(path, image, pixels of the larger thumbnail) for the first images of every file that is read."""
    for path in targets(root):
        for image in pool.describe(root, path).images[:MOST_SERIES]:
            large, small = pool.thumbnails(root, path, image.series)
            assert (max(large.width, large.height), max(small.width, small.height)) == tuple(
                min(size, max(image.size_x, image.size_y)) for size in THUMBNAIL_SIZES.values()
            )
            yield path, image, np.asarray(Image.open(io.BytesIO(large.data)).convert("RGB")).astype(float)


def test_the_pictures_of_the_demonstration_show_something(pool: ImagingPool) -> None:
    seen = 0
    for path, image, pixels in drawn(pool, DEMO):
        seen += 1
        name = f"{path} {image.series}"
        if not image.rgb and (path, image.series) not in NEARLY_BLACK:  # colour pictures are drawn as they are
            assert pixels.std() > 8, f"{name} is flat"
            assert 3 < pixels.mean() < 245, f"{name} is black or washed out"
        coloured = image.rgb or len(image.channels) > 1 or any(channel.color for channel in image.channels)
        assert coloured or "labels" in path or np.ptp(pixels, axis=2).max() < 8, f"{name} is grey and was coloured"
    assert seen >= 80
    assert pool.status()["replaced"] == 0


@pytest.mark.shared_data
@pytest.mark.parametrize("folder", ["images", "zarr"])
def test_every_shared_image_that_is_described_is_drawn(pool: ImagingPool, folder: str) -> None:
    shared = os.environ.get("PORTAL_SHARED_DATA")
    assert shared, "Set PORTAL_SHARED_DATA to the folder of the shared test data, or leave this test out."
    assert sum(1 for _ in drawn(pool, Path(shared) / folder)) >= {"images": 120, "zarr": 10}[folder]
    assert pool.status()["replaced"] == 0
    assert pool.status()["peak_kb"] < 500_000
