"""Every hostile file through the pool: its declared outcome, in bounded time and memory, with good files in between.

`hostile.tsv` declares, for each file: `outcome`; the `reason` where it was not read; `picture`: drawn, or why not.
"""

import csv
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tifffile

from archive.imaging.errors import Unreadable
from archive.imaging.model import Description, Outcome
from archive.imaging.pool.client import THUMBNAIL_SIZES, ImagingPool, running_pool

HERE = Path(__file__).parent
COPIES = HERE.parents[1] / "data" / "hostile"
SECONDS, PEAK_KB = 60.0, 1_500_000

with (HERE / "hostile.tsv").open(encoding="utf-8", newline="") as table:
    ROWS = {row["path"]: row for row in csv.DictReader(table, delimiter="\t")}


def shared() -> Path:
    folder = os.environ.get("PORTAL_SHARED_DATA")
    assert folder, "Set PORTAL_SHARED_DATA to the folder of the shared test data, or leave this test out."
    return Path(folder) / "hostile"


def deposited(root: Path) -> set[str]:
    """All files, an OME-Zarr folder counting as one."""
    found = (path for path in root.rglob("*") if path.is_file())
    bundles = {bundle for bundle in root.rglob("*.ome.zarr") if bundle.is_dir()}
    return {str(next((b for b in bundles if b in path.parents), path).relative_to(root)) for path in found}


@pytest.fixture(scope="module")
def pool() -> Iterator[ImagingPool]:
    with running_pool(2) as running:
        yield running


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("good")
    values = np.arange(2 * 30 * 40, dtype=np.uint16).reshape(2, 30, 40)
    tifffile.imwrite(root / "good.ome.tif", values, metadata={"axes": "CYX"})
    return root


def picture(pool: ImagingPool, root: Path, described: Description) -> str:
    """What became of the pictures of the first image; checks may complain, but answer too."""
    if not described.images:
        return ""
    series = described.images[0].series
    try:
        drawn = pool.thumbnails(root, described.path, series)
        pool.check(root, described.path, series)
    except Unreadable as error:
        assert error.sentence.endswith(".")
        return error.code
    limits = THUMBNAIL_SIZES.values()
    assert all(max(one.width, one.height) <= limit for one, limit in zip(drawn, limits, strict=True))
    return "drawn"


def survives(pool: ImagingPool, root: Path, path: str, good: Path) -> None:
    row = ROWS[path]
    started = time.monotonic()
    described = pool.describe(root, path)
    drawn = picture(pool, root, described)
    assert time.monotonic() - started < SECONDS
    reason = described.reason.code if described.reason else ""
    assert (described.outcome.value, reason, drawn) == (row["outcome"], row["reason"], row["picture"])
    assert described.reason is None or described.reason.sentence.endswith(".")
    assert pool.describe(good, "good.ome.tif").outcome is Outcome.READ
    assert len(pool.thumbnails(good, "good.ome.tif", 0)) == 2
    assert pool.status()["peak_kb"] < PEAK_KB


@pytest.mark.parametrize("path", sorted(deposited(COPIES)))
def test_a_hostile_file_has_its_outcome(pool: ImagingPool, good: Path, path: str) -> None:
    survives(pool, COPIES, path, good)


@pytest.mark.shared_data
@pytest.mark.parametrize("path", sorted(ROWS))
def test_every_shared_hostile_file_has_its_outcome(pool: ImagingPool, good: Path, path: str) -> None:
    survives(pool, shared(), path, good)


@pytest.mark.shared_data
def test_every_shared_hostile_file_is_declared() -> None:
    assert deposited(shared()) == set(ROWS)


def test_the_table_expects_much_to_be_read_and_much_to_be_refused() -> None:
    """Neither a reader that refuses everything nor one that believes everything passes."""
    quick = [row for path, row in ROWS.items() if path in deposited(COPIES)]
    assert sum(row["picture"] == "drawn" for row in quick) >= 6
    assert sum(row["outcome"] == "refused" for row in quick) >= 10
    assert {row["outcome"] for row in ROWS.values()} <= set(Outcome)
