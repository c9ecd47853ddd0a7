"""The groups of the shared data: proposed by name, and read as one image bit for bit as independent readers do."""

import hashlib
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from archive.imaging import registry, report
from archive.imaging.describe import describe
from archive.imaging.model import Description
from archive.imaging.name_patterns import propose
from tests.archive.imaging.agreement import table
from tests.archive.imaging.series_files import listed, write_list

pytestmark = pytest.mark.shared_data
# Of one row the table says nothing of how the file states it; the format is the files' own.
COLUMNS = (
    "files", "size_x", "size_y", "size_z", "size_c", "size_t", "pixel_type", "rgb", "physical_x_um", "physical_y_um",
    "channel_names", "acquisition_date", "format",
)  # fmt: skip


@pytest.fixture(scope="module")
def shared() -> Path:
    folder = os.environ.get("PORTAL_SHARED_DATA")
    if not folder:
        pytest.fail("Set PORTAL_SHARED_DATA to the folder of the shared data to run the tests over it.")
    return Path(folder)


@pytest.fixture(scope="module")
def read(shared, tmp_path_factory) -> dict[str, tuple[Path, str, Description]]:
    """Each group by the path of its first file: where it lies, its list, and what was read."""
    rows = [row["path"] for row in table(shared / "expected_images.tsv") if row["series"] == "group"]
    found = {}
    for path in rows:
        root = tmp_path_factory.mktemp("series")
        for file in (shared / path).parent.iterdir():
            shutil.copy(file, root / file.name)
        (group,) = [
            group for group in propose(sorted(file.name for file in root.iterdir()))
            if group.members[0].path == Path(path).name
        ]  # fmt: skip
        name = write_list(root, listed(group))
        found[path] = root, name, describe(root, name)
    return found


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def test_every_value_agrees_with_the_table(shared, read):
    rows = [row for row in table(shared / "expected_images.tsv") if row["series"] == "group"]
    assert len(rows) == 7
    wrong = []
    for row in rows:
        description = read[row["path"]][2]
        found = report.image_row(description, description.images[0])
        wrong += [
            (row["path"], column, row[column], _text(found[column]))
            for column in COLUMNS
            if row[column] != _text(found[column])
        ]
    assert wrong == []


def test_planes_are_read_bit_for_bit(shared, read):
    rows = [row for row in table(shared / "expected_pixels.tsv") if row["series"] == "group"]
    assert len(rows) == 20
    for row in rows:
        root, name, description = read[row["path"]]
        image = description.images[0]
        channel, sample = divmod(int(row["c"]), image.channels[0].samples if image.rgb else 1)
        plane = registry.open_reader(root, name).read_plane(
            root / name, root, 0, c=channel, z=int(row["z"]), t=int(row["t"]), level=0, region=None
        )
        plane = plane[..., sample] if plane.ndim == 3 else plane
        digest = hashlib.sha256(np.ascontiguousarray(plane).astype(plane.dtype.newbyteorder("<")).tobytes()).hexdigest()
        assert digest in (row["sha256"], row["sha256_other"]), (row["path"], row["c"], row["z"], row["t"])
