"""OME-XML that is written: valid against the schema, loadable by ome-types, and read back as it was."""

from dataclasses import replace

import pytest
from ome_types import from_xml

from archive.imaging import ome_xml as reading
from archive.imaging.model import Channel, ImageMetadata, Objective, PixelType
from archive.interchange import ome_xml
from tests.archive.interchange.ome_schema import faults

PLAIN = ImageMetadata(
    series=0, size_x=64, size_y=48, size_z=1, size_c=1, size_t=1, pixel_type=PixelType.UINT8, reader="r", format="f"
)
FULL = replace(
    PLAIN,
    series=4,
    name="mitosis & “more” <1>",
    description="Two lines\nof text",
    size_z=5,
    size_c=2,
    size_t=3,
    pixel_type=PixelType.UINT16,
    dimension_order="XYCZT",
    physical_x_um=0.065,
    physical_y_um=0.065,
    physical_z_um=0.3,
    time_increment_s=2.5,
    channels=(
        Channel("DAPI", "0000FF", "DAPI", emission_nm=461.0, excitation_nm=358.0),
        Channel("GFP", "00FF00", "EGFP", emission_nm=507.5),
    ),
    objective=Objective("Plan Apo 100x", 100.0, 1.4, "Oil"),
    instrument="Nikon Ti2",
    acquisition_date="2024-05-06T07:08:09",
    modality="SpinningDiskConfocal",
    significant_bits=12,
)


def read_back(document: bytes) -> ImageMetadata:
    (image,) = reading.parse(document, reader="r", format="f").images
    return image.metadata


def test_everything_that_was_read_stands_in_the_document():
    document = ome_xml.write(FULL)
    assert faults(document) == []
    assert read_back(document) == replace(FULL, series=0)


def test_ome_types_reads_units_colours_and_settings():
    loaded = from_xml(ome_xml.write(FULL))
    image = loaded.images[0]
    assert (image.pixels.physical_size_z, image.pixels.physical_size_z_unit.value) == (0.3, "µm")
    assert image.pixels.channels[0].color.as_rgb_tuple(alpha=False) == (0, 0, 255)
    assert image.pixels.channels[1].emission_wavelength == 507.5
    assert image.pixels.channels[1].emission_wavelength_unit.value == "nm"
    assert image.pixels.metadata_only is not None
    assert image.instrument_ref.id == loaded.instruments[0].id
    assert image.objective_settings.id == loaded.instruments[0].objectives[0].id


RGB = replace(PLAIN, size_c=3, rgb=True)


@pytest.mark.parametrize(
    "image",
    [
        PLAIN,
        RGB,
        replace(RGB, channels=(Channel(samples=3),)),
        replace(RGB, size_c=6, channels=(Channel("a", samples=3), Channel("b", samples=3))),
        replace(PLAIN, size_c=4, channels=(Channel("a"), Channel("b"))),
        replace(PLAIN, size_c=1, channels=(Channel("a"), Channel("b"))),
        replace(PLAIN, name="bell \x07 and \ufffe and \ud800", description="\x00"),
        replace(PLAIN, acquisition_date="2024-05-06"),
        replace(PLAIN, physical_x_um=float("nan"), physical_y_um=-1.0, physical_z_um=1e60, significant_bits=0),
        replace(PLAIN, physical_x_um=1e-5, time_increment_s=0.0, dimension_order="ZYX"),
        replace(PLAIN, objective=Objective(immersion="silicone"), instrument="  "),
        replace(PLAIN, objective=Objective(immersion="oil", lens_na=1.4)),
        replace(PLAIN, channels=(Channel(color="red", emission_nm=-3.0),)),
        replace(PLAIN, modality="Confocal|WideField", remarks=("A page is missing.",)),
        *(replace(PLAIN, pixel_type=kind) for kind in PixelType),
    ],
)
def test_whatever_was_read_gives_a_valid_document(image):
    document = ome_xml.write(image)
    assert faults(document) == []
    back = read_back(document)
    assert (back.size_c, back.rgb, back.pixel_type) == (image.size_c, image.rgb, image.pixel_type)


def test_what_the_schema_has_no_place_for_is_annotated():
    image = replace(PLAIN, modality="Airyscan", remarks=("A page is missing.",), acquisition_date="2024-05-06")
    document = ome_xml.write(
        image, {"accession": "MG-D1-I2", "file": "a/b.tif", "credit": ""}, namespace="https://x.org"
    )
    assert faults(document) == []
    annotation = from_xml(document).structured_annotations.map_annotations[0]
    assert annotation.namespace == "https://x.org"
    assert dict(annotation.value) == {
        "accession": "MG-D1-I2", "file": "a/b.tif", "modality": "Airyscan",
        "acquisition date": "2024-05-06", "remarks": "A page is missing.",
    }  # fmt: skip
