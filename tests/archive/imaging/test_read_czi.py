"""Zeiss CZI: scenes, mosaics, pyramids, packings, and what ZEN's XML says."""

import struct

import numpy as np
import pytest

from archive.imaging import registry
from archive.imaging.describe import describe
from archive.imaging.errors import Unreadable
from archive.imaging.model import Outcome, PixelType
from tests.archive.imaging.files import values
from tests.archive.imaging.vendor_files import CziTile, write_czi

XML = """<ImageDocument><Metadata><Information>
<Image><ComponentBitCount>12</ComponentBitCount><AcquisitionDateAndTime>2021-02-03T04:05:06.78Z</AcquisitionDateAndTime>
<ObjectiveSettings><ObjectiveRef Id="Objective:1"/></ObjectiveSettings>
<Dimensions><Channels><Channel Id="Channel:0" Name="GFP"><EmissionWavelength>509</EmissionWavelength>
<ExcitationWavelength>488</ExcitationWavelength><Fluor>EGFP</Fluor></Channel></Channels>
<S><Scenes><Scene Index="0" Name="left"/><Scene Index="1"/></Scenes></S></Dimensions></Image>
<Instrument><Microscopes><Microscope Id="M"><System>Axio</System></Microscope></Microscopes>
<Objectives><Objective Id="Objective:0"/><Objective Id="Objective:1"><LensNA>1.4</LensNA>
<NominalMagnification>63</NominalMagnification><Immersion>Oil</Immersion></Objective></Objectives></Instrument>
</Information><DisplaySetting><Channels><Channel Id="Channel:0"><Color>#FF00FF80</Color></Channel></Channels>
</DisplaySetting><Scaling><Items><Distance Id="X"><Value>1E-07</Value></Distance>
<Distance Id="Y"><Value>2E-07</Value></Distance></Items></Scaling></Metadata></ImageDocument>"""


def _read(root, name="a.czi", series=0, c=0, z=0, t=0, level=0, region=None):
    reader = registry.open_reader(root, name)
    return reader.read_plane(root / name, root, series, c=c, z=z, t=t, level=level, region=region)


def test_the_metadata_of_zen_are_read(tmp_path):
    pixels = values(6, 8)
    write_czi(tmp_path / "a.czi", [CziTile(pixels, starts={"S": 0}), CziTile(pixels, starts={"S": 1})], XML)
    found = describe(tmp_path, "a.czi")
    first, second = found.images
    assert (first.name, second.name) == ("left", "Scene #2")
    assert (first.physical_x_um, first.physical_y_um, first.physical_z_um) == pytest.approx((0.1, 0.2, None))
    channel, objective = first.channels[0], first.objective
    assert (channel.name, channel.color, channel.fluorophore) == ("GFP", "00FF80", "EGFP")
    assert (channel.emission_nm, channel.excitation_nm, first.significant_bits) == (509, 488, 12)
    assert (objective.nominal_magnification, objective.lens_na, objective.immersion) == (63, 1.4, "Oil")
    assert (first.acquisition_date, first.instrument) == ("2021-02-03T04:05:06", "Axio")


def test_planes_come_from_their_channel_depth_and_time(tmp_path):
    planes = values(2, 3, 2, 5, 7)
    tiles = [
        CziTile(planes[c, z, t], starts={"C": c, "Z": z, "T": t})
        for c in range(2) for z in range(3) for t in range(2)
    ]  # fmt: skip
    write_czi(tmp_path / "a.czi", tiles)
    image = describe(tmp_path, "a.czi").images[0]
    assert (image.size_c, image.size_z, image.size_t, image.name) == (2, 3, 2, "")
    np.testing.assert_array_equal(_read(tmp_path, c=1, z=2, t=1), planes[1, 2, 1])
    np.testing.assert_array_equal(_read(tmp_path, c=0, z=1, t=0, region=(2, 1, 4, 3)), planes[0, 1, 0, 1:4, 2:6])


@pytest.mark.parametrize("compression", [0, 5, 6])
def test_packed_pixels_are_read_bit_for_bit(tmp_path, compression):
    write_czi(tmp_path / "a.czi", [CziTile(values(9, 11), compression=compression)])
    np.testing.assert_array_equal(_read(tmp_path), values(9, 11))


