"""Leica LIF, put together by hand: images in folders, channels, mosaics, colours, and damage."""

import numpy as np
import pytest

from archive.imaging import registry
from archive.imaging.describe import describe
from archive.imaging.errors import Unreadable
from archive.imaging.model import Outcome
from tests.archive.imaging.files import values
from tests.archive.imaging.vendor_files import lif_image, write_lif

STACK = [("X", 12, 2), ("Y", 10, 24), ("Z", 3, 480), ("T", 2, 1440)]


def _read(root, series=0, c=0, z=0, t=0, region=None):
    reader = registry.open_reader(root, "a.lif")
    return reader.read_plane(root / "a.lif", root, series, c=c, z=z, t=t, level=0, region=region)


def test_planes_are_found_by_the_steps_of_their_axes(tmp_path):
    data = values(2, 3, 2, 10, 12)
    write_lif(tmp_path / "a.lif", lif_image("one", STACK, [(0, 0), (240, 0)]), {"one": data.tobytes()})
    image = describe(tmp_path, "a.lif").images[0]
    assert (image.size_x, image.size_y, image.size_z, image.size_c, image.size_t) == (12, 10, 3, 2, 2)
    assert (image.physical_x_um, image.physical_z_um) == pytest.approx((1.0, 1.0))
    assert [channel.color for channel in image.channels] == ["00FF00", "00FF00"]
    np.testing.assert_array_equal(_read(tmp_path, c=1, z=2, t=1), data[1, 2, 1])
    np.testing.assert_array_equal(_read(tmp_path, c=1, region=(3, 4, 5, 2)), data[0, 0, 1, 4:6, 3:8])


def test_colours_lie_beside_each_other(tmp_path):
    color = values(8, 9, 3, dtype="uint8")
    xml = lif_image("c", [("X", 9, 3), ("Y", 8, 27)], [(2, 1), (1, 2), (0, 3)], dtype="u1")
    write_lif(tmp_path / "a.lif", xml, {"c": color[..., ::-1].tobytes()})
    image = describe(tmp_path, "a.lif").images[0]
    assert (image.rgb, image.size_c) == (True, 3)
    np.testing.assert_array_equal(_read(tmp_path), color)


def test_tiles_of_a_mosaic_are_images(tmp_path):
    data = values(2, 4, 5)
    xml = lif_image("m", [("X", 5, 2), ("Y", 4, 10), ("M", 2, 40)], [(0, 0)])
    write_lif(tmp_path / "a.lif", xml, {"m": data.tobytes()})
    assert [image.name for image in describe(tmp_path, "a.lif").images] == ["m tile 1", "m tile 2"]
    np.testing.assert_array_equal(_read(tmp_path, series=1), data[1])


def test_what_the_microscope_says_is_read(tmp_path):
    extra = (
        "<TimeStampList>1D3F2A4B5C6D7E8 1D3F2A4B5C6D7E9</TimeStampList><Attachment>"
        '<ATLConfocalSettingDefinition ObjectiveName="HC PL  APO 63x" Magnification="63" NumericalAperture="1.4" '
        'Immersion="OIL" SystemTypeName="TCS SP8"/></Attachment>'
    )
    dye = "<ChannelProperty><Key>DyeName</Key><Value>GFP</Value></ChannelProperty>"
    xml = lif_image("a", [("X", 4, 2), ("Y", 4, 8)], [(0, 0)], extra=extra, inside=dye)
    write_lif(tmp_path / "a.lif", xml, {"a": values(4, 4).tobytes()})
    image = describe(tmp_path, "a.lif").images[0]
    assert (image.objective.model, image.objective.lens_na, image.instrument) == ("HC PL APO 63x", 1.4, "TCS SP8")
    assert image.channels[0].name == "GFP"
    assert image.acquisition_date.startswith("2018-")


def test_a_scan_without_y_shows_its_depth_as_y(tmp_path):
    data = values(7, 5)
    write_lif(tmp_path / "a.lif", lif_image("xz", [("X", 5, 2), ("Z", 7, 10)], [(0, 0)]), {"xz": data.tobytes()})
    np.testing.assert_array_equal(_read(tmp_path), data)


def test_images_without_memory_are_left_out(tmp_path):
    xml = lif_image("gone", [("X", 4, 2), ("Y", 4, 8)], [(0, 0)])
    write_lif(tmp_path / "a.lif", xml, {"other": bytes(8)})
    assert describe(tmp_path, "a.lif").reason.code == "no-pixels"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_file_that_is_cut_off_is_refused(tmp_path, share):
    write_lif(tmp_path / "b.lif", lif_image("a", STACK, [(0, 0)]), {"a": bytes(2880)})
    data = (tmp_path / "b.lif").read_bytes()
    (tmp_path / "a.lif").write_bytes(data[: int(len(data) * share)])
    found = describe(tmp_path, "a.lif")
    assert (found.outcome, found.reason.code) == (Outcome.REFUSED, "truncated")


def test_steps_that_lead_out_of_the_memory_are_refused(tmp_path):
    xml = lif_image("a", [("X", 4, 2), ("Y", 4, 10**9)], [(0, 0)])
    write_lif(tmp_path / "a.lif", xml, {"a": values(4, 4).tobytes()})
    assert describe(tmp_path, "a.lif").outcome is Outcome.READ
    with pytest.raises(Unreadable) as error:
        _read(tmp_path)
    assert error.value.code == "broken"
    with pytest.raises(Unreadable):
        _read(tmp_path, series=1)
