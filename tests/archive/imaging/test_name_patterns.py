"""Files that only their names join: what is proposed, and above all what is not."""

import os
import random
from pathlib import Path

import pytest

from archive.imaging.name_patterns import AxisName, Group, propose
from tests.archive.imaging.agreement import table

W, F, T, C, Z = AxisName.WELL, AxisName.FIELD, AxisName.T, AxisName.C, AxisName.Z


def only(paths: list[str]) -> Group:
    groups = propose(paths)
    assert len(groups) == 1, groups
    return groups[0]


def values(group: Group) -> dict[AxisName, tuple[str, ...]]:
    return {axis.name: axis.values for axis in group.axes}


def test_planes_are_ordered_by_their_numbers_with_z_fastest():
    names = [f"cell_z{z:02d}_c{c}_t{t:03d}.tif" for t in (1, 2) for c in (1, 2) for z in (1, 2, 10)]
    shuffled = random.Random(5).sample(names, len(names))
    group = only([f"raw/{name}" for name in shuffled])
    assert [member.path for member in group.members] == [f"raw/{name}" for name in names]
    assert values(group) == {T: ("001", "002"), C: ("1", "2"), Z: ("01", "02", "10")}
    assert group.members[-1].places == (1, 1, 2)
    assert (group.label, group.absent) == ("cell", ())
    assert "cell_z{z}_c{c}_t{t}" in group.why


def test_numbers_without_zeros_before_them_are_numbers():
    group = only([f"a_t{t}.png" for t in range(1, 12)])
    assert values(group)[T] == tuple(str(t) for t in range(1, 12))


PLATES = {
    "plain": ("{w}_f{f:02d}_d{c}.tif", "B03 B04", "words"),
    "Cellomics": ("AS_09125_0501160300_{w}f{f:02d}d{c}.TIF", "D03 D04", "Cellomics"),
    "MetaXpress": ("plate1_{w}_s{f}_w{c}0123abcd-0123-4567-89ab-0123456789ab.tif", "A01 P24", "MetaXpress"),
    "ScanR": ("exp--W{n:05d}--P{f:05d}--Z00000--T00000--Cy{c}.tif", "00001 00002", "ScanR"),
    "Yokogawa": ("AssayPlate_{w}_T0001F{f:03d}L01A0{c}Z01C0{c}.tif", "A01 A02", "Yokogawa"),
    "IN Cell": ("{r} - {n}(fld {f} wv Cy{c}).tif", "B01 B02", "IN Cell"),
}


@pytest.mark.parametrize("pattern, wells, how", PLATES.values(), ids=PLATES)
def test_plates_are_one_group_with_an_image_for_each_field(pattern, wells, how):
    names = [
        pattern.format(w=well, n=n, r=well[0], f=f, c=c)
        for n, well in enumerate(wells.split(), 1) for f in (1, 2) for c in (1, 2)
    ]  # fmt: skip
    group = only(names)
    assert values(group)[W] == tuple(wells.split())
    assert set(values(group)) == {W, F, C}
    assert len(group.images()) == 4
    assert all(len(members) == 2 for members in group.images().values())
    assert how in group.why


def test_harmony_names_give_wells_as_people_write_them():
    names = [
        f"r{row:02d}c{col:02d}f{field:02d}p{z:02d}-ch{c}sk1fk1fl1.tiff"
        for row in (1, 2) for col in (11,) for field in (1, 2) for z in (1, 2, 3) for c in (1, 2)
    ]  # fmt: skip
    group = only([f"Images/{name}" for name in names])
    assert values(group) == {W: ("A11", "B11"), F: ("01", "02"), C: ("1", "2"), Z: ("01", "02", "03")}
    assert (group.label, len(group.images())) == ("Images", 4)


