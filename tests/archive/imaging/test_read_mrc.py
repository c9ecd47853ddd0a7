"""MRC and CCP4: modes, byte orders, volumes in a stack, gzip, files of before the signature, and damage."""

import gzip

import numpy as np
import pytest

from archive.imaging import registry
from archive.imaging.describe import describe
from archive.imaging.errors import Unreadable
from archive.imaging.model import Outcome, PixelType
from tests.archive.imaging.files import values
from tests.archive.imaging.vendor_files import mrc_bytes

MODES = {"bytes": ("i1", 0), "shorts": ("i2", 1), "floats": ("f4", 2), "unsigned": ("u2", 6)}


def _read(root, name="a.mrc", z=0, t=0, region=None):
    reader = registry.open_reader(root, name)
    return reader.read_plane(root / name, root, 0, c=0, z=z, t=t, level=0, region=region)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype, mode", MODES.values(), ids=MODES)
def test_sections_of_every_mode(tmp_path, order, dtype, mode):
    volume = (values(4, 5, 6) % 120).astype(dtype)
    (tmp_path / "a.mrc").write_bytes(mrc_bytes(volume, mode, order=order, extra=b"x" * 80))
    image = describe(tmp_path, "a.mrc").images[0]
    assert (image.size_x, image.size_y, image.size_z, image.size_t) == (6, 5, 4, 1)
    steps = (image.physical_x_um, image.physical_y_um, image.physical_z_um)
    assert steps == pytest.approx((2e-4, 3e-4, 4e-4))
    plane = _read(tmp_path, z=3, region=(1, 2, 4, 3))
    assert plane.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(plane, volume[3, 2:5, 1:5])


def test_half_precision_is_widened(tmp_path):
    volume = values(2, 4, 4).astype("f2")
    (tmp_path / "a.mrc").write_bytes(mrc_bytes(volume, 12))
    assert describe(tmp_path, "a.mrc").images[0].pixel_type is PixelType.FLOAT
    np.testing.assert_array_equal(_read(tmp_path, z=1), volume[1].astype("f4"))


def test_a_stack_of_volumes_has_times(tmp_path):
    volume = values(6, 4, 5).astype("i2")
    (tmp_path / "a.mrc").write_bytes(mrc_bytes(volume, 1, group=401, sections=3))
    image = describe(tmp_path, "a.mrc").images[0]
    assert (image.size_z, image.size_t) == (3, 2)
    np.testing.assert_array_equal(_read(tmp_path, z=1, t=1), volume[4])


def test_a_packed_map_is_read_in_place(tmp_path):
    volume = values(5, 6, 7).astype("f4")
    (tmp_path / "a.map.gz").write_bytes(gzip.compress(mrc_bytes(volume, 2)))
    assert describe(tmp_path, "a.map.gz").images[0].format == "mrc"
    np.testing.assert_array_equal(_read(tmp_path, "a.map.gz", z=4), volume[4])
    (tmp_path / "b.gz").write_bytes(gzip.compress(b"words" * 500))
    assert describe(tmp_path, "b.gz").reason.code == "packed"


def test_a_packed_map_that_is_cut_off_says_so_when_read(tmp_path):
    data = gzip.compress(mrc_bytes(np.random.default_rng(1).random((9, 30, 30)).astype("f4"), 2))
    (tmp_path / "a.map.gz").write_bytes(data[: len(data) // 2])
    with pytest.raises(Unreadable) as error:
        _read(tmp_path, "a.map.gz", z=8)
    assert error.value.code == "truncated"


def test_a_map_of_before_the_signature_is_known_by_its_length(tmp_path):
    volume = values(3, 4, 5).astype("i2")
    data = mrc_bytes(volume, 1, stamped=False)
    (tmp_path / "a.rec").write_bytes(data)
    np.testing.assert_array_equal(_read(tmp_path, "a.rec", z=2), volume[2])
    (tmp_path / "b.rec").write_bytes(data + b"!")
    assert describe(tmp_path, "b.rec").outcome is Outcome.KEPT


@pytest.mark.parametrize("change, code", [
    ((0, b"\0\0\0\0"), "zero-size"),
    ((0, b"\xff\xff\xff\x7f"), "too-large"),
    ((12, b"\x65\0\0\0"), "pixel-type"),
    ((92, b"\xff\xff\xff\xff"), "broken"),
])  # fmt: skip
def test_headers_that_cannot_be_true_are_refused(tmp_path, change, code):
    data = bytearray(mrc_bytes(values(3, 4, 5).astype("i2"), 1))
    data[change[0] : change[0] + 4] = change[1]
    (tmp_path / "a.mrc").write_bytes(data)
    assert describe(tmp_path, "a.mrc").reason.code == code


def test_a_map_that_is_cut_off_is_refused(tmp_path):
    data = mrc_bytes(values(3, 4, 5).astype("i2"), 1)
    for end in (300, 1100):
        (tmp_path / "a.mrc").write_bytes(data[:end])
        assert describe(tmp_path, "a.mrc").reason.code == "truncated"
