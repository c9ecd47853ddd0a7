"""OME-TIFF: one file or many, companions, plates, resolutions, and XML that does not fit."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile

from archive.imaging import registry
from archive.imaging.describe import describe
from archive.imaging.model import Outcome
from tests.archive.imaging.files import ome, ome_image, values, write_ome

UUIDS = [f"urn:uuid:0000000{n}-0000-0000-0000-000000000000" for n in range(4)]


def _read(root: Path, name: str, series: int = 0, **place: object) -> np.ndarray:
    wanted = {"c": 0, "z": 0, "t": 0, "level": 0, "region": None} | place
    return registry.open_reader(root, name).read_plane(root / name, root, series, **wanted)


def _block(filename: str = "", uuid: str = "", **attributes: int) -> str:
    named = f'<UUID FileName="{filename}">{uuid}</UUID>' if filename else ""
    return "<TiffData " + " ".join(f'{key}="{value}"' for key, value in attributes.items()) + f">{named}</TiffData>"


@pytest.mark.parametrize("order", ["XYZCT", "XYCZT", "XYTZC"])
def test_planes_follow_the_dimension_order(tmp_path, order):
    sizes = {"Z": 3, "C": 2, "T": 4}
    planes = values(24, 10, 12)
    write_ome(tmp_path / "a.ome.tif", planes, ome(ome_image("12 10 3 2 4", "<TiffData/>", order=order)))
    index, step = 0, 1
    for axis in order[2:]:
        index += {"Z": 2, "C": 1, "T": 3}[axis] * step
        step *= sizes[axis]
    assert describe(tmp_path, "a.ome.tif").outcome is Outcome.READ
    np.testing.assert_array_equal(_read(tmp_path, "a.ome.tif", z=2, c=1, t=3), planes[index])


def test_a_plane_without_a_place_is_empty_and_told(tmp_path):
    blocks = _block(IFD=0, FirstC=0) + _block(IFD=1, FirstC=2)
    write_ome(tmp_path / "a.ome.tif", values(2, 10, 12), ome(ome_image("12 10 1 3 2", blocks)))
    image = describe(tmp_path, "a.ome.tif").images[0]
    assert "no place" in image.remarks[0]
    assert not _read(tmp_path, "a.ome.tif", c=1).any()
    np.testing.assert_array_equal(_read(tmp_path, "a.ome.tif", c=2), values(2, 10, 12)[1])


def test_samples_follow_the_pages_when_the_xml_leaves_them_out(tmp_path):
    data = values(1, 10, 12, 3, dtype="uint8")
    xml = ome(ome_image("12 10 1 3 1", "<Channel/><TiffData/>", dtype="uint8"))
    write_ome(tmp_path / "a.ome.tif", data, xml, photometric="rgb")
    image = describe(tmp_path, "a.ome.tif").images[0]
    assert (image.rgb, image.size_c, len(image.channels), image.channels[0].samples) == (True, 3, 1, 3)
    np.testing.assert_array_equal(_read(tmp_path, "a.ome.tif"), data[0])


def test_units_survive_a_declaration_of_another_encoding(tmp_path):
    attributes = 'PhysicalSizeX="500" PhysicalSizeXUnit="nm" PhysicalSizeY="0.25" PhysicalSizeYUnit="µm"'
    xml = ome(ome_image("12 10 1 1 1", "<TiffData/>", attributes=attributes)).replace("UTF-8", "ISO-8859-1")
    write_ome(tmp_path / "a.ome.tif", values(1, 10, 12), xml)
    image = describe(tmp_path, "a.ome.tif").images[0]
    assert (image.physical_x_um, image.physical_y_um) == (pytest.approx(0.5), 0.25)


def test_sub_directories_are_levels(tmp_path):
    data = values(2, 128, 192)
    with tifffile.TiffWriter(tmp_path / "a.ome.tif", ome=True) as writer:
        writer.write(data, tile=(64, 64), subifds=1, metadata={"axes": "CYX"})
        writer.write(data[:, ::2, ::2], tile=(64, 64), subfiletype=1)
    assert describe(tmp_path, "a.ome.tif").images[0].levels == 2
    np.testing.assert_array_equal(_read(tmp_path, "a.ome.tif", c=1, level=1), data[1, ::2, ::2])


def _set_of_two(root: Path) -> np.ndarray:
    """Two files with the whole XML in each, as Bio-Formats writes them."""
    blocks = "".join(_block(f"c{n}.ome.tif", UUIDS[n], IFD=0, FirstC=n, PlaneCount=1) for n in range(2))
    planes = values(2, 10, 12)
    for n in range(2):
        xml = ome(ome_image("12 10 1 2 1", blocks), uuid=UUIDS[n])
        write_ome(root / f"set/c{n}.ome.tif", planes[n : n + 1], xml)
    return planes


def test_files_that_name_each_other_make_one_image(tmp_path):
    planes = _set_of_two(tmp_path)
    main, member = describe(tmp_path, "set/c0.ome.tif"), describe(tmp_path, "set/c1.ome.tif")
    assert (main.outcome, main.members) == (Outcome.READ, ("set/c0.ome.tif", "set/c1.ome.tif"))
    assert (member.outcome, member.main, member.images) == (Outcome.MEMBER, "set/c0.ome.tif", ())
    np.testing.assert_array_equal(_read(tmp_path, "set/c0.ome.tif", c=1), planes[1])


@pytest.mark.parametrize("absent, asked", [("c1", "c0"), ("c0", "c1")], ids=["a member", "the main file"])
def test_a_set_without_all_its_files_is_incomplete_and_names_them(tmp_path, absent, asked):
    _set_of_two(tmp_path)
    (tmp_path / f"set/{absent}.ome.tif").unlink()
    found = describe(tmp_path, f"set/{asked}.ome.tif")
    assert (found.outcome, found.missing) == (Outcome.INCOMPLETE, (f"set/{absent}.ome.tif",))
    assert absent in found.reason.sentence


def _companion_set(root: Path) -> np.ndarray:
    blocks = "".join(_block(f"z{n}.ome.tif", UUIDS[n], IFD=0, FirstZ=n, PlaneCount=1) for n in range(3))
    xml = ome(ome_image("12 10 3 1 1", blocks))
    (root / "set.companion.ome").write_text(xml)
    planes = values(3, 10, 12)
    for n in range(3):
        pointer = '<BinaryOnly MetadataFile="set.companion.ome" UUID="urn:uuid:1"/>'
        write_ome(root / f"z{n}.ome.tif", planes[n : n + 1], ome("", uuid=UUIDS[n], extra=pointer))
    return planes


def test_a_companion_describes_its_set(tmp_path):
    planes = _companion_set(tmp_path)
    found = describe(tmp_path, "set.companion.ome")
    assert (found.outcome, len(found.images), len(found.members)) == (Outcome.READ, 1, 4)
    assert "<OME" in found.ome_xml
    member = describe(tmp_path, "z1.ome.tif")
    assert (member.outcome, member.main) == (Outcome.MEMBER, "set.companion.ome")
    np.testing.assert_array_equal(_read(tmp_path, "set.companion.ome", z=2), planes[2])


def test_a_member_without_its_companion_waits_for_it(tmp_path):
    _companion_set(tmp_path)
    (tmp_path / "set.companion.ome").unlink()
    found = describe(tmp_path, "z1.ome.tif")
    assert (found.outcome, found.missing) == (Outcome.INCOMPLETE, ("set.companion.ome",))


@pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", "..\\..\\secret.tif", "C:\\secret.tif"])
def test_a_name_that_leads_outside_is_refused(tmp_path, name):
    (tmp_path / "a.companion.ome").write_text(ome(ome_image("12 10 1 1 1", _block(name, UUIDS[0], IFD=0))))
    found = describe(tmp_path, "a.companion.ome")
    assert (found.outcome, found.reason.code) == (Outcome.REFUSED, "path-outside")
    assert name in found.reason.sentence


def test_a_link_that_leads_outside_is_refused(tmp_path):
    (tmp_path / "outside.tif").write_bytes(b"secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "z0.ome.tif").symlink_to(tmp_path / "outside.tif")
    (root / "a.companion.ome").write_text(ome(ome_image("12 10 1 1 1", _block("z0.ome.tif", UUIDS[0], IFD=0))))
    assert describe(root, "a.companion.ome").reason.code == "path-outside"
    assert describe(root, "z0.ome.tif").reason.code == "path-outside"


def test_a_renamed_file_is_still_itself(tmp_path):
    xml = ome(ome_image("12 10 1 1 1", _block("old.ome.tif", UUIDS[0], IFD=0)), uuid=UUIDS[0])
    write_ome(tmp_path / "new.ome.tif", values(1, 10, 12), xml)
    found = describe(tmp_path, "new.ome.tif")
    assert (found.outcome, found.members) == (Outcome.READ, ("new.ome.tif",))
    assert "renamed" in found.images[0].remarks[0]
    shutil.copy(tmp_path / "new.ome.tif", tmp_path / "old.ome.tif")  # a copy under the old name changes nothing
    assert describe(tmp_path, "new.ome.tif").members == ("new.ome.tif",)
    np.testing.assert_array_equal(_read(tmp_path, "new.ome.tif"), values(1, 10, 12)[0])


def test_a_broken_member_is_named(tmp_path):
    _companion_set(tmp_path)
    (tmp_path / "z0.ome.tif").write_bytes(b"II*\0")
    found = describe(tmp_path, "set.companion.ome")
    assert (found.outcome, found.reason.code) == (Outcome.REFUSED, "truncated")
    assert "z0.ome.tif" in found.reason.sentence


def test_one_image_that_does_not_fit_leaves_the_others_alone(tmp_path):
    xml = ome(ome_image("12 10 1 1 1", _block(IFD=0)) + ome_image("99 10 1 1 1", _block(IFD=1), index=1))
    write_ome(tmp_path / "a.ome.tif", values(2, 10, 12), xml)
    good, bad = describe(tmp_path, "a.ome.tif").images
    assert (good.name, good.remarks) == ("image 0", ())
    assert "Not all planes of this image can be read." in bad.remarks[0]
    np.testing.assert_array_equal(_read(tmp_path, "a.ome.tif"), values(2, 10, 12)[0])


BAD_XML = {
    "sizes that differ": ome(ome_image("4096 4096 1 1 1", "<TiffData/>")),
    "a page that is not there": ome(ome_image("12 10 1 1 1", _block(IFD=7))),
    "a plane that is not there": ome(ome_image("12 10 1 1 1", _block(IFD=0, FirstZ=9))),
    "no images": ome(""),
    "cut off": ome(ome_image("12 10 1 1 1", "<TiffData/>"))[:-30],
    "sizes that are words": ome(ome_image("12 ten 1 1 1", "<TiffData/>")),
}


@pytest.mark.parametrize("xml", BAD_XML.values(), ids=BAD_XML)
def test_xml_that_does_not_fit_hides_no_pixels(tmp_path, xml):
    write_ome(tmp_path / "a.ome.tif", values(1, 10, 12), xml)
    found = describe(tmp_path, "a.ome.tif")
    assert found.outcome is Outcome.READ and found.images[0].size_x == 12
    assert "What the pages hold was read instead." in found.images[0].remarks[0]
    np.testing.assert_array_equal(_read(tmp_path, "a.ome.tif"), values(1, 10, 12)[0])


def test_entities_in_the_xml_are_refused(tmp_path):
    xml = '<!DOCTYPE OME [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + ome(ome_image("12 10 1 1 1", "&x;"))[38:]
    write_ome(tmp_path / "a.ome.tif", values(1, 10, 12), xml)
    assert describe(tmp_path, "a.ome.tif").reason.code == "xml-forbidden"


def test_a_document_without_pixels_is_kept(tmp_path):
    (tmp_path / "a.ome.xml").write_text(ome(ome_image("12 10 1 1 1", "<MetadataOnly/>")))
    found = describe(tmp_path, "a.ome.xml")
    assert (found.outcome, found.reason.code) == (Outcome.KEPT, "metadata-only")


def test_images_that_follow_each_other_without_blocks(tmp_path):
    xml = ome(ome_image("12 10 2 1 1") + ome_image("12 10 1 1 3", index=1))
    write_ome(tmp_path / "a.ome.tif", values(5, 10, 12), xml)
    np.testing.assert_array_equal(_read(tmp_path, "a.ome.tif", 1, t=2), values(5, 10, 12)[4])
