"""OME-TIFF that streams, against tifffile and the OME schema."""

import io

import numpy as np
import pytest
import tifffile

from archive.imaging.model import Channel, ImageMetadata, PixelType
from archive.interchange import ome_xml
from archive.interchange.ome_tiff import Layout

CHANCE = np.random.default_rng(8)
PIXELS = {
    "u1": PixelType.UINT8,
    "u2": PixelType.UINT16,
    "i2": PixelType.INT16,
    "f4": PixelType.FLOAT,
    "f8": PixelType.DOUBLE,
}
SHAPES = {
    "5D": ((2, 3, 4, 50, 60), "u2"),
    "several strips": ((1, 1, 2, 3000, 3500), "u1"),
    "one pixel": ((1, 1, 1, 1, 1), "f8"),
    "signed": ((1, 2, 1, 7, 5), "i2"),
    "real": ((1, 1, 3, 9, 8), "f4"),
    "colour": ((1, 1, 2, 40, 30, 3), "u1"),
}  # fmt: skip


def made(name: str) -> tuple[np.ndarray, Layout]:
    shape, kind = SHAPES[name]
    values = (CHANCE.random(shape) * 200).astype(kind)
    times, channels, sections, height, width = shape[:5]
    samples = shape[5] if len(shape) == 6 else 1
    image = ImageMetadata(
        series=0, size_x=width, size_y=height, size_z=sections, size_c=channels * samples, size_t=times,
        pixel_type=PIXELS[kind], reader="x", format="x", rgb=samples == 3, physical_x_um=0.25, physical_y_um=0.25,
        channels=(Channel(samples=3),) if samples == 3 else (),
    )  # fmt: skip
    document = ome_xml.write(image, has_pixels=True)
    return values, Layout(width, height, sections, channels, times, samples, np.dtype(kind), document, 0.25)


def rows_of(values: np.ndarray):
    return lambda c, z, t, y, count: values[t, c, z, y : y + count]


@pytest.mark.parametrize("name", SHAPES)
def test_it_is_what_tifffile_reads(name):
    values, layout = made(name)
    content = b"".join(layout.stream(rows_of(values)))
    assert len(content) == layout.length
    with tifffile.TiffFile(io.BytesIO(content)) as opened:
        [series] = opened.series
        assert series.kind == "ome"
        assert np.array_equal(series.asarray().reshape(-1), values.reshape(-1))
        assert opened.pages.first.tags["XResolution"].value == (40_000_000, 1000)


@pytest.mark.parametrize("name", ["5D", "several strips", "colour"])
def test_any_range_is_that_part_of_the_whole(name):
    values, layout = made(name)
    content = b"".join(layout.stream(rows_of(values)))
    edges = [0, 1, layout.data_start - 3, layout.data_start, layout.data_start + layout.plane_bytes, layout.length - 5]
    for start in edges:
        for length in (1, 40, layout.plane_bytes, layout.length):
            assert b"".join(layout.stream(rows_of(values), start, length)) == content[start : start + length]


def test_a_range_reads_only_its_strips():
    values, layout = made("several strips")
    asked: list[tuple[int, ...]] = []

    def rows(*place: int) -> np.ndarray:
        asked.append(place)
        return rows_of(values)(*place)

    b"".join(layout.stream(rows, layout.data_start + layout.plane_bytes + 5, 10))
    assert asked == [(0, 1, 0, 0, layout.strip_rows)]


def test_rows_that_do_not_fit_are_no_file():
    _, layout = made("5D")
    with pytest.raises(ValueError, match="do not fit"):
        b"".join(layout.stream(lambda *_: np.zeros((1, 1), dtype="u2")))
