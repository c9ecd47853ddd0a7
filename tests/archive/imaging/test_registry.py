"""What a file is, by its content; and that asking costs no heavy import."""

import subprocess
import sys

import pytest

from archive.imaging import registry
from archive.imaging.describe import describe
from archive.imaging.errors import Unreadable
from archive.imaging.model import Outcome

KEPT = {
    "CZI": (b"ZISRAWFILE" + bytes(64), "czi", "format-not-read-yet"),
    "ND2": (b"\xda\xce\xbe\x0a" + bytes(64), "nd2", "format-not-read-yet"),
    "LIF": (b"\x70\x00\x00\x00" + bytes(64), "lif", "format-not-read-yet"),
    "MRC": (bytes(208) + b"MAP " + bytes(64), "mrc", "format-not-read-yet"),
    "DICOM": (bytes(128) + b"DICM" + bytes(64), "dicom", "format-not-read-yet"),
    "ZIP": (b"PK\x03\x04" + bytes(64), "zip", "packed"),
    "text": (b"plain words", "other", "not-an-image"),
    "XML": (b"<?xml version='1.0'?><root/>", "other", "not-an-image"),
}


@pytest.mark.parametrize("content, format_, code", KEPT.values(), ids=KEPT)
def test_what_no_reader_opens_is_kept_with_its_name(tmp_path, content, format_, code):
    (tmp_path / "file.bin").write_bytes(content)
    assert registry.identify(tmp_path / "file.bin").kind.format == format_
    found = describe(tmp_path, "file.bin")
    assert (found.outcome, found.reason.code) == (Outcome.KEPT, code)
    assert found.reason.sentence.endswith(".")
    with pytest.raises(Unreadable):
        registry.open_reader(tmp_path, "file.bin")


def test_a_name_that_promises_an_image_is_told(tmp_path):
    (tmp_path / "a.png").write_bytes(b"<html><script>alert(1)</script></html>")
    assert describe(tmp_path, "a.png").reason.code == "damaged-or-misnamed"


@pytest.mark.parametrize("path, code", [
    ("../outside.tif", "path-outside"),
    ("/etc/passwd", "path-outside"),
    ("absent.tif", "missing-file"),
    ("a\0b.tif", "path-outside"),
    ("x" * 5000, "cannot-open"),
])  # fmt: skip
def test_paths_that_lead_nowhere_are_refused(tmp_path, path, code):
    found = describe(tmp_path, path)
    assert (found.outcome, found.reason.code) == (Outcome.REFUSED, code)


def test_a_folder_that_is_no_zarr_is_kept(tmp_path):
    (tmp_path / "folder").mkdir()
    assert describe(tmp_path, "folder").outcome is Outcome.KEPT


def test_every_reader_names_itself():
    assert {registry.load(slug).SLUG for slug in registry.READERS} == set(registry.READERS)


def test_the_package_loads_no_decoder():
    code = (
        "import sys, archive.imaging.describe, archive.imaging.registry, archive.imaging.report\n"
        "print([name for name in ('tifffile', 'zarr', 'pyvips', 'openslide', 'PIL', 'django') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
