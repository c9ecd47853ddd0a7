"""What a path may be, and what is proposed instead."""

import pytest

from archive.uploads import paths

GOOD = [
    "a.tif",
    "plate 1/A01/field_1.ome.tif",
    "zellen/größe.tif",
    "細胞/画像.png",
    ".zattrs",
    "a/..b/c...d.tif",
    "x" * 255,
    "~notes.txt",
    "CONSOLE.tif",
]
BAD = {
    "": "",
    "   ": "",
    "..": "",
    "../a.tif": "a.tif",
    "a/../../b.tif": "a/b.tif",
    "./a.tif": "a.tif",
    "/etc/passwd": "etc/passwd",
    "~/a.tif": "a.tif",
    "C:/images/a.tif": "images/a.tif",
    "c:a.tif": "c_a.tif",
    "a\\b.tif": "a/b.tif",
    "..\\..\\a.tif": "a.tif",
    "\\\\server\\share\\a.tif": "server/share/a.tif",
    "a//b.tif": "a/b.tif",
    "a/": "a",
    "a\x00b.tif": "ab.tif",
    "a\nb.tif": "ab.tif",
    "cell\u202efit.exe": "cellfit.exe",
    "a:b.tif": "a_b.tif",
    "what?.tif": "what_.tif",
    "a.tif ": "a.tif",
    " a.tif": "a.tif",
    "folder./a.tif": "folder/a.tif",
    "CON": "_CON",
    "nul.tif": "_nul.tif",
    "x/lpt1.txt": "x/_lpt1.txt",
    "x" * 300 + ".tif": "x" * 251 + ".tif",
    "/".join(["x" * 100] * 11): "x" * 100,
}


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path[:30])
def test_ordinary_paths_stay_as_they_are(path):
    assert paths.normalised(path) == path


def test_a_path_becomes_nfc():
    assert paths.normalised("gro\u0308ße.tif") == "gr\u00f6ße.tif"


@pytest.mark.parametrize(("path", "proposal"), BAD.items(), ids=lambda value: repr(value)[:30])
def test_bad_paths_get_a_sentence_and_a_name_that_would_do(path, proposal):
    with pytest.raises(paths.BadPath) as caught:
        paths.normalised(path)
    assert caught.value.sentence.endswith(".")
    assert caught.value.proposal == proposal
    if proposal:
        assert paths.normalised(proposal) == proposal


@pytest.mark.parametrize(
    ("path", "bundle"),
    [
        ("a/plate.ome.zarr/A/1/0", "a/plate.ome.zarr"),
        ("plate.zarr/.zattrs", "plate.zarr"),
        ("a.zarr/b.zarr/0", "a.zarr"),
        ("a/plate.zarr", ""),
        ("zarr/a.tif", ""),
    ],
)
def test_a_folder_that_is_one_image_is_known_by_its_ending(path, bundle):
    assert paths.bundle_of(path) == bundle
