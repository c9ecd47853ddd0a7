"""OME-Zarr 0.4 and 0.5: images, series, plates, ZIPs, missing chunks, labels, and attributes that do not fit."""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zarr

from archive.imaging import registry
from archive.imaging.describe import describe
from archive.imaging.errors import Unreadable
from archive.imaging.model import Outcome, PixelType
from tests.archive.imaging.files import ome, ome_image, values, write_json

AXES = {"t": "time", "c": "channel", "z": "space", "y": "space", "x": "space"}


def _axes(letters: str) -> list[dict[str, str]]:
    units = {"space": {"unit": "micrometer"}, "time": {"unit": "second"}}
    return [{"name": letter, "type": AXES[letter]} | units.get(AXES[letter], {}) for letter in letters]


def _attributes(letters: str, scale: list[float], levels: int, version: str) -> dict[str, Any]:
    datasets = [
        {"path": str(n), "coordinateTransformations": [{"type": "scale", "scale": [s * 2**n for s in scale]}]}
        for n in range(levels)
    ]
    return {"multiscales": [{"name": "an image", "version": version, "axes": _axes(letters), "datasets": datasets}]}


def _write_group(folder: Path, attributes: dict[str, Any], version: str) -> None:
    if version == "0.5":
        write_json(folder / "zarr.json", {"zarr_format": 3, "node_type": "group", "attributes": {"ome": attributes}})
    else:
        write_json(folder / ".zgroup", {"zarr_format": 2})
        write_json(folder / ".zattrs", attributes)


def _write(folder: Path, data: np.ndarray, letters: str = "tczyx", version: str = "0.4", levels: int = 1) -> Path:
    scale = [{"t": 2.0, "c": 1.0, "z": 0.5}.get(letter, 0.25) for letter in letters]
    _write_group(folder, _attributes(letters, scale, levels, version), version)
    for n in range(levels):
        level = data[..., :: 2**n, :: 2**n]
        array = zarr.create_array(
            str(folder / str(n)),
            shape=level.shape,
            dtype=level.dtype,
            chunks=(*(1 for _ in level.shape[:-2]), 16, 16),
            zarr_format=3 if version == "0.5" else 2,
        )
        array[:] = level
    return folder


def _read(root: Path, name: str, series: int = 0, **place: object) -> np.ndarray:
    wanted = {"c": 0, "z": 0, "t": 0, "level": 0, "region": None} | place
    return registry.open_reader(root, name).read_plane(root / name, root, series, **wanted)


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_an_image_is_described_and_read(tmp_path, version):
    data = values(2, 3, 4, 40, 50)
    _write(tmp_path / "a.zarr", data, version=version, levels=2)
    found = describe(tmp_path, "a.zarr")
    image = found.images[0]
    assert (found.outcome, found.members, image.name) == (Outcome.READ, ("a.zarr",), "an image")
    assert (image.size_x, image.size_y, image.size_z, image.size_c, image.size_t, image.levels) == (50, 40, 4, 3, 2, 2)
    assert (image.physical_x_um, image.physical_z_um, image.time_increment_s) == (0.25, 0.5, 2.0)
    np.testing.assert_array_equal(_read(tmp_path, "a.zarr", c=2, z=3, t=1), data[1, 2, 3])
    np.testing.assert_array_equal(
        _read(tmp_path, "a.zarr", level=1, region=(2, 3, 9, 8)), data[0, 0, 0, 6:22:2, 4:22:2]
    )
    reader = registry.open_reader(tmp_path, "a.zarr")
    assert list(reader.levels(tmp_path / "a.zarr", tmp_path, 0)) == [(50, 40), (25, 20)]


def test_axes_in_another_order_still_give_rows_and_columns(tmp_path):
    data = values(30, 20)  # stored as x, y
    _write(tmp_path / "a.zarr", data, "xy")
    np.testing.assert_array_equal(_read(tmp_path, "a.zarr"), data.T)


def test_chunks_that_are_not_there_are_empty(tmp_path):
    folder = _write(tmp_path / "a.zarr", values(32, 32), "yx")
    (folder / "0" / "0.0").unlink()
    plane = _read(tmp_path, "a.zarr")
    assert not plane[:16, :16].any() and plane[16:, 16:].any()


def test_a_plane_of_countless_tiny_chunks_is_refused(tmp_path):
    folder = tmp_path / "a.zarr"
    _write_group(folder, _attributes("yx", [1.0, 1.0], 1, "0.4"), "0.4")
    zarr.create_array(str(folder / "0"), shape=(1000, 1000), dtype="uint8", chunks=(2, 2), zarr_format=2)
    with pytest.raises(Unreadable) as refused:
        _read(tmp_path, "a.zarr")
    assert refused.value.code == "chunks-too-small"


