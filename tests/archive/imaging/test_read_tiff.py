"""TIFF without OME-XML: what is described, and that planes and regions are the stored ones."""

import struct
from pathlib import Path

import numpy as np
import pytest
import tifffile

from archive.imaging import registry
from archive.imaging.describe import describe
from archive.imaging.errors import Unreadable
from archive.imaging.model import Outcome, PixelType
from tests.archive.imaging.files import values

WHOLE = {
    "plain": ((40, 50), "uint16", {}),
    "big endian": ((40, 50), "uint16", {"byteorder": ">"}),
    "bigtiff": ((40, 50), "uint8", {"bigtiff": True}),
    "float": ((40, 50), "float32", {"photometric": "minisblack"}),
    "double, deflate, predictor": ((40, 50), "float64", {"compression": "zlib", "predictor": True}),
    "tiled": ((300, 410), "uint16", {"tile": (64, 128)}),
    "tiled and compressed": ((300, 410), "uint16", {"tile": (64, 128), "compression": "zlib"}),
    "strips and compressed": ((301, 41), "int16", {"rowsperstrip": 7, "compression": "lzw"}),
    "colour": ((40, 50, 3), "uint8", {"photometric": "rgb"}),
    "colour, planar": ((3, 40, 50), "uint8", {"photometric": "rgb", "planarconfig": "separate"}),
    "colour, planar, tiled": (
        (3, 90, 70),
        "uint16",
        {"photometric": "rgb", "planarconfig": "separate", "tile": (32, 32), "compression": "zlib"},
    ),
    "bilevel": ((40, 50), "bool", {"photometric": "minisblack"}),
}


def _read(root: Path, name: str, series: int = 0, **place: object) -> np.ndarray:
    wanted = {"c": 0, "z": 0, "t": 0, "level": 0, "region": None} | place
    return registry.open_reader(root, name).read_plane(root / name, root, series, **wanted)


@pytest.mark.parametrize("shape, dtype, options", WHOLE.values(), ids=WHOLE)
def test_planes_and_regions_are_the_stored_pixels(tmp_path, shape, dtype, options):
    data = values(*shape, dtype=dtype)
    opening = {key: options.pop(key) for key in ("bigtiff", "byteorder") if key in options}
    with tifffile.TiffWriter(tmp_path / "a.tif", **opening) as writer:
        writer.write(data, metadata=None, **options)
    stored = np.moveaxis(data, 0, -1) if options.get("planarconfig") == "separate" else data
    image = describe(tmp_path, "a.tif").images[0]
    assert (image.size_y, image.size_x) == stored.shape[:2]
    assert image.size_c == (3 if stored.ndim == 3 else 1) and image.rgb == (stored.ndim == 3)
    np.testing.assert_array_equal(_read(tmp_path, "a.tif"), stored)
    np.testing.assert_array_equal(_read(tmp_path, "a.tif", region=(9, 5, 30, 33)), stored[5:38, 9:39])


def test_white_is_zero_is_turned_so_that_more_is_brighter(tmp_path):
    data = values(8, 8, dtype="uint8")
    tifffile.imwrite(tmp_path / "a.tif", data, photometric="miniswhite", metadata=None)
    np.testing.assert_array_equal(_read(tmp_path, "a.tif"), 255 - data)


def test_imagej_hyperstacks_in_one_run_are_read_plane_by_plane(tmp_path):
    data = values(3, 4, 2, 30, 20)  # TZCYX
    tifffile.imwrite(
        tmp_path / "a.tif", data, imagej=True, resolution=(5.0, 5.0),
        metadata={"axes": "TZCYX", "unit": "um", "spacing": 0.7, "finterval": 12.5, "mode": "composite",
                  "LUTs": [np.stack([np.arange(256, dtype="uint8") * on for on in color])
                           for color in ((0, 1, 0), (1, 0, 1))]},
    )  # fmt: skip
    image = describe(tmp_path, "a.tif").images[0]
    assert (image.size_z, image.size_c, image.size_t) == (4, 2, 3)
    assert (image.physical_x_um, image.physical_z_um, image.time_increment_s) == (pytest.approx(0.2), 0.7, 12.5)
    assert [channel.color for channel in image.channels] == ["00FF00", "FF00FF"]
    np.testing.assert_array_equal(_read(tmp_path, "a.tif", c=1, z=3, t=2), data[2, 3, 1])
    np.testing.assert_array_equal(_read(tmp_path, "a.tif", c=1, t=1, region=(3, 4, 5, 6)), data[1, 0, 1, 4:10, 3:8])


