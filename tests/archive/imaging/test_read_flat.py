"""PNG, JPEG, WebP and GIF: what the header says, what is read, and pictures that are too large or broken."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image

from archive.imaging import registry
from archive.imaging.describe import describe
from archive.imaging.model import Outcome, PixelType
from tests.archive.imaging.files import values


def _read(root: Path, name: str, t: int = 0, region=None) -> np.ndarray:
    reader = registry.open_reader(root, name)
    return reader.read_plane(root / name, root, 0, c=0, z=0, t=t, level=0, region=region)


DEPTHS = {
    "grey": (values(20, 30, dtype="uint8"), PixelType.UINT8),
    "grey, 16 bits": (values(20, 30), PixelType.UINT16),
    "colour": (values(20, 30, 3, dtype="uint8"), PixelType.UINT8),
    "colour, 16 bits": (values(20, 30, 3), PixelType.UINT16),
    "grey with alpha": (values(20, 30, 2, dtype="uint8"), PixelType.UINT8),
    "colour with alpha": (values(20, 30, 4, dtype="uint8"), PixelType.UINT8),
}


@pytest.mark.parametrize("data, pixel_type", DEPTHS.values(), ids=DEPTHS)
def test_png_of_every_depth(tmp_path, data, pixel_type):
    picture = pyvips.Image.new_from_array(data)
    if data.ndim == 2 and data.dtype == np.uint16:
        picture = picture.copy(interpretation="grey16")
    picture.write_to_file(str(tmp_path / "a.png"))
    image = describe(tmp_path, "a.png").images[0]
    samples = data.shape[2] if data.ndim == 3 else 1
    assert (image.pixel_type, image.size_c, image.rgb) == (pixel_type, samples, samples > 1)
    np.testing.assert_array_equal(_read(tmp_path, "a.png"), data)
    np.testing.assert_array_equal(_read(tmp_path, "a.png", region=(4, 5, 11, 12)), data[5:17, 4:15])


def test_png_of_a_palette_gives_indices_and_bilevel_gives_bits(tmp_path):
    indices = values(20, 30, dtype="uint8") % 7
    palette = Image.fromarray(indices).convert("P")
    palette.save(tmp_path / "palette.png")
    Image.fromarray(values(20, 30, dtype="bool")).save(tmp_path / "bits.png")
    assert describe(tmp_path, "palette.png").images[0].rgb is False
    np.testing.assert_array_equal(_read(tmp_path, "palette.png"), np.array(palette))
    assert describe(tmp_path, "bits.png").images[0].pixel_type is PixelType.BIT
    np.testing.assert_array_equal(_read(tmp_path, "bits.png"), values(20, 30, dtype="bool"))


def test_a_transparent_colour_is_no_sample(tmp_path):
    Image.fromarray(values(20, 30, 3, dtype="uint8")).save(tmp_path / "a.png", transparency=(1, 2, 3))
    Image.fromarray(values(20, 30, dtype="uint8")).save(tmp_path / "b.png", transparency=7)
    assert [describe(tmp_path, name).images[0].size_c for name in ("a.png", "b.png")] == [3, 1]
    assert [_read(tmp_path, name).shape for name in ("a.png", "b.png")] == [(20, 30, 3), (20, 30)]


def test_jpeg_tells_when_it_was_taken(tmp_path):
    picture = Image.fromarray(values(20, 30, 3, dtype="uint8"))
    for name, text in (("a", "2020:01:02 03:04:05"), ("zeros", "0000:00:00 00:00:00")):
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = text
        picture.save(tmp_path / f"{name}.jpg", exif=exif)
    assert describe(tmp_path, "a.jpg").images[0].acquisition_date == "2020-01-02T03:04:05"
    assert describe(tmp_path, "zeros.jpg").images[0].acquisition_date == ""
    assert _read(tmp_path, "a.jpg", region=(1, 2, 3, 4)).shape == (4, 3, 3)


@pytest.mark.parametrize("name, options", [("a.gif", {}), ("a.webp", {"lossless": True})])
def test_animations_are_time_series(tmp_path, name, options):
    frames = [Image.fromarray(np.full((10, 12, 3), 80 * n, "uint8")) for n in range(3)]
    frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], **options)
    image = describe(tmp_path, name).images[0]
    assert (image.size_t, image.size_c, image.rgb) == (3, 3, True)
    assert int(_read(tmp_path, name, t=2).mean()) == 160


def _png_of(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header)) + b"IEND"


def test_too_many_pixels_are_refused_from_the_header(tmp_path):
    (tmp_path / "a.png").write_bytes(_png_of(30_000, 30_000))
    jpeg = tmp_path / "a.jpg"
    Image.new("L", (8, 8)).save(jpeg)
    data = jpeg.read_bytes()
    at = data.index(b"\xff\xc0") + 5
    jpeg.write_bytes(data[:at] + struct.pack(">HH", 65_000, 65_000) + data[at + 4 :])
    for name in ("a.png", "a.jpg"):
        found = describe(tmp_path, name)
        assert (found.outcome, found.reason.code) == (Outcome.REFUSED, "too-many-pixels")


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_pictures_that_are_cut_off_are_refused(tmp_path, name):
    Image.fromarray(values(64, 64, 3, dtype="uint8")).save(tmp_path / name)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) // 2])
    found = describe(tmp_path, name)
    assert (found.outcome, found.reason.code) == (Outcome.REFUSED, "truncated")


def test_the_end_of_a_thumbnail_is_not_that_of_the_picture(tmp_path):
    thumbnail = io.BytesIO()
    Image.fromarray(values(16, 16, dtype="uint8")).save(thumbnail, "JPEG")
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0" + thumbnail.getvalue()
    Image.fromarray(values(64, 64, 3, dtype="uint8")).save(tmp_path / "a.jpg", exif=exif)
    assert describe(tmp_path, "a.jpg").outcome is Outcome.READ
    data = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(data[: len(data) - len(data) // 4])
    assert describe(tmp_path, "a.jpg").reason.code == "truncated"


def test_a_header_alone_is_broken(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert describe(tmp_path, "a.png").reason.code == "broken"