def test_a_mosaic_is_laid_by_its_order_and_begins_anywhere(tmp_path):
    first, second = values(6, 8), values(6, 8) + 1
    tiles = [
        CziTile(second, x=-15, y=40, starts={"M": 1}),
        CziTile(first, x=-20, y=40, starts={"M": 0}),
    ]
    write_czi(tmp_path / "a.czi", tiles)
    plane = _read(tmp_path)
    assert plane.shape == (6, 13)
    np.testing.assert_array_equal(plane[:, 5:], second)
    np.testing.assert_array_equal(plane[:, :5], first[:, :5])
    np.testing.assert_array_equal(_read(tmp_path, region=(3, 2, 6, 3)), plane[2:5, 3:9])


def test_reduced_pieces_are_levels(tmp_path):
    full, half = values(8, 12), values(4, 6) + 5
    write_czi(tmp_path / "a.czi", [CziTile(full), CziTile(half, covers=(12, 8))])
    assert describe(tmp_path, "a.czi").images[0].levels == 2
    reader = registry.open_reader(tmp_path, "a.czi")
    assert list(reader.levels(tmp_path / "a.czi", tmp_path, 0)) == [(12, 8), (6, 4)]
    np.testing.assert_array_equal(_read(tmp_path, level=1), half)


def test_colours_come_as_rgb(tmp_path):
    color = values(5, 6, 3, dtype="uint8")
    write_czi(tmp_path / "a.czi", [CziTile(color)])
    image = describe(tmp_path, "a.czi").images[0]
    assert (image.rgb, image.size_c, image.pixel_type) == (True, 3, PixelType.UINT8)
    np.testing.assert_array_equal(_read(tmp_path), color)


def test_what_is_absent_is_empty_and_what_lies_outside_is_refused(tmp_path):
    write_czi(tmp_path / "a.czi", [CziTile(values(4, 4)), CziTile(values(4, 4), starts={"C": 1, "Z": 1})])
    assert not _read(tmp_path, c=0, z=1).any()
    for wrong in ({"c": 2}, {"level": 1}, {"series": 1}, {"region": (0, 0, 5, 4)}):
        with pytest.raises(Unreadable):
            _read(tmp_path, **wrong)


def _damaged(data: bytes, kind: str) -> bytes:
    directory = struct.unpack_from("<q", data, 32 + 52)[0]
    if kind == "cut":
        return data[: len(data) // 2]
    at, value = {
        "no directory": (32 + 52, struct.pack("<q", 0)),
        "directory elsewhere": (32 + 52, struct.pack("<q", 1 << 60)),
        "directory of another kind": (directory, b"ZISRAWNOTHING"),
        "count too large": (directory + 32, struct.pack("<i", 2_000_000)),
        "count below zero": (directory + 32, struct.pack("<i", -1)),
        "pixels of no type": (directory + 32 + 128 + 2, struct.pack("<i", 77)),
        "another file": (directory + 32 + 128 + 14, struct.pack("<i", 1)),
        "no dimensions": (directory + 32 + 128 + 28, struct.pack("<i", 0)),
        "endless width": (directory + 32 + 128 + 32 + 8, struct.pack("<i", 2**31 - 1)),
    }[kind]
    return data[:at] + value + data[at + len(value) :]


@pytest.mark.parametrize("kind", [
    "cut", "no directory", "directory elsewhere", "directory of another kind", "count too large", "count below zero",
    "pixels of no type", "another file", "no dimensions", "endless width",
])  # fmt: skip
def test_damage_has_a_reason(tmp_path, kind):
    data = write_czi(tmp_path / "whole.czi", [CziTile(values(8, 8))]).read_bytes()
    (tmp_path / "a.czi").write_bytes(_damaged(data, kind))
    found = describe(tmp_path, "a.czi")
    assert found.outcome in (Outcome.REFUSED, Outcome.KEPT)
    assert found.reason.sentence.endswith(".")


def test_xml_with_entities_is_refused(tmp_path):
    write_czi(tmp_path / "a.czi", [CziTile(values(4, 4))], '<!DOCTYPE a [<!ENTITY b "c">]><ImageDocument/>')
    assert describe(tmp_path, "a.czi").reason.code == "xml-forbidden"
