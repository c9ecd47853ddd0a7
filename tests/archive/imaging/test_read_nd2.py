"""Nikon ND2: a real file, its planes, and damage."""

from pathlib import Path

import numpy as np
import pytest

from archive.imaging import registry
from archive.imaging.describe import describe
from archive.imaging.errors import Unreadable
from archive.imaging.model import Outcome
from archive.imaging.readers.nd2 import _frame

DATA = Path(__file__).parents[2] / "data" / "vendor"
NAME = "example-cerevisiae.nd2"


def _read(root=DATA, name=NAME, series=0, c=0, z=0, t=0, level=0, region=None):
    reader = registry.open_reader(root, name)
    return reader.read_plane(root / name, root, series, c=c, z=z, t=t, level=level, region=region)


def test_the_file_says_how_it_was_made():
    image = describe(DATA, NAME).images[0]
    assert [channel.name for channel in image.channels] == ["DIC", "FITC BP"]
    assert [channel.color for channel in image.channels] == ["FFFFFF", "07FF00"]
    assert (image.physical_x_um, image.physical_z_um) == (pytest.approx(0.108333, abs=1e-6), None)
    assert (image.objective.nominal_magnification, image.objective.lens_na) == (40, 0.95)
    assert image.acquisition_date == "2025-11-25T16:13:17"


def test_a_region_is_part_of_its_plane():
    planes = [_read(c=c) for c in (0, 1)]
    assert planes[0].shape == (256, 256)
    assert not np.array_equal(*planes)
    np.testing.assert_array_equal(_read(c=1, region=(10, 20, 30, 40)), planes[1][20:60, 10:40])


@pytest.mark.parametrize("wrong", [{"c": 2}, {"z": 1}, {"t": 1}, {"level": 1}, {"series": 1}])
def test_what_lies_outside_is_refused(wrong):
    with pytest.raises(Unreadable):
        _read(**wrong)


def test_frames_are_counted_over_the_loops_as_stored():
    sizes = {"T": 4, "P": 3, "Z": 5, "C": 2, "Y": 8, "X": 8}
    assert _frame(sizes, series=2, z=1, t=3) == (3 * 3 + 2) * 5 + 1
    assert _frame({"Y": 8, "X": 8}, series=0, z=0, t=0) == 0
    assert _frame(sizes, series=3, z=0, t=0) is None


@pytest.mark.parametrize("share", [0.001, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused(tmp_path, share):
    data = (DATA / NAME).read_bytes()
    (tmp_path / "a.nd2").write_bytes(data[: int(len(data) * share)])
    found = describe(tmp_path, "a.nd2")
    assert found.outcome is Outcome.REFUSED
    assert found.reason.sentence.endswith(".")
