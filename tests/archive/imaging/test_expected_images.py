"""Every image of the shared data that the readers cover agrees with what independent readers report."""

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from archive.imaging import registry, report
from archive.imaging.describe import describe
from archive.imaging.model import Outcome
from tests.archive.imaging.agreement import compare, table

pytestmark = pytest.mark.shared_data


@pytest.fixture(scope="module")
def shared() -> Path:
    folder = os.environ.get("PORTAL_SHARED_DATA")
    if not folder:
        pytest.fail("Set PORTAL_SHARED_DATA to the folder of the shared data to run the tests over it.")
    return Path(folder)


def test_every_value_agrees_with_the_independent_readers(shared, capsys):
    rows = table(shared / "expected_images.tsv")
    columns = tuple(column for column in report.COLUMNS if column not in ("path", "series"))
    agreement = compare(shared, rows, columns)
    with capsys.disabled():
        print()
        agreement.print()
    assert agreement.wrong == []
    assert sum(agreement.compared.values()) > 2000


def test_no_image_is_read_that_the_table_does_not_hold(shared):
    rows = table(shared / "expected_images.tsv")
    expected: dict[str, int] = {}
    for row in rows:
        expected[row["path"]] = expected.get(row["path"], 0) + (row["series"].isdigit())
    found = {path: describe(shared, path) for path in expected}
    extra = {path: len(d.images) for path, d in found.items() if d.outcome is Outcome.READ}
    assert {path: count for path, count in extra.items() if count != expected[path]} == {}


def _plane(shared: Path, row: dict[str, str]) -> np.ndarray:
    """One sample of a plane: the table counts samples, the readers count channels."""
    images = describe(shared, row["path"]).images
    image = images[int(row["series"])]
    samples = image.channels[0].samples if image.rgb else 1
    channel, sample = divmod(int(row["c"]), samples)
    plane = registry.open_reader(shared, row["path"]).read_plane(
        shared / row["path"], shared, image.series, c=channel, z=int(row["z"]), t=int(row["t"]), level=0, region=None
    )
    return plane[..., sample] if plane.ndim == 3 else plane


def test_planes_are_read_bit_for_bit(shared, capsys):
    rows = [row for row in table(shared / "expected_pixels.tsv") if row["series"].isdigit()]
    read = [row for row in rows if describe(shared, row["path"]).outcome is Outcome.READ]
    wrong = []
    for row in read:
        plane = _plane(shared, row)
        data = np.ascontiguousarray(plane).astype(plane.dtype.newbyteorder("<"), copy=False).tobytes()
        if hashlib.sha256(data).hexdigest() not in (row["sha256"], row["sha256_other"] or "-"):
            place = f"c={row['c']} z={row['z']} t={row['t']}"
            wrong.append(f"{row['path']} [{row['series']}] {place}: {plane.dtype} {plane.shape} {row['compression']}")
    with capsys.disabled():
        print(f"\n{len(read) - len(wrong)} of {len(read)} planes agree bit for bit")
        print("\n".join(wrong))
    assert wrong == []
    assert len(read) > 200
