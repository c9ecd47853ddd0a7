"""Small images from stored to their pictures: python -m benchmarks.ingest [--images 200].

All are uploaded while the worker is stopped; the clock runs from its start until the last picture is in the storage.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import psutil
import requests

from tests.archive.portal_tree import ACCESSION, TOKEN, PortalTree, running_portal, wait_until
from tests.archive.tus_headers import BYTES, metadata

BUDGET = 20.0
SMALL = Path(__file__).resolve().parents[1] / "demo" / "images" / "tiff-imagej"
HEADERS = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {TOKEN}", "Content-Type": BYTES}


def send(portal: PortalTree, session: requests.Session, path: str, content: bytes) -> None:
    words = metadata(dataset=ACCESSION, relativePath=path)
    headers = {**HEADERS, "Upload-Length": str(len(content)), "Upload-Metadata": words}
    answer = session.post(f"{portal.url}/api/v1/uploads/", content, headers=headers, timeout=60)
    if answer.status_code != 201:
        raise SystemExit(f"An upload ended with {answer.status_code}: {answer.text}")


def workers(portal: PortalTree) -> list[psutil.Process]:
    found = [psutil.Process(pid) for pid in portal.pids("work@")]
    return [*found, *(child for process in found for child in process.children())]


def drawn(portal: PortalTree) -> int:
    return portal.rows("SELECT count(*) FROM archive_image WHERE state = 'rendered'")[0][0]


def seconds_to_draw(portal: PortalTree, count: int) -> float:
    """Uploads are taken (stored) first; what is timed is verify, read and draw."""
    files = sorted(SMALL.glob("*.tif"), key=lambda file: file.stat().st_size)[:10]
    for process in workers(portal):
        process.suspend()
    with requests.Session() as session:
        for number in range(count):
            send(portal, session, f"{number:05}.tif", files[number % len(files)].read_bytes())
    start = time.perf_counter()
    for process in workers(portal):
        process.resume()
    wait_until(lambda: drawn(portal) >= count, "all images are drawn", seconds=600)
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, running_portal(Path(name)) as portal:
        seconds = seconds_to_draw(portal, options.images)
    rate = options.images / seconds
    print(f"{'images from stored to drawn':34} {rate:8.1f} /s     budget {BUDGET} at least")
    return 0 if rate >= BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
