"""Slides of vendors: what the tags say, regions at levels, and slides that lack their files."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile

from archive.imaging import registry
from archive.imaging.describe import describe
from archive.imaging.model import Outcome
from tests.archive.imaging.files import values

APERIO = (
    "Aperio Image Library v11\r\n512x384 [0,0 512x384]|AppMag = 20|Date = {}|Time = 09:59:15|MPP = {}|ScanScope ID = S1"
)
DEMO = Path(__file__).parents[3] / "demo" / "images"


def _write_svs(path: Path, day: str = "12/29/09", mpp: str = "0.4990") -> np.ndarray:
    """A slide of two levels with a label, laid out as Aperio does: level, thumbnail, level, label."""
    data = values(384, 512, 3, dtype="uint8")
    plain = {"photometric": "rgb", "metadata": None}
    tiled = plain | {"tile": (64, 64), "compression": "zlib"}
    with tifffile.TiffWriter(path) as writer:
        writer.write(data, description=APERIO.format(day, mpp), **tiled)
        writer.write(data[::6, ::6], description="Aperio thumbnail", **plain)
        writer.write(data[::4, ::4], description="Aperio level", **tiled)
        writer.write(
            data[:40, :50], description="Aperio\r\nlabel 50x40", photometric="rgb", subfiletype=1, metadata=None
        )
    return data


def _read(root: Path, name: str, series: int = 0, level: int = 0, region=None) -> np.ndarray:
    reader = registry.open_reader(root, name)
    return reader.read_plane(root / name, root, series, c=0, z=0, t=0, level=level, region=region)


def test_a_slide_tells_its_calibration_and_objective(tmp_path):
    _write_svs(tmp_path / "a.svs")
    slide, *others = describe(tmp_path, "a.svs").images
    assert (slide.reader, slide.format, slide.levels, slide.name) == ("slides", "svs", 2, "")
    assert (slide.physical_x_um, slide.objective.nominal_magnification, slide.instrument) == (0.499, 20, "")
    assert slide.acquisition_date == "2009-12-29T09:59:15"
    assert [image.name for image in others] == ["thumbnail", "label"]
    assert [image.role for image in (slide, *others)] == ["", "thumbnail", "label"]
    assert {image.physical_x_um for image in others} == {None}


def test_regions_of_a_slide_are_read_at_every_level(tmp_path):
    data = _write_svs(tmp_path / "a.svs")
    reader = registry.open_reader(tmp_path, "a.svs")
    assert list(reader.levels(tmp_path / "a.svs", tmp_path, 0)) == [(512, 384), (128, 96)]
    np.testing.assert_array_equal(_read(tmp_path, "a.svs", region=(100, 50, 90, 80)), data[50:130, 100:190])
    np.testing.assert_array_equal(
        _read(tmp_path, "a.svs", level=1, region=(10, 20, 70, 60)), data[::4, ::4][20:80, 10:80]
    )
    np.testing.assert_array_equal(_read(tmp_path, "a.svs", 2), data[:40, :50])


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_a_slide_that_is_not_8_bit_colour_keeps_its_pixels(tmp_path, dtype):
    data = values(384, 512, dtype=dtype)
    description = APERIO.format("12/29/09", "0.5")
    tifffile.imwrite(tmp_path / "a.svs", data, description=description, tile=(64, 64), metadata=None)
    plane = _read(tmp_path, "a.svs", region=(10, 20, 100, 90))
    assert plane.dtype == dtype
    np.testing.assert_array_equal(plane, data[20:110, 10:110])


@pytest.mark.parametrize("day, mpp", [("31/31/09", "none"), ("", "-1"), ("12/29/09", "nan")])
def test_tags_that_make_no_sense_are_left_out(tmp_path, day, mpp):
    _write_svs(tmp_path / "a.svs", day, mpp)
    slide = describe(tmp_path, "a.svs").images[0]
    assert slide.physical_x_um is None
    assert slide.acquisition_date in ("", "2009-12-29T09:59:15")


def test_a_slide_that_is_cut_off_is_refused(tmp_path):
    source = next((DEMO / "wsi").glob("*.svs"))
    (tmp_path / "a.svs").write_bytes(source.read_bytes()[:1_000_000])
    found = describe(tmp_path, "a.svs")
    assert (found.outcome, found.reason.code) == (Outcome.REFUSED, "truncated")


def test_a_mirax_slide_with_a_spoiled_folder_is_refused(tmp_path):
    (tmp_path / "a.mrxs").write_bytes(b"\xff\xd8\xff\xe0")
    (tmp_path / "a").mkdir()
    (tmp_path / "a/Slidedat.ini").write_text("[GENERAL]\nSLIDE_ID = x\n")
    found = describe(tmp_path, "a.mrxs")
    assert (found.outcome, found.reason.code) == (Outcome.REFUSED, "broken")
    assert "folder" in found.reason.sentence
    shutil.rmtree(tmp_path / "a")  # without its folder it is no slide, only a broken picture
    assert describe(tmp_path, "a.mrxs").outcome is Outcome.REFUSED
