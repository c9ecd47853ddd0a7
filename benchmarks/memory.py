"""Memory of a web process and of the pool over mixed tiles: python -m benchmarks.memory [--tiles 5000].

A whole portal with small images of several kinds; tiles, projections and pixel values of all of them in random order,
through the web server as a browser asks for them, from four threads.
"""

import argparse
import random
import sys
import tempfile
import threading
from pathlib import Path

import psutil
import requests

from benchmarks.ingest import HEADERS, drawn, send
from tests.archive.portal_tree import TOKEN, PortalTree, running_portal, wait_until

WEB_BUDGET_MB = 300
DEMO = Path(__file__).resolve().parents[1] / "demo" / "images"
FILES = 24
THREADS = 4


def files() -> list[Path]:
    found = [
        path for path in sorted(DEMO.rglob("*")) if path.suffix.lower() in {".tif", ".tiff", ".png", ".jpg", ".svs"}
    ]
    return random.Random(1).sample(found, min(FILES, len(found)))


def addresses(portal: PortalTree, session: requests.Session, count: int) -> list[str]:
    """Requests that all can be answered, of all images in turn."""
    chance, found = random.Random(2), []
    rows = portal.rows("SELECT accession, size_x, size_y, size_z FROM archive_image WHERE state = 'rendered'")
    for _ in range(count):
        accession, width, height, depth = chance.choice(rows)
        top = (max(width, height) - 1).bit_length()
        level = chance.randint(max(0, top - 4), top)
        side = 256 << (top - level)
        column, row = chance.randrange(-(-width // side)), chance.randrange(-(-height // side))
        z = chance.randrange(depth)
        what = chance.random()
        if what < 0.9:
            rest = f"tiles_files/{level}/{column}_{row}.jpg?z={z}"
        elif what < 0.95:
            rest = f"render?z=0-{depth - 1}&size=512"
        else:
            rest = f"pixel?x={chance.randrange(width)}&y={chance.randrange(height)}&z={z}"
        found.append(f"{portal.url}/api/v1/images/{accession}/{rest}")
    return found


def fetch(urls: list[str], failures: list[str]) -> None:
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        for url in urls:
            answer = session.get(url, timeout=60)
            if answer.status_code != 200:
                failures.append(f"{answer.status_code} {url}")


def megabytes(pids: list[int]) -> float:
    children = [child for pid in pids for child in psutil.Process(pid).children(recursive=True)]
    return max((process.memory_info().rss for process in children), default=0) / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiles", type=int, default=5000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, running_portal(Path(name)) as portal:
        with requests.Session() as session:
            session.headers.update(HEADERS)
            for number, path in enumerate(files()):
                send(portal, session, f"{number:03}{path.suffix}", path.read_bytes())
            wait_until(lambda: drawn(portal) >= FILES // 2, "images are drawn", seconds=300)
            urls = addresses(portal, session, options.tiles)
        failures: list[str] = []
        threads = [threading.Thread(target=fetch, args=(urls[at::THREADS], failures)) for at in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        web, pool = megabytes(portal.pids("gunicorn")), megabytes(portal.pids("archive.imaging.pool"))
    print(f"{'web process':34} {web:6.0f} MB   budget {WEB_BUDGET_MB}")
    print(f"{'largest worker of the pool':34} {pool:6.0f} MB   {len(failures)} of {options.tiles} requests failed")
    for failure in failures[:3]:
        print(f"  {failure}")
    return 0 if web <= WEB_BUDGET_MB and not failures else 1


if __name__ == "__main__":
    sys.exit(main())
