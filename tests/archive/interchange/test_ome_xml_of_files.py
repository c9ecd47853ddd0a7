"""OME-XML of every image of every file at hand: valid, loadable by ome-types, and saying what was read."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from ome_types import from_xml

from archive.imaging import ome_xml as reading
from archive.imaging.describe import describe
from archive.imaging.model import ImageMetadata
from archive.interchange import ome_xml
from tests.archive.interchange.ome_schema import faults

HERE = Path(__file__).resolve().parents[2] / "data"
SAME = (
    "name", "size_x", "size_y", "size_z", "size_c", "size_t", "pixel_type", "physical_x_um", "physical_y_um",
    "physical_z_um", "time_increment_s", "acquisition_date", "dimension_order", "significant_bits",
)  # fmt: skip


def shared() -> Path:
    folder = os.environ.get("PORTAL_SHARED_DATA")
    if not folder:
        pytest.fail("Set PORTAL_SHARED_DATA to the folder of the shared data to run the tests over it.")
    return Path(folder)


def images_below(root: Path) -> Iterator[tuple[str, ImageMetadata]]:
    """Every image of every file and OME-Zarr folder."""
    for path in sorted(root.rglob("*")):
        inside_zarr = any(parent.name.endswith(".zarr") for parent in path.relative_to(root).parents if parent.name)
        if inside_zarr or not (path.is_file() or path.name.endswith(".zarr")):
            continue
        name = path.relative_to(root).as_posix()
        yield from ((f"{name} [{image.series}]", image) for image in describe(root, name).images)


def wrong(image: ImageMetadata) -> list[str]:
    document = ome_xml.write(image)
    found = faults(document)
    assert len(from_xml(document).images) == 1
    (back,) = reading.parse(document, reader=image.reader, format=image.format).images
    for column in SAME:
        said, read = getattr(image, column), getattr(back.metadata, column)
        if column == "acquisition_date" and "T" not in said:
            said = ""  # a day alone is annotated, see test_ome_xml.py
        if (said.strip() if column == "name" else said) != read:
            found.append(f"{column}: {said!r} came back as {read!r}")
    return found


def test_of_every_image_beside_the_tests():
    checked = {name: wrong(image) for name, image in images_below(HERE)}
    assert {name: found for name, found in checked.items() if found} == {}
    assert len(checked) >= 8


@pytest.mark.shared_data
@pytest.mark.parametrize("schema", ["2010-06", "2015-01", "2016-06"])
def test_documents_of_older_schemas_are_written_anew(schema):
    """Every image of a document of any year gets one of 2016-06."""
    folder = shared() / "ome-xml" / schema
    images = []
    for path in sorted(folder.glob("*.ome.xml")):
        found = reading.parse(path.read_bytes(), reader="r", format="f").images
        images += [(f"{path.name} [{image.metadata.series}]", image.metadata) for image in found]
    checked = {name: wrong(image) for name, image in images}
    assert {name: found for name, found in checked.items() if found} == {}
    assert len(checked) >= 8


@pytest.mark.shared_data
def test_of_every_image_of_the_shared_data():
    images = [found for part in ("images", "zarr") for found in images_below(shared() / part)]
    checked = {name: wrong(image) for name, image in images}
    assert {name: found for name, found in checked.items() if found} == {}
    assert len(checked) > 150
