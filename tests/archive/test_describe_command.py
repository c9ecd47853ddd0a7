"""`manage.py describe` prints one JSON line per image, or the reason, and needs no database."""

import json
from io import StringIO
from pathlib import Path

import pytest
import tifffile
from django.core.management import CommandError, call_command

from archive.imaging import report
from tests.archive.imaging.files import ome, ome_image, values, write_json, write_ome


def _lines(*paths: object) -> list[dict]:
    out = StringIO()
    call_command("describe", *map(str, paths), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "data/sub").mkdir(parents=True)
    tifffile.imwrite(tmp_path / "data/a.tif", values(8, 9), metadata=None)
    write_ome(tmp_path / "data/sub/b.ome.tif", values(2, 8, 9), ome(ome_image("9 8 1 2 1", "<TiffData/>")))
    (tmp_path / "data/notes.txt").write_text("no image")
    write_json(tmp_path / "data/c.zarr/.zgroup", {"zarr_format": 2})
    write_json(tmp_path / "data/c.zarr/.zattrs", {})
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def test_a_folder_is_walked_and_paths_are_as_given(folder):
    lines = _lines("data")
    assert [line["path"] for line in lines] == ["data/a.tif", "data/c.zarr", "data/notes.txt", "data/sub/b.ome.tif"]
    assert [line.get("code") for line in lines] == [None, "zarr-without-images", "not-an-image", None]
    assert set(report.COLUMNS) <= set(lines[0])
    assert (lines[3]["size_c"], lines[3]["name"], lines[3]["format"]) == (2, "image 0", "OME-TIFF")


def test_an_absolute_path_outside_the_working_folder(folder, monkeypatch):
    monkeypatch.chdir(folder.parent / "data/sub")
    assert [line["path"] for line in _lines(folder / "a.tif", ".")] == [str(folder / "a.tif"), "b.ome.tif"]


def test_a_path_that_is_not_there_is_told(folder):
    with pytest.raises(CommandError, match=r"There is no file or folder nowhere\. Check the path\."):
        _lines("nowhere")
