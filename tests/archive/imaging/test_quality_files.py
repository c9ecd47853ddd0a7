"""Every check over real files: one that trips it and one that does not, read as an archived file is."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
import zarr

from archive.imaging import quality, registry
from archive.imaging.describe import describe
from archive.imaging.model import Finding
from archive.imaging.quality import checking
from archive.imaging.quality.evidence import Evidence, evidence_of
from archive.imaging.source import Source
from tests.archive.imaging.files import ome, ome_image, write_json, write_ome

CHANCE = np.random.default_rng(7)
Maker = Callable[[Path], Path]


def noise(low: int = 0, high: int = 4000, dtype: str = "uint16", planes: int = 1) -> np.ndarray:
    return CHANCE.integers(low, high, (planes, 64, 64)).astype(dtype)


STACK = noise(planes=4)
PIXEL = 'PhysicalSizeX="0.1" PhysicalSizeY="0.1"'


def image(
    values: np.ndarray, sizes: str = "64 64 1 1 1", attributes: str = PIXEL, channels: str = "", **more: object
) -> Maker:
    """An OME-TIFF with these planes."""

    def make(path: Path) -> Path:
        inside = f'{channels}<TiffData IFD="0" PlaneCount="{len(values)}"/>'
        xml = ome(ome_image(sizes, inside, attributes=attributes, dtype=values.dtype.name))
        return write_ome(path, values, xml, **more)

    return make


def zarr_stack(chunk_bytes: int) -> Maker:
    """An OME-Zarr of four sections; the chunk of the last one has so many bytes."""

    def make(path: Path) -> Path:
        store = path.with_name(f"{path.name.split('.')[0]}.ome.zarr")
        stored = zarr.create_array(
            str(store / "0"), shape=STACK.shape, chunks=(1, 64, 64), dtype="uint16", zarr_format=2, compressors=None
        )
        stored[:] = STACK
        axes = [{"name": name, "type": "space", "unit": "micrometer"} for name in "zyx"]
        scale = [{"type": "scale", "scale": [0.3, 0.1, 0.1]}]
        levels = [{"path": "0", "coordinateTransformations": scale}]
        write_json(store / ".zgroup", {"zarr_format": 2})
        write_json(store / ".zattrs", {"multiscales": [{"version": "0.4", "axes": axes, "datasets": levels}]})
        last = store / "0/3.0.0"
        last.write_bytes(last.read_bytes()[:chunk_bytes])
        return store

    return make


def broken_plane(path: Path) -> Path:
    """A compressed plane whose bytes were overwritten."""
    image(noise(), compression="zlib")(path)
    with tifffile.TiffFile(path) as tiff:
        offset, size = tiff.pages[0].dataoffsets[0], tiff.pages[0].databytecounts[0]
    content = bytearray(path.read_bytes())
    content[offset : offset + size] = b"\xff" * size
    path.write_bytes(content)
    return path


TWO = "64 64 1 2 1"
NAMES = '<Channel ID="Channel:0:0" Name="DAPI"/><Channel ID="Channel:0:1" Name="GFP"/>'
GOOD = image(noise())
GOOD_PAIR = image(noise(planes=2), TWO, channels=NAMES)
DEEP = "64 64 4 1 1"
SHIFTED = (noise() << 4).astype("uint16")

CASES: dict[str, tuple[Maker, Maker]] = {
    "truncated": (zarr_stack(1000), zarr_stack(8192)),
    "unreadable-plane": (broken_plane, image(noise(), compression="zlib")),
    "blank": (image(np.zeros_like(noise())), GOOD),
    "constant": (image(np.full_like(noise(), 9)), GOOD),
    "saturated": (image(noise(0, 300, "uint16").clip(0, 255).astype("uint8")), image(noise(0, 255, "uint8"))),
    "low-contrast": (image(noise(100, 106)), image(noise(100, 140))),
    "bit-depth": (image(SHIFTED), GOOD),
    "channel-count": (image(noise(planes=2), TWO, channels=NAMES + '<Channel ID="Channel:0:2" Name="X"/>'), GOOD_PAIR),
    "implausible-pixel-size": (image(noise(), attributes=PIXEL.replace("0.1", "5000")), GOOD),
    "missing-pixel-size": (image(noise(), attributes=""), GOOD),
    "missing-z-step": (image(STACK, DEEP), image(STACK, DEEP, PIXEL + ' PhysicalSizeZ="0.3"')),
    "missing-channel-names": (image(noise(planes=2), TWO), GOOD_PAIR),
}


def found_in(path: Path) -> dict[str, Finding]:
    description = describe(path.parent, path.name)
    (one,) = description.images
    source = Source(registry.open_reader(path.parent, path.name), path, path.parent, one)
    return {finding.code: finding for finding in checking.check(source, description)}


@pytest.mark.parametrize("code", CASES)
def test_a_file_that_trips_the_check_and_one_that_does_not(code: str, tmp_path: Path) -> None:
    bad, good = CASES[code]
    finding = found_in(bad(tmp_path / "bad.ome.tif"))[code]
    row = quality.BY_CODE[code]
    assert (finding.severity, finding.fix) == (row.severity, row.fix)
    assert finding.sentence.endswith(".")
    assert code not in found_in(good(tmp_path / "good.ome.tif"))


def test_values_above_the_declared_bits_are_told(tmp_path: Path) -> None:
    finding = found_in(image(noise(), attributes=PIXEL + ' SignificantBits="8"')(tmp_path / "a.ome.tif"))["bit-depth"]
    assert finding.sentence.startswith("The file declares 8 significant bits")
    assert "bit-depth" not in found_in(
        image(noise(), attributes=PIXEL + ' SignificantBits="12"')(tmp_path / "b.ome.tif")
    )


def test_labels_are_neither_faint_nor_shifted_nor_saturated(tmp_path: Path) -> None:
    labels = np.kron(np.arange(4).reshape(2, 2), np.ones((32, 32))).astype("uint8")[None] * 85
    assert found_in(image(labels)(tmp_path / "labels.ome.tif")) == {}


def test_a_named_file_that_is_absent_is_told_of_where_images_are_described(tmp_path: Path) -> None:
    """A set with a hole has no images until it is whole; a reader that describes some of them says what is absent."""
    find = checking.FINDERS["missing-files"]
    path = GOOD(tmp_path / "a.ome.tif")
    whole = describe(tmp_path, path.name)
    source = Source(registry.open_reader(tmp_path, path.name), path, tmp_path, whole.images[0])
    evidence = evidence_of(source, whole)
    assert find(evidence) == ""
    planes = '<TiffData IFD="0"/><TiffData FirstT="1"><UUID FileName="b.ome.tif">urn:uuid:1</UUID></TiffData>'
    xml = ome(ome_image("64 64 1 1 2", planes))
    incomplete = describe(tmp_path, write_ome(tmp_path / "c.ome.tif", noise(), xml).name)
    assert incomplete.missing == ("b.ome.tif",)
    sentence = find(Evidence(evidence.image, incomplete, evidence.samples))
    assert sentence == "Files that it names were not deposited: b.ome.tif."


def test_every_check_of_the_table_has_its_files() -> None:
    of_several_files = {"missing-files", "absent-planes"}  # the latter in test_file_series.py
    assert {row.code for row in quality.CHECKS} == set(CASES) | of_several_files


def test_codes_are_unique_and_rows_are_whole_sentences() -> None:
    assert len(quality.BY_CODE) == len(quality.ALL)
    for row in quality.ALL:
        assert row.looks_for.endswith(".") and row.fix.endswith("."), row.code
    assert list(checking.FINDERS) == [row.code for row in quality.CHECKS]


def test_a_web_process_shows_the_table_without_loading_a_reader() -> None:
    code = "import sys; import archive.imaging.quality; print(sorted({'numpy', 'PIL', 'tifffile'} & set(sys.modules)))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"
