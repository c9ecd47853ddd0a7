"""What is written of an image holds its pixels, whichever reader read it: OME-Zarr and OME-TIFF, checked by others."""

import io
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import ngff_zarr
import numpy as np
import pytest
import tifffile
import zarr
from ome_zarr_models.v05.image import Image as NgffImage
from zarr.storage import LocalStore

from archive.imaging import registry
from archive.imaging.describe import describe
from archive.imaging.model import ImageMetadata, Outcome
from archive.interchange import ome_xml, ome_zarr
from archive.interchange.ome_tiff import Layout

ROOT = Path(__file__).resolve().parents[3]
# Pixels of the part that is compared: whole small images, a corner of slides.
MOST = 512
PLANES = 40


@pytest.fixture(scope="module")
def images() -> dict[str, tuple[Path, str, ImageMetadata]]:
    """By reader: the folder, the path and the first small image of it that the project's own files hold."""
    return found_in([ROOT / "demo" / "images", ROOT / "tests" / "data" / "vendor"])


def found_in(folders: list[Path]) -> dict[str, tuple[Path, str, ImageMetadata]]:
    found: dict[str, tuple[Path, str, ImageMetadata]] = {}
    for folder in folders:
        for path in sorted(folder.rglob("*"), key=lambda path: (len(path.parts), path)):
            inside = path.relative_to(folder)
            if any(parent.suffix == ".zarr" for parent in inside.parents) or path.suffix == ".txt":
                continue
            if path.is_dir() and path.suffix != ".zarr":
                continue
            described = describe(folder, inside.as_posix())
            if described.outcome is Outcome.READ and described.images:
                image = described.images[0]
                if image.size_z * image.size_t * image.size_c <= PLANES:
                    found.setdefault(image.reader, (folder, inside.as_posix(), image))
    return found


OWN = ["ome_tiff", "ome_zarr", "tiff", "flat", "slides", "mrc", "dicom"]
SHARED = ["czi", "nd2"]


def part_of(root: Path, path: str, image: ImageMetadata) -> tuple[ImageMetadata, Callable[..., np.ndarray]]:
    """The metadata of the part, and its planes as the reader gives them."""
    reader = registry.open_reader(root, path)
    width, height = min(MOST, image.size_x), min(MOST, image.size_y)

    def plane(c: int, z: int, t: int, y: int = 0, rows: int = height) -> np.ndarray:
        region = (0, y, width, rows)
        found = reader.read_plane(root / path, root, image.series, c=c, z=z, t=t, level=0, region=region)
        return found.astype(found.dtype.newbyteorder("<"), copy=False)

    return replace(image, size_x=width, size_y=height), plane


def samples_of(plane: np.ndarray) -> int:
    return plane.shape[2] if plane.ndim == 3 else 1


def holds_its_pixels_as_ome_zarr(root: Path, path: str, image: ImageMetadata, folder: Path) -> None:
    part, plane = part_of(root, path, image)
    first = plane(0, 0, 0)

    def pixels(t: int, c: int, z: int, box: ome_zarr.Box) -> np.ndarray:
        x, y, width, height = box
        whole = plane(0, z, t)[..., c] if first.ndim == 3 else plane(c, z, t)
        return whole[y : y + height, x : x + width]

    ome_zarr.write(LocalStore(folder), part, first.dtype, ("FFFFFF",) * part.size_c, pixels)
    group = zarr.open_group(folder, mode="r")
    NgffImage.from_zarr(group)
    ngff_zarr.from_ngff_zarr(str(folder), validate=True)
    for c in range(part.size_c):
        for z in range(part.size_z):
            expected = plane(0, z, 0)[..., c] if first.ndim == 3 else plane(c, z, 0)
            assert np.array_equal(group["0"][0, c, z], expected)


def holds_its_pixels_as_ome_tiff(root: Path, path: str, image: ImageMetadata) -> None:
    part, plane = part_of(root, path, image)
    first = plane(0, 0, 0)
    samples = samples_of(first)
    channels = part.size_c // samples
    part = replace(part, dimension_order="XYZCT")
    document = ome_xml.write(part, has_pixels=True)
    layout = Layout(part.size_x, part.size_y, part.size_z, channels, part.size_t, samples, first.dtype, document)
    content = b"".join(layout.stream(lambda c, z, t, y, rows: plane(c, z, t, y, rows)))
    with tifffile.TiffFile(io.BytesIO(content)) as written:
        assert written.is_ome
        for number in range(layout.planes):
            z, c = number % part.size_z, number // part.size_z % channels
            t = number // (part.size_z * channels)
            assert np.array_equal(written.pages[number].asarray().squeeze(), plane(c, z, t).squeeze())


@pytest.mark.parametrize("reader", OWN)
def test_of_the_projects_own_files(images, reader, tmp_path):
    root, path, image = images[reader]
    holds_its_pixels_as_ome_zarr(root, path, image, tmp_path / "made.zarr")
    holds_its_pixels_as_ome_tiff(root, path, image)


@pytest.mark.shared_data
@pytest.mark.parametrize("reader", SHARED)
def test_of_the_shared_data(reader, tmp_path):
    folder = os.environ.get("PORTAL_SHARED_DATA")
    if not folder:
        pytest.fail("Set PORTAL_SHARED_DATA to the folder of the shared data to run the tests over it.")
    root, path, image = found_in([Path(folder) / "images" / reader])[reader]
    holds_its_pixels_as_ome_zarr(root, path, image, tmp_path / "made.zarr")
    holds_its_pixels_as_ome_tiff(root, path, image)
