"""What the microscopist drops on the page: one folder with every kind of file of the story.

The files come from the test data (PORTAL_SHARED_DATA); a clone without it takes the copies of the demonstration.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = "frog-embryo"
MULTICHANNEL = "example-multichannel.ome.tif"
IMAGEJ = "xy_calibrated_16bit__cells_eres_noisy.tif"
SLIDE = "CMU-1-Small-Region.svs"
ZARR = "hela_v04.ome.zarr"
BROKEN = "truncated_half.tif"


@dataclass(frozen=True)
class Source:
    """Where the files are: a folder of images, one of OME-Zarr, and one with a broken file."""

    images: Path
    zarr: Path
    broken: Path

    @property
    def planes(self) -> list[Path]:
        """A companion file and the OME-TIFFs that make one image with it."""
        return sorted((self.images / "ome-tiff-multifile").iterdir())


def source() -> Source:
    shared = os.environ.get("PORTAL_SHARED_DATA", "")
    if shared and Path(shared).is_dir():
        return Source(Path(shared) / "images", Path(shared) / "zarr", Path(shared) / "hostile" / "derived")
    images = ROOT / "demo" / "images"
    return Source(images, images / "zarr", images / "broken")


@dataclass(frozen=True)
class Dropped:
    """The folder, and what the portal should make of it."""

    path: Path
    companion: str
    planes: tuple[str, ...]

    @property
    def files(self) -> set[str]:
        """Paths in the dataset: an OME-Zarr folder is one file."""
        single = {MULTICHANNEL, IMAGEJ, SLIDE, BROKEN, ZARR, self.companion, *self.planes}
        return {f"{FOLDER}/{name}" for name in single}


def make_folder(parent: Path) -> Dropped:
    """Copies, as a microscopist's folder would look: flat, with everything side by side."""
    found, path = source(), parent / FOLDER
    path.mkdir()
    single = [
        found.images / "ome-tiff" / MULTICHANNEL,
        found.images / "tiff-imagej" / IMAGEJ,
        found.images / "wsi" / SLIDE,
        found.broken / BROKEN,
        *found.planes,
    ]
    for file in single:
        shutil.copyfile(file, path / file.name)
    shutil.copytree(found.zarr / ZARR, path / ZARR)
    names = [file.name for file in found.planes]
    companion = next(name for name in names if name.endswith(".companion.ome"))
    return Dropped(path, companion, tuple(name for name in names if name != companion))
