"""Upload through the whole web server beside a plain copy: python -m benchmarks.upload [--megabytes 1024].

Both end with bytes on the disk (fsync). The ratio has a budget; the memory of the web processes must stay flat.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psutil
import requests

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
    seconds = time.perf_counter() - start
    target.unlink()
    return seconds


def upload_seconds(portal: PortalTree, source: Path, name: str) -> float:
    size = source.stat().st_size
    words = metadata(dataset=ACCESSION, relativePath=name)
    headers = {**HEADERS, "Upload-Length": str(size), "Upload-Metadata": words}
    start = time.perf_counter()
    created = requests.post(f"{portal.url}/api/v1/uploads/", headers=headers, timeout=60)
    headers = {**HEADERS, "Content-Type": BYTES, "Upload-Offset": "0"}
    with source.open("rb") as file:
        answer = requests.patch(f"{portal.url}{created.headers['Location']}", data=file, headers=headers, timeout=600)
    seconds = time.perf_counter() - start
    if answer.headers.get("Upload-Offset") != str(size):
        raise SystemExit(f"The upload ended with {answer.status_code}: {answer.text}")
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
            copies = [copy_seconds(source, folder / "copy") for _ in range(options.rounds)]
            uploads = [upload_seconds(portal, source, f"{at}.bin") for at in range(options.rounds)]
            grown = web_memory_mb(portal) - before
    ratio = min(copies) / min(uploads)
    print(f"{'copy':34} {options.megabytes / min(copies):8.0f} MB/s")
    print(f"{'upload, to complete':34} {options.megabytes / min(uploads):8.0f} MB/s")
    print(f"{'ratio':34} {ratio:8.2f}        budget {BUDGET} at least")
    print(f"{'memory of the web process grew':34} {grown:8.1f} MB     budget {MEMORY_BUDGET_MB}")
    return 0 if ratio >= BUDGET and grown <= MEMORY_BUDGET_MB else 1


if __name__ == "__main__":
    sys.exit(main())
