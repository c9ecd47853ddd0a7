"""Files described a second, of each format, by a warm pool: python -m benchmarks.describe [FOLDER…].

The folders are those of the demo unless others are named. Each file is described once, cold, as ingest does it.
"""

import argparse
import sys
import time
from collections import defaultdict
from pathlib import Path

from archive.imaging.model import Outcome
from archive.imaging.pool.client import running_pool

DEMO = Path(__file__).resolve().parents[1] / "demo" / "images"


def targets(folder: Path) -> list[str]:
    """Files, and OME-Zarr folders as one each, relative to the folder."""
    found: list[str] = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if any(parent.suffix == ".zarr" for parent in inside.parents):
            continue
        if path.is_file() or path.suffix == ".zarr":
            found.append(inside.as_posix())
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, default=[DEMO])
    taken: dict[str, list[float]] = defaultdict(list)
    for folder in parser.parse_args().folders:
        with running_pool(1) as pool:
            for path in targets(folder):
                start = time.perf_counter()
                found = pool.describe(folder, path)
                seconds = time.perf_counter() - start
                if found.outcome is Outcome.READ and found.images:
                    taken[found.images[0].format].append(seconds)
    for kind, seconds_ in sorted(taken.items()):
        rate, slowest = len(seconds_) / sum(seconds_), max(seconds_) * 1000
        print(f"{kind:20} {rate:8.0f} files/s   slowest {slowest:6.0f} ms   {len(seconds_)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