def test_series_come_from_the_list_and_the_xml_beside_them(tmp_path):
    folder = tmp_path / "a.zarr"
    _write_group(folder, {"bioformats2raw.layout": 3}, "0.4")
    _write_group(folder / "OME", {"series": ["1", "0"]}, "0.4")
    for n in range(2):
        _write(folder / str(n), values(8 + n, 9), "yx")
    dated = ome_image("9 9 1 1 1").replace(
        "<Pixels", "<AcquisitionDate>2020-01-02T03:04:05</AcquisitionDate><Pixels", 1
    )
    (folder / "OME" / "METADATA.ome.xml").write_text(ome(dated + ome_image("9 8 1 1 1", index=1)))
    found = describe(tmp_path, "a.zarr")
    assert [image.size_y for image in found.images] == [9, 8]
    assert found.images[0].acquisition_date == "2020-01-02T03:04:05" and "<OME" in found.ome_xml


def test_a_plate_lists_the_fields_of_its_wells(tmp_path):
    folder = tmp_path / "p.zarr"
    wells = [{"path": "A/1", "rowIndex": 0, "columnIndex": 0}, {"path": "B/2", "rowIndex": 1, "columnIndex": 1}]
    rows, columns = ([{"name": name} for name in names] for names in ("AB", "12"))
    _write_group(folder, {"plate": {"name": "p", "wells": wells, "rows": rows, "columns": columns}}, "0.4")
    for well in wells:
        _write_group(folder / well["path"], {"well": {"images": [{"path": "0"}, {"path": "1"}]}}, "0.4")
        for field in "01":
            _write(folder / well["path"] / field, values(8, 9), "yx")
    found = describe(tmp_path, "p.zarr")
    assert len(found.images) == 4
    assert [(well.row, well.column, well.fields) for well in found.plates[0].wells] == [(0, 0, (0, 1)), (1, 1, (2, 3))]
    assert _read(tmp_path, "p.zarr", 3).shape == (8, 9)


@pytest.mark.parametrize("version", ["0.4", "0.5"])
def test_labels_are_listed_apart_and_read_like_images(tmp_path, version):
    folder = _write(tmp_path / "a.zarr", values(8, 9), "yx", version)
    cells, nuclei = values(8, 9) % 5, values(8, 9) % 3
    _write_group(folder / "labels", {"labels": ["gone", "cells", "nuclei"]}, version)
    _write(folder / "labels" / "cells", cells, "yx", version)
    _write(folder / "labels" / "nuclei", nuclei, "yx", version)
    found = describe(tmp_path, "a.zarr")
    assert [image.series for image in found.images] == [0]
    assert [(label.series, label.label_of, label.size_x) for label in found.labels] == [(2, 0, 9), (3, 0, 9)]
    assert found.labels[0].locator == "labels/cells"
    np.testing.assert_array_equal(_read(tmp_path, "a.zarr", 3, region=(1, 2, 5, 4)), nuclei[2:6, 1:6])
    with pytest.raises(Unreadable):
        _read(tmp_path, "a.zarr", 4)


def test_names_of_labels_do_not_lead_outside(tmp_path):
    folder = _write(tmp_path / "a.zarr", values(8, 9), "yx")
    _write_group(folder / "labels", {"labels": ["../../b.zarr"]}, "0.4")
    _write(tmp_path / "b.zarr", values(8, 9), "yx")
    assert describe(tmp_path, "a.zarr").reason.code == "path-outside"


@pytest.mark.parametrize("name", ["a.zarr.zip", "a.ozx"])
@pytest.mark.parametrize("prefix", ["", "a.zarr/"], ids=["at the top", "in a folder"])
def test_a_zipped_image_is_read_in_place(tmp_path, prefix, name):
    data = values(40, 50)
    folder = _write(tmp_path / "a.zarr", data, "yx")
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, prefix + file.relative_to(folder).as_posix())
    shutil.rmtree(folder)
    assert describe(tmp_path, name).images[0].size_x == 50
    np.testing.assert_array_equal(_read(tmp_path, name, region=(3, 4, 20, 30)), data[4:34, 3:23])


def test_a_zarr_without_an_image_is_kept(tmp_path):
    _write_group(tmp_path / "a.zarr", {"something": "else"}, "0.4")
    found = describe(tmp_path, "a.zarr")
    assert (found.outcome, found.reason.code) == (Outcome.KEPT, "zarr-without-images")


