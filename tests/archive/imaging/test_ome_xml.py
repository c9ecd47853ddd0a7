"""OME-XML of several years: units, colours, dates, objectives, plates, and documents that mean harm."""

import time

import pytest

from archive.imaging import ome_xml
from archive.imaging.errors import Unreadable
from tests.archive.imaging.files import ome, ome_image


def _parse(text: str):
    return ome_xml.parse(text.encode(), reader="r", format="f")


def _first(text: str):
    return _parse(text).images[0].metadata


@pytest.mark.parametrize("attributes, expected", [
    ('PhysicalSizeX="0.5"', 0.5),
    ('PhysicalSizeX="500" PhysicalSizeXUnit="nm"', 0.5),
    ('PhysicalSizeX="0.0005" PhysicalSizeXUnit="mm"', 0.5),
    ('PhysicalSizeX="5000" PhysicalSizeXUnit="Å"', 0.5),
    ('PhysicalSizeX="3" PhysicalSizeXUnit="pixel"', None),
    ('PhysicalSizeX="0"', None),
    ('PhysicalSizeX="NaN"', None),
    ('PhysicalSizeX="-1"', None),
    ("", None),
])  # fmt: skip
def test_lengths_come_in_micrometres(attributes, expected):
    found = _first(ome(ome_image("8 8 1 1 1", attributes=attributes))).physical_x_um
    assert found == (pytest.approx(expected) if expected else None)


@pytest.mark.parametrize(
    "value, expected", [("-1", "FFFFFF"), ("-2147483648", "800000"), ("16711935", "00FF00"), ("", "")]
)
def test_colours_are_signed_rgba(value, expected):
    color = f'Color="{value}"' if value else ""
    assert _first(ome(ome_image("8 8 1 1 1", f"<Channel {color}/>"))).channels[0].color == expected


@pytest.mark.parametrize("written, read", [
    ("2025-04-17T23:39:00.586996Z", "2025-04-17T23:39:00"),
    ("2010-02-23T12:51:30+01:00", "2010-02-23T12:51:30"),
    ("2010-02-23", "2010-02-23"),
    ("1899-12-30T00:00:00", ""),
    ("2010-13-45T12:51:30", ""),
    ("yesterday", ""),
])  # fmt: skip
def test_dates_are_kept_to_the_second(written, read):
    image = ome_image("8 8 1 1 1").replace("<Pixels", f"<AcquisitionDate>{written}</AcquisitionDate><Pixels", 1)
    assert _first(ome(image)).acquisition_date == read


def test_channels_tell_wavelengths_in_nanometres_and_samples():
    channels = (
        '<Channel Name="a" Fluor="GFP" EmissionWavelength="0.509" EmissionWavelengthUnit="µm"'
        ' AcquisitionMode="WideField"/>'
        '<Channel SamplesPerPixel="3" ExcitationWavelength="488" AcquisitionMode="WideField"/>'
    )
    image = _first(ome(ome_image("8 8 1 4 1", channels)))
    first, second = image.channels
    assert (first.name, first.fluorophore, first.emission_nm) == ("a", "GFP", pytest.approx(509))
    assert (second.samples, second.excitation_nm, image.rgb, image.modality) == (3, 488, True, "WideField")


def test_an_objective_is_found_by_its_reference():
    instrument = (
        '<Instrument ID="I:0"><Microscope Manufacturer="Zeiss" Model="LSM 880"/><Objective ID="O:0" LensNA="0.3"/>'
        '<Objective ID="O:1" Model="Plan" LensNA="1.4" NominalMagnification="63" Immersion="Oil"/></Instrument>'
    )
    references = '<InstrumentRef ID="I:0"/><ObjectiveSettings ID="O:1"/>'
    image = _first(ome(instrument + ome_image("8 8 1 1 1").replace("<Pixels", f"{references}<Pixels", 1)))
    assert image.instrument == "Zeiss LSM 880"
    assert (image.objective.nominal_magnification, image.objective.lens_na, image.objective.model) == (63, 1.4, "Plan")


