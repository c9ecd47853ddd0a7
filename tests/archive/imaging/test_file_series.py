"""Files that only their names join, read as one image: sizes, planes, gaps, and what is refused."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile

from archive.imaging import registry, report
from archive.imaging.describe import describe
from archive.imaging.errors import Unreadable
from archive.imaging.model import Description, Outcome
from archive.imaging.name_parts import AxisName
from archive.imaging.quality.checking import check
from archive.imaging.series_manifest import parsed, written
from archive.imaging.source import Source
from tests.archive.imaging.files import values
from tests.archive.imaging.series_files import listed, proposed, write_list

WORMS = Path(__file__).parents[3] / "demo" / "images" / "cellprofiler" / "ExampleStraightenWorms"


@pytest.fixture
def stack(tmp_path):
    """Two channels, three sections, two times, one plane per file; every plane is another."""
    for c in (1, 2):
        for z in range(3):
            for t in range(2):
                plane = values(20, 30) + np.uint16(100 * c + 10 * z + t)
                tifffile.imwrite(tmp_path / f"cell_c{c}_z{z}_t{t:03d}.tif", plane)
    return tmp_path


def read(root: Path) -> tuple[str, Description]:
    name = write_list(root, listed(proposed(root)))
    return name, describe(root, name)


def plane(root: Path, name: str, c: int = 0, z: int = 0, t: int = 0, *, series: int = 0, region=None) -> np.ndarray:
    reader = registry.open_reader(root, name)
    return reader.read_plane(root / name, root, series, c=c, z=z, t=t, level=0, region=region)


def test_planes_come_from_the_files_that_hold_them(stack):
    name, found = read(stack)
    (image,) = found.images
    assert (found.outcome, len(found.members), found.plates) == (Outcome.READ, 12, ())
    sizes = (image.size_x, image.size_y, image.size_z, image.size_c, image.size_t, image.absent_planes)
    assert sizes == (30, 20, 3, 2, 2, 0)
    assert (image.name, image.reader, image.format, len(image.channels)) == ("cell", "file_series", "tiff", 2)
    for c in (0, 1):
        for z in range(3):
            for t in range(2):
                expected = tifffile.imread(stack / f"cell_c{c + 1}_z{z}_t{t:03d}.tif")
                assert np.array_equal(plane(stack, name, c, z, t), expected)
    part = plane(stack, name, 1, 2, 1, region=(5, 3, 11, 7))
    assert np.array_equal(part, tifffile.imread(stack / "cell_c2_z2_t001.tif")[3:10, 5:16])


def test_what_no_file_holds_is_black_and_said(stack):
    (stack / "cell_c2_z1_t000.tif").unlink()
    name, found = read(stack)
    (image,) = found.images
    assert image.absent_planes == 1
    assert "One file of the series is absent" in image.remarks[-1]
    blank = plane(stack, name, 1, 1, 0, region=(0, 0, 8, 9))
    assert (blank.shape, blank.dtype, blank.any()) == ((9, 8), np.uint16, False)
    source = Source(registry.open_reader(stack, name), stack / name, stack, image)
    said = {finding.code: finding.sentence for finding in check(source, found)}
    assert said["absent-planes"] == "1 of 12 planes is in no file, and shown black."


def test_a_whole_series_has_no_absent_planes(stack):
    name, found = read(stack)
    source = Source(registry.open_reader(stack, name), stack / name, stack, found.images[0])
    assert "absent-planes" not in {finding.code for finding in check(source, found)}


def test_the_list_of_one_image_reads_the_same_without_opening_every_file(stack):
    group = listed(proposed(stack))
    (alone,) = group.images()
    name = write_list(stack, alone, "one.series.json")
    whole = describe(stack, write_list(stack, group))
    assert describe(stack, name).images == whole.images
    assert parsed(written(alone)) == alone


def test_wells_and_fields_are_the_images_of_a_plate(tmp_path):
    for well in ("B02", "C11"):
        for field in (1, 2):
            for c, dye in enumerate(("DAPI", "GFP")):
                tifffile.imwrite(tmp_path / f"run_{well}_f{field}_{dye}.tif", values(8, 9) + np.uint16(c))
    group = listed(proposed(tmp_path))
    found = describe(tmp_path, write_list(tmp_path, group))
    assert [image.name for image in found.images] == [
        "run B02, field 1", "run B02, field 2", "run C11, field 1", "run C11, field 2",
    ]  # fmt: skip
    (plate,) = found.plates
    assert (plate.rows, plate.columns) == (8, 12)
    assert [(well.row, well.column, well.fields) for well in plate.wells] == [(1, 1, (0, 1)), (2, 10, (2, 3))]
    assert [channel.name for channel in found.images[0].channels] == ["DAPI", "GFP"]
    third = list(group.images())[2]
    name = write_list(tmp_path, third, "third.series.json")
    assert np.array_equal(plane(tmp_path, name, 1, series=2), tifffile.imread(tmp_path / "run_C11_f1_GFP.tif"))
    with pytest.raises(Unreadable, match="no image number 0"):
        plane(tmp_path, name, series=0)


def test_files_may_hold_sections_that_their_names_do_not_count(tmp_path):
    stacks = values(2, 4, 8, 9)
    for c in range(2):
        tifffile.imwrite(tmp_path / f"a_ch{c}.tif", stacks[c], imagej=True, metadata={"axes": "ZYX"})
    name, found = read(tmp_path)
    assert (found.images[0].size_z, found.images[0].size_c) == (4, 2)
    assert np.array_equal(plane(tmp_path, name, 1, 3), stacks[1, 3])


def test_colour_pictures_in_time_keep_their_samples(tmp_path):
    pictures = values(3, 8, 9, 3, dtype="uint8")
    for t in range(3):
        tifffile.imwrite(tmp_path / f"movie_t{t}.tif", pictures[t], photometric="rgb")
    name, found = read(tmp_path)
    assert (found.images[0].size_c, found.images[0].rgb, found.images[0].size_t) == (3, True, 3)
    assert np.array_equal(plane(tmp_path, name, t=2), pictures[2])


def test_the_file_that_is_not_like_the_others_is_named(stack):
    tifffile.imwrite(stack / "cell_c1_z1_t001.tif", values(20, 31))
    found = read(stack)[1]
    assert (found.outcome, found.reason.code) == (Outcome.REFUSED, "unlike-members")
    assert found.reason.sentence.startswith("“cell_c1_z1_t001.tif” is not like the others: it holds 31 × 20 pixels")


def test_a_broken_file_is_named(stack):
    (stack / "cell_c1_z1_t001.tif").write_bytes(b"II*\0 nothing")
    assert "“cell_c1_z1_t001.tif”" in read(stack)[1].reason.sentence


def test_planes_that_file_and_name_both_count_are_refused(tmp_path):
    for z in range(3):
        tifffile.imwrite(tmp_path / f"a_z{z}.tif", values(4, 8, 9), imagej=True, metadata={"axes": "ZYX"})
    found = read(tmp_path)[1]
    assert found.reason.code == "several-planes"
    assert "holds 4 sections of its own" in found.reason.sentence


def test_a_file_that_is_not_there_is_waited_for(stack):
    manifest = listed(proposed(stack))
    (stack / "cell_c1_z1_t001.tif").unlink()
    found = describe(stack, write_list(stack, manifest))
    assert (found.outcome, found.missing) == (Outcome.INCOMPLETE, ("cell_c1_z1_t001.tif",))


BROKEN = {
    "no axes": {"axes": None},
    "an unknown axis": {"axes": [{"name": "q", "values": ["1", "2"]}]},
    "a place outside": {"members": [["a.tif", 9]]},
    "too few places": {"members": [["a.tif"]]},
    "one place twice": {"members": [["a.tif", 0], ["b.tif", 0]]},
    "no members": {"members": []},
}


@pytest.mark.parametrize("changes", BROKEN.values(), ids=BROKEN)
def test_a_broken_list_is_refused(tmp_path, changes):
    whole = {"image-series": 1, "label": "a", "axes": [{"name": "z", "values": ["1", "2"]}], "members": [["a.tif", 0]]}
    text = json.dumps({**whole, "image": None, "checked": False, **changes})
    (tmp_path / "x.series.json").write_text(text)
    assert describe(tmp_path, "x.series.json").reason.code == "broken"


def test_a_list_leads_neither_outside_nor_to_itself(tmp_path):
    for number, path in enumerate(("../secret.tif", "x.series.json")):
        document = {
            "image-series": 1, "label": "a", "axes": [{"name": "z", "values": ["1", "2"]}], "members": [[path, 0]],
            "image": None, "checked": bool(number),
        }  # fmt: skip
        (tmp_path / "x.series.json").write_text(json.dumps(document))
        assert describe(tmp_path, "x.series.json").outcome is Outcome.REFUSED


def test_real_files_of_three_dyes(tmp_path):
    shutil.copytree(WORMS, tmp_path, dirs_exist_ok=True)
    group = proposed(tmp_path, ending="*.tif")
    assert [axis.name for axis in group.axes] == [AxisName.C]
    found = describe(tmp_path, write_list(tmp_path, listed(group)))
    row = report.image_row(found, found.images[0])
    assert (row["size_x"], row["size_y"], row["size_c"], row["pixel_type"]) == (696, 520, 3, "uint16")
    assert (row["channel_names"], row["physical_x_um"]) == ("Transmitted Light|FITC|mCherry", 6.25)
