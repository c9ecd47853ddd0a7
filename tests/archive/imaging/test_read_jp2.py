"""JPEG 2000, as a codestream and in its box."""

import struct

import imagecodecs
import numpy as np
import pytest

from archive.imaging import registry
from archive.imaging.describe import describe
from archive.imaging.model import Outcome, PixelType
from tests.archive.imaging.files import values

KINDS = {
    "grey": (values(20, 30, dtype="uint8"), PixelType.UINT8),
    "deep": (values(20, 30), PixelType.UINT16),
    "colour": (values(20, 30, 3, dtype="uint8"), PixelType.UINT8),
    "deep colour": (values(20, 30, 3), PixelType.UINT16),
}


@pytest.mark.parametrize("codec", ["jp2", "j2k"])
@pytest.mark.parametrize("data, pixel_type", KINDS.values(), ids=KINDS)
def test_lossless_pictures_are_read_bit_for_bit(tmp_path, codec, data, pixel_type):
    packed = imagecodecs.jpeg2k_encode(data, level=0, reversible=True, codecformat=codec)
    (tmp_path / "a.jp2").write_bytes(packed)
    image = describe(tmp_path, "a.jp2").images[0]
    samples = data.shape[2] if data.ndim == 3 else 1
    assert (image.pixel_type, image.size_c, image.rgb) == (pixel_type, samples, samples > 1)
    reader = registry.open_reader(tmp_path, "a.jp2")
    assert list(reader.levels(tmp_path / "a.jp2", tmp_path, 0)) == [(30, 20)]
    for region, expected in ((None, data), ((4, 5, 11, 12), data[5:17, 4:15])):
        plane = reader.read_plane(tmp_path / "a.jp2", tmp_path, 0, c=0, z=0, t=0, level=0, region=region)
        np.testing.assert_array_equal(plane, expected)


def test_too_many_pixels_are_refused_from_the_header(tmp_path):
    data = bytearray(imagecodecs.jpeg2k_encode(values(20, 30), codecformat="j2k"))
    data[8:16] = struct.pack(">II", 40_000, 40_000)
    (tmp_path / "a.j2k").write_bytes(data)
    found = describe(tmp_path, "a.j2k")
    assert (found.outcome, found.reason.code) == (Outcome.REFUSED, "too-many-pixels")


@pytest.mark.parametrize("end", [13, 60, 100])
def test_a_header_that_is_cut_off_is_refused(tmp_path, end):
    data = imagecodecs.jpeg2k_encode(values(20, 30), codecformat="jp2")
    (tmp_path / "a.jp2").write_bytes(data[:end])
    assert describe(tmp_path, "a.jp2").outcome is Outcome.REFUSED