def test_the_schema_of_2008_is_read():
    text = (
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2008-02"><Image ID="Image:0" Name="old">'
        "<CreationDate>2008-05-01T10:11:12</CreationDate>"
        '<LogicalChannel ID="L:0" Name="DAPI" EmWave="460" SamplesPerPixel="1"/>'
        '<Pixels ID="P:0" DimensionOrder="XYZCT" PixelType="uint16" SizeX="8" SizeY="9" SizeZ="1" SizeC="1" SizeT="1" '
        'PhysicalSizeX="0.2"><TiffData IFD="0" NumPlanes="1"/></Pixels></Image></OME>'
    )
    document = _parse(text)
    image = document.images[0].metadata
    assert (document.schema, image.size_y, image.acquisition_date) == ("2008-02", 9, "2008-05-01T10:11:12")
    assert (image.channels[0].name, image.channels[0].emission_nm) == ("DAPI", 460)
    assert document.images[0].blocks[0].count == 1


def test_a_plate_knows_its_wells_and_fields():
    images = "".join(ome_image("8 8 1 1 1", index=n) for n in range(3))
    samples = "".join(f'<WellSample ID="S:{n}" Index="{n}"><ImageRef ID="Image:{n}"/></WellSample>' for n in (1, 2))
    plate = f'<Plate ID="P" Name="plate"><Well ID="W" Row="1" Column="2">{samples}</Well></Plate>'
    found = _parse(ome(plate + images)).plates[0]
    assert (found.name, found.rows, found.columns, found.wells[0].fields) == ("plate", 2, 3, (1, 2))


HARMFUL = {
    "a document type": ('<!DOCTYPE OME SYSTEM "http://127.0.0.1/x.dtd"><OME/>', "xml-forbidden"),
    "entities": ('<!DOCTYPE OME [<!ENTITY a "aaaa">]><OME>&a;</OME>', "xml-forbidden"),
    "cut off": ("<OME><Image>", "xml-broken"),
    "not OME": ("<html/>", "not-ome-xml"),
    "nothing": ("", "xml-broken"),
    "no sizes": (ome("<Image><Pixels Type='uint8'/></Image>"), "zero-size"),
    "negative sizes": (ome(ome_image("-8 8 1 1 1")), "zero-size"),
    "too many planes": (ome(ome_image("8 8 99999 99999 99999")), "too-large"),
    "too many channels": (ome(ome_image("8 8 1 999999 1")), "too-large"),
    "an unknown type": (ome(ome_image("8 8 1 1 1", dtype="uint7")), "pixel-type"),
    "no pixels": (ome("<Image/>"), "xml-invalid"),
}


@pytest.mark.parametrize("text, code", HARMFUL.values(), ids=HARMFUL)
def test_harmful_documents_are_refused(text, code):
    with pytest.raises(Unreadable) as problem:
        _parse(text)
    assert problem.value.code == code


def test_more_channels_than_anything_has_are_refused_though_each_is_listed():
    assert len(_first(ome(ome_image("8 8 1 4000 1", "<Channel/>" * 4000))).channels) == 4000
    with pytest.raises(Unreadable, match="5000 channels"):
        _parse(ome(ome_image("8 8 1 5000 1", "<Channel/>" * 5000)))


def test_entities_hidden_by_another_encoding_are_refused():
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE OME [<!ENTITY a "aaaa">]><OME>&a;</OME>'
    with pytest.raises(Unreadable) as problem:
        ome_xml.parse(text.encode("utf-16"), reader="r", format="f")
    assert problem.value.code == "xml-forbidden"


def test_thirty_thousand_planes_take_a_moment():
    blocks = "".join(f'<TiffData IFD="{n}" FirstT="{n}" PlaneCount="1"/>' for n in range(30_000))
    planes = "".join(f'<Plane TheZ="0" TheC="0" TheT="{n}" DeltaT="1.5"/>' for n in range(30_000))
    started = time.perf_counter()
    image = _parse(ome(ome_image("8 8 1 1 30000", blocks + planes))).images[0]
    assert len(image.blocks) == 30_000 and time.perf_counter() - started < 5
