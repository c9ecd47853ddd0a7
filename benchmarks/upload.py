"""Upload through the whole web server beside a plain copy: python -m benchmarks.upload [--megabytes 1024].

Both end with bytes on the disk (fsync), both in a new file each time and in turn, so that neither profits from pages
that the other freed. The worker, which computes digests afterwards, is stopped meanwhile. The ratio has a budget; the
memory of the web processes must stay flat.
"""

import argparse
import http.client
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import requests

from benchmarks.ingest import workers
from tests.archive.portal_tree import ACCESSION, TOKEN, PortalTree, running_portal
from tests.archive.tus_headers import BYTES, metadata

BUDGET = 0.8
MEMORY_BUDGET_MB = 50
HEADERS = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {TOKEN}"}


def make_file(path: Path, megabytes: int) -> None:
    block = os.urandom(1 << 20)
    with path.open("wb") as file:
        for _ in range(megabytes):
            file.write(block)


def copy_seconds(source: Path, target: Path) -> float:
    start = time.perf_counter()
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return time.perf_counter() - start


def upload_seconds(portal: PortalTree, source: Path, name: str) -> float:
    size = source.stat().st_size
    words = metadata(dataset=ACCESSION, relativePath=name)
    headers = {**HEADERS, "Upload-Length": str(size), "Upload-Metadata": words}
    start = time.perf_counter()
    created = requests.post(f"{portal.url}/api/v1/uploads/", headers=headers, timeout=60)
    headers = {**HEADERS, "Content-Type": BYTES, "Upload-Offset": "0", "Content-Length": str(size)}
    place = urlsplit(created.headers["Location"]).path
    # Large blocks, so that the sender is not what is measured.
    connection = http.client.HTTPConnection(urlsplit(portal.url).netloc, timeout=600, blocksize=1 << 20)
    with source.open("rb") as file:
        connection.request("PATCH", place, body=file, headers=headers)
        answer = connection.getresponse()
        said = answer.read()
    seconds = time.perf_counter() - start
    if answer.getheader("Upload-Offset") != str(size):
        raise SystemExit(f"The upload ended with {answer.status}: {said.decode()}")
    return seconds


def web_memory_mb(portal: PortalTree) -> float:
    [server] = portal.pids("gunicorn")
    return max(child.memory_info().rss for child in psutil.Process(server).children()) / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        source = folder / "source"
        make_file(source, options.megabytes)
        with running_portal(folder / "portal") as portal:
            upload_seconds(portal, Path(__file__), "warm.py")
            before = web_memory_mb(portal)
            for process in workers(portal):
                process.suspend()
            copies, uploads = [], []
            for at in range(options.rounds):
                copies.append(copy_seconds(source, folder / f"copy-{at}"))
                uploads.append(upload_seconds(portal, source, f"{at}.bin"))
            grown = web_memory_mb(portal) - before
            for process in workers(portal):
                process.resume()
    copied, uploaded = statistics.median(copies), statistics.median(uploads)
    ratio = copied / uploaded
    print(f"{'copy':34} {options.megabytes / copied:8.0f} MB/s")
    print(f"{'upload, to complete':34} {options.megabytes / uploaded:8.0f} MB/s")
    print(f"{'ratio':34} {ratio:8.2f}        budget {BUDGET} at least")
    print(f"{'memory of the web process grew':34} {grown:8.1f} MB     budget {MEMORY_BUDGET_MB}")
    return 0 if ratio >= BUDGET and grown <= MEMORY_BUDGET_MB else 1


if __name__ == "__main__":
    sys.exit(main())