def test_a_large_contiguous_hyperstack_is_read_without_its_bulk(tmp_path):
    path = tmp_path / "big.tif"
    tifffile.imwrite(path, shape=(400, 1000, 1000), dtype="uint16", imagej=True, metadata={"axes": "TYX"})
    assert describe(tmp_path, "big.tif").images[0].size_t == 400
    assert not _read(tmp_path, "big.tif", t=399, region=(0, 0, 10, 10)).any()


def test_pages_without_a_meaning_count_as_time(tmp_path):
    data = values(5, 12, 13)
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for page in data:
            writer.write(page, metadata=None, contiguous=False)
    image = describe(tmp_path, "a.tif").images[0]
    assert (image.size_z, image.size_c, image.size_t) == (1, 1, 5)
    np.testing.assert_array_equal(_read(tmp_path, "a.tif", t=3), data[3])


def test_more_than_four_samples_are_channels(tmp_path):
    data = values(20, 30, 6)
    tifffile.imwrite(tmp_path / "a.tif", data, photometric="minisblack", planarconfig="contig", metadata=None)
    image = describe(tmp_path, "a.tif").images[0]
    assert (image.size_c, image.rgb, len(image.channels)) == (6, False, 6)
    np.testing.assert_array_equal(_read(tmp_path, "a.tif", c=4), data[..., 4])


def test_reduced_pages_are_levels(tmp_path):
    data = values(256, 384, 3, dtype="uint8")
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        writer.write(data, tile=(64, 64), photometric="rgb", subifds=2, metadata=None)
        for step in (2, 4):
            writer.write(data[::step, ::step], tile=(64, 64), photometric="rgb", subfiletype=1, metadata=None)
    assert describe(tmp_path, "a.tif").images[0].levels == 3
    reader = registry.open_reader(tmp_path, "a.tif")
    assert list(reader.levels(tmp_path / "a.tif", tmp_path, 0)) == [(384, 256), (192, 128), (96, 64)]
    np.testing.assert_array_equal(_read(tmp_path, "a.tif", level=2, region=(1, 2, 70, 50)), data[::4, ::4][2:52, 1:71])


def test_only_the_tiles_of_the_region_are_opened(tmp_path):
    """All tiles but the last are spoiled: describing needs none, a region only its own."""
    data = values(128, 128)
    tifffile.imwrite(tmp_path / "a.tif", data, tile=(64, 64), compression="zlib", metadata=None)
    with tifffile.TiffFile(tmp_path / "a.tif") as tif:
        places = list(zip(tif.pages[0].dataoffsets, tif.pages[0].databytecounts, strict=True))
    content = bytearray((tmp_path / "a.tif").read_bytes())
    for offset, count in places[:-1]:
        content[offset : offset + count] = bytes(count)
    (tmp_path / "a.tif").write_bytes(content)
    assert describe(tmp_path, "a.tif").outcome is Outcome.READ
    np.testing.assert_array_equal(_read(tmp_path, "a.tif", region=(70, 80, 30, 40)), data[80:120, 70:100])
    with pytest.raises(Unreadable) as problem:
        _read(tmp_path, "a.tif")
    assert problem.value.code == "broken"


def test_a_resolution_per_inch_is_for_print_and_one_per_centimetre_may_be_a_calibration(tmp_path):
    for name, unit, figure in (("inch", "INCH", 300), ("fine", "CENTIMETER", 40_000), ("coarse", "CENTIMETER", 100)):
        tifffile.imwrite(tmp_path / f"{name}.tif", values(8, 8), resolution=(figure, figure), resolutionunit=unit)
    found = {name: describe(tmp_path, f"{name}.tif").images[0].physical_x_um for name in ("inch", "fine", "coarse")}
    assert found == {"inch": None, "fine": pytest.approx(0.25), "coarse": None}