@pytest.mark.parametrize("names, axis", [
    (["x_DAPI.tif", "x_GFP.tif"], C),
    (["x_R.tif", "x_G.tif"], C),
    (["x_Z01_C01.tif", "x_Z01_C02.tif"], C),
    (["x_0001.tif", "x_0002.tif", "x_0003.tif"], T),
    (["img_000000001_GFP_000.tif", "img_000000001_GFP_001.tif"], Z),
    (["img_channel000_position000_time000000000_z000.tif", "img_channel001_position000_time000000000_z000.tif"], C),
    (["well C01 z1.tif", "well C01 z2.tif"], Z),
    (["a(time 3).tif", "a(time 4).tif"], None),
    (["A01.tif", "B01.tif"], W),
    (["x_xy1.tif", "x_xy2.tif"], F),
])  # fmt: skip
def test_single_axes(names, axis):
    groups = propose(names)
    assert [axis.name for group in groups for axis in group.axes] == ([axis] if axis else [])


@pytest.mark.parametrize("names", [
    ["one.tif"],
    ["mouse_z1.tif", "rat_z2.tif"],
    ["x_z1.tif", "x_z1.png"],
    ["a/x_z1.tif", "b/x_z2.tif"],
    ["x_z1.tif", "x_z01.tif"],
    ["x_z1.ome.tif", "x_z2.ome.tif"],
    ["x_z1.csv", "x_z2.csv"],
    ["x_z1.czi", "x_z2.czi"],
    ["x_c1_t1.tif", "x_c2_t2.tif"],
    ["IMG_2001.jpg", "IMG_2017.jpg", "IMG_2044.jpg"],
    ["scan_001.tif", "scan_002.tif"],
    ["fig1a.png", "fig1b.png"],
    ["mouse1.tif", "mouse2.tif", "mouse3.tif"],
    ["day1_d1.tif", "day1_d2.tif"],
    ["", "z1", "_z.tif", ".tif", "{z}.tif"],
], ids=str)  # fmt: skip
def test_what_is_not_joined(names):
    assert propose(names) == ()


def test_two_stems_never_meet():
    groups = propose([f"{stem}_z{z}.tif" for stem in ("a", "b") for z in (1, 2)])
    assert [group.label for group in groups] == ["a", "b"]
    assert [{member.path[0] for member in group.members} for group in groups] == [{"a"}, {"b"}]


def test_absent_planes_are_named_and_too_many_end_the_group():
    names = [f"x_z{z}_c{c}.tif" for z in (1, 2, 3) for c in (1, 2)]
    assert only(names[:-1]).absent == ("c 2, z 3",)
    assert propose([names[0], names[3], names[4]]) == ()


def test_fields_may_differ_from_well_to_well():
    names = [f"A01_s{s}_w1.tif" for s in (1, 2, 3)] + ["A02_s1_w1.tif"]
    group = only(names)
    assert (len(group.images()), group.absent) == (4, ())


def test_no_file_is_in_two_groups_and_none_is_named_twice():
    names = [f"x_z{z}_DAPI.tif" for z in (1, 2)] + [f"x_{n:04d}.tif" for n in (1, 2, 3)]
    groups = propose([*names, *names])
    paths = [member.path for group in groups for member in group.members]
    assert sorted(paths) == sorted(names)


def test_many_files_are_grouped_at_once():
    names = [f"p_{row}{col:02d}_f{f}_z{z:03d}.tif" for row in "ABCDEFGH" for col in range(1, 13) for f in range(4)
             for z in range(50)]  # fmt: skip
    assert len(only(names).members) == 19_200


@pytest.mark.shared_data
def test_the_groups_of_the_shared_data_are_proposed():
    folder = os.environ.get("PORTAL_SHARED_DATA")
    if not folder:
        pytest.fail("Set PORTAL_SHARED_DATA to the folder of the shared data to run the tests over it.")
    rows = table(Path(folder) / "expected_images.tsv")
    found = {group.members[0].path: group for group in propose(sorted({row["path"] for row in rows}))}
    expected = {row["path"]: row for row in rows if row["series"] == "group"}
    for path, row in expected.items():
        axes = {axis.name: len(axis.values) for axis in found[path].axes}
        single = next(other for other in rows if (other["path"], other["series"]) == (path, "0"))
        for letter in (Z, C, T):
            column = f"size_{letter}"
            assert axes.get(letter, 1) * int(single[column]) == int(row[column]), (path, column)
        assert len(found[path].members) == int(row["files"])
    # Two times of one culture, which the table leaves apart: a proposal that a person confirms or not.
    assert set(found) - set(expected) == {"images/cellprofiler/ExampleWoundHealing/DMSO_B5_t0.JPG"}
