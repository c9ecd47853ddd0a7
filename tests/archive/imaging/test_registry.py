"""What a file is, by its content; and that asking costs no heavy import."""

import gzip
import subprocess
import sys

import pytest

from archive.imaging import registry
from archive.imaging.describe import describe
from archive.imaging.errors import Unreadable
from archive.imaging.model import Outcome

KEPT = {
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(64), "hdf5", "format-not-read-yet"),
    "OLE2": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "ole", "format-not-read-yet"),
    "BMP": (b"BM" + bytes(64), "bmp", "format-not-read-yet"),
    "ZIP": (b"PK\x03\x04" + bytes(64), "zip", "packed"),
    "a number": (b"\x70\x00\x00\x00" + bytes(2000), "other", "not-an-image"),
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


HEADS = {
    "CZI": (b"ZISRAWFILE" + bytes(64), "czi"),
    "ND2": (b"\xda\xce\xbe\x0a" + bytes(64), "nd2"),
    "LIF": (b"\x70\x00\x00\x00" + bytes(4) + b"\x2a" + bytes(64), "lif"),
    "MRC": (bytes(208) + b"MAP " + bytes(64), "mrc"),
    "DICOM": (bytes(128) + b"DICM" + bytes(64), "dicom"),
    "JPEG 2000": (b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(64), "jp2"),
    "codestream": (b"\xff\x4f\xff\x51" + bytes(64), "jp2"),
    "packed MRC": (gzip.compress(bytes(208) + b"MAP " + bytes(64)), "mrc"),
}


@pytest.mark.parametrize("content, format_", HEADS.values(), ids=HEADS)
def test_a_head_without_a_body_is_no_image(tmp_path, content, format_):
    (tmp_path / "file.bin").write_bytes(content)
    assert registry.identify(tmp_path / "file.bin").kind.format == format_
    found = describe(tmp_path, "file.bin")
    assert found.outcome is not Outcome.READ
    assert found.reason.sentence.endswith(".")


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


def test_an_archive_that_is_named_like_an_image_says_so(tmp_path):
    (tmp_path / "cells.czi").write_bytes(b"PK\x03\x04" + bytes(64))
    found = describe(tmp_path, "cells.czi")
    assert found.reason.code == "damaged-or-misnamed"
    assert "The name ends in .czi, but the content is ZIP." in found.reason.sentence


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