def _change(key: str, value: object):
    def change(folder: Path) -> None:
        attributes = _attributes("yx", [1.0, 1.0], 1, "0.4")
        attributes["multiscales"][0][key] = value
        write_json(folder / ".zattrs", attributes)

    return change


def _array(**changes: object):
    array = {
        "zarr_format": 2, "shape": [32, 32], "chunks": [16, 16], "dtype": "<u2",
        "compressor": None, "fill_value": 0, "filters": None, "order": "C",
    }  # fmt: skip
    return lambda folder: write_json(folder / "0" / ".zarray", array | changes)


BAD = {
    "attributes that are no JSON": (lambda folder: (folder / ".zattrs").write_text("{not json"), "broken-zarr"),
    "attributes that are a list": (lambda folder: (folder / ".zattrs").write_text("[]"), "broken-zarr"),
    "deep attributes": (lambda folder: (folder / ".zattrs").write_text("[" * 100_000), "broken-zarr"),
    "an array that is not there": (lambda folder: (folder / "0" / ".zarray").unlink(), "broken-zarr"),
    "no datasets": (_change("datasets", []), "broken-zarr"),
    "a path that leads outside": (_change("datasets", [{"path": "../../secret"}]), "path-outside"),
    "axes that do not fit": (_change("axes", _axes("zyx")), "broken-zarr"),
    "axes that nobody knows": (_change("axes", [{"name": "y"}, {"name": "x"}, {"name": "q"}]), "broken-zarr"),
    "axes that are a number": (_change("axes", 5), "broken-zarr"),
    "zero width": (_array(shape=[32, 0]), "zero-size"),
    "an impossible width": (_array(shape=[32, 2**40]), "too-large"),
    "negative sizes": (_array(shape=[32, -1]), "broken-zarr"),
    "a chunk that fills the memory": (_array(shape=[10**6, 10**6], chunks=[10**6, 10**6]), "segment-too-large"),
    "chunks of no size": (_array(chunks=[16, 0]), "broken-zarr"),
    "a codec that runs code": (_array(compressor={"id": "pickle"}), "codec"),
    "a filter that runs code": (_array(filters=[{"id": "pickle", "protocol": 5}]), "codec"),
    "a type that is none": (_array(dtype="<q99"), "pixel-type"),
    "text as pixels": (_array(dtype="<U8"), "pixel-type"),
}


@pytest.mark.parametrize("spoil, code", BAD.values(), ids=BAD)
def test_what_does_not_fit_is_refused(tmp_path, spoil, code):
    spoil(_write(tmp_path / "a.zarr", values(32, 32), "yx"))
    found = describe(tmp_path, "a.zarr")
    outcome = Outcome.KEPT if code == "pixel-type" else Outcome.REFUSED
    assert (found.outcome, found.reason.code) == (outcome, code)


def test_shards_are_read_by_their_inner_chunks(tmp_path):
    folder = tmp_path / "a.zarr"
    data = values(64, 64)
    _write_group(folder, _attributes("yx", [1.0, 1.0], 1, "0.5"), "0.5")
    array = zarr.create_array(str(folder / "0"), shape=(64, 64), dtype="uint16", chunks=(16, 16), shards=(64, 64))
    array[:] = data
    assert describe(tmp_path, "a.zarr").outcome is Outcome.READ
    np.testing.assert_array_equal(_read(tmp_path, "a.zarr", region=(5, 6, 40, 41)), data[6:47, 5:45])
    document = json.loads((folder / "0/zarr.json").read_text())
    document["codecs"][0]["configuration"]["codecs"].append({"name": "numcodecs.pickle", "configuration": {}})
    write_json(folder / "0/zarr.json", document)
    assert describe(tmp_path, "a.zarr").reason.code == "codec"


def test_labels_of_channels_may_be_numbers(tmp_path):
    folder = _write(tmp_path / "a.zarr", values(2, 8, 9).astype("float64"), "cyx")
    attributes = _attributes("cyx", [1.0, 1.0, 1.0], 1, "0.4")
    attributes["omero"] = {"channels": [{"label": 0, "color": "#00ff00"}]}
    write_json(folder / ".zattrs", attributes)
    image = describe(tmp_path, "a.zarr").images[0]
    assert [(channel.name, channel.color) for channel in image.channels] == [("0", "00FF00"), ("", "")]
    assert image.pixel_type is PixelType.DOUBLE