def _cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _loop(data: bytes) -> bytes:
    """The only directory names itself as the next."""
    first = struct.unpack("<I", data[4:8])[0]
    count = struct.unpack("<H", data[first : first + 2])[0]
    at = first + 2 + 12 * count
    return data[:at] + data[4:8] + data[at + 4 :]


def _tag(number: int, value: int):
    def change(data: bytes) -> bytes:
        at = data.index(struct.pack("<H", number), 8)
        return data[: at + 2] + struct.pack("<HII", 4, 1, value) + data[at + 12 :]

    return change


BAD = {
    "cut off": (_cut, "truncated"),
    "a circle of pages": (_loop, "ifd-loop"),
    "zero width": (_tag(256, 0), "zero-size"),
    "impossible width": (_tag(256, 2**32 - 1), "too-large"),
    "header alone": (lambda data: data[:6], "truncated"),
    "nothing": (lambda data: b"", "empty"),
    "a directory outside the file": (lambda data: data[:4] + b"\xff\xff\xff\x00" + data[8:], "truncated"),
}


@pytest.mark.parametrize("change, code", BAD.values(), ids=BAD)
def test_broken_files_are_refused_with_a_sentence(tmp_path, change, code):
    tifffile.imwrite(tmp_path / "a.tif", values(64, 64), metadata=None)
    data = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(change(data))
    found = describe(tmp_path, "a.tif")
    assert (found.outcome, found.reason.code) == (Outcome.REFUSED, code)
    assert found.reason.sentence.endswith(".") and found.members == ("a.tif",)


@pytest.mark.parametrize("place, code", [
    ({"region": (0, 0, 65, 1)}, "region-outside"),
    ({"region": (-1, 0, 5, 5)}, "region-outside"),
    ({"c": 1}, "plane-outside"),
    ({"t": -1}, "plane-outside"),
    ({"level": 1}, "no-such-level"),
    ({"series": 1}, "no-such-image"),
])  # fmt: skip
def test_what_an_image_does_not_have_is_refused(tmp_path, place, code):
    tifffile.imwrite(tmp_path / "a.tif", values(64, 64), metadata=None)
    with pytest.raises(Unreadable) as problem:
        _read(tmp_path, "a.tif", **place)
    assert problem.value.code == code


VOLUME = {"volumetric": True, "tile": (16, 16, 16), "compression": "zlib"}
NOT_SHOWN = {
    "64-bit integers": (values(8, 8).astype("uint64"), {"metadata": None}, "pixel-type"),
    "Z last": (values(8, 9, 5), {"metadata": {"axes": "YXZ"}}, "unknown-axes"),
    "volumes as pages": (values(32, 32, 32, dtype="uint8"), VOLUME, "volumetric"),
}


@pytest.mark.parametrize("data, options, code", NOT_SHOWN.values(), ids=NOT_SHOWN)
def test_sound_files_that_cannot_be_shown_are_kept(tmp_path, data, options, code):
    tifffile.imwrite(tmp_path / "a.tif", data, photometric="minisblack", **options)
    found = describe(tmp_path, "a.tif")
    assert (found.outcome, found.reason.code) == (Outcome.KEPT, code)


def test_channels_stored_as_the_samples_of_a_page(tmp_path):
    data = values(3, 4, 20, 30, dtype="uint8")
    options = {"planarconfig": "separate", "photometric": "minisblack", "compression": "zlib"}
    with tifffile.TiffWriter(tmp_path / "a.tif") as writer:
        for page in data:
            writer.write(page, metadata=None, contiguous=False, **options)
    image = describe(tmp_path, "a.tif").images[0]
    assert (image.size_t, image.size_c) == (3, 4)
    plane = _read(tmp_path, "a.tif", t=2, c=0)
    np.testing.assert_array_equal(plane, np.moveaxis(data[2], 0, -1))


def test_half_precision_counts_as_float(tmp_path):
    tifffile.imwrite(tmp_path / "a.tif", values(8, 8).astype("float16"), metadata=None)
    assert describe(tmp_path, "a.tif").images[0].pixel_type is PixelType.FLOAT
