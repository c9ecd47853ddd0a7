"""kill -9 at random points: of the worker while twenty images are processed, of the web server during an upload.

After each restart every image gets drawn and every upload goes on to the right digest. The seed is printed; give it
back with PORTAL_KILL_SEED. PORTAL_KILL_POINTS says how often (4 in the quick run, twice 25 over the shared data).
"""

import hashlib
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests

from tests.archive.portal_tree import ACCESSION, TOKEN, PortalTree, running_portal, wait_until
from tests.archive.tus_headers import BYTES, metadata

DEMO = Path(__file__).resolve().parents[2] / "demo" / "images"
HEADERS = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {TOKEN}"}
IMAGES = 20
UPLOAD_BYTES = 48 << 20


def points(default: int) -> int:
    return int(os.environ.get("PORTAL_KILL_POINTS", default))


@pytest.fixture
def portal(tmp_path):
    with running_portal(tmp_path) as tree:
        yield tree


@pytest.fixture
def dice():
    seed = int(os.environ.get("PORTAL_KILL_SEED", random.randrange(10**6)))
    print(f"PORTAL_KILL_SEED={seed}")
    return random.Random(seed)


def send(portal: PortalTree, path: str, content: bytes) -> None:
    words = metadata(dataset=ACCESSION, relativePath=path, sha256=hashlib.sha256(content).hexdigest())
    headers = {**HEADERS, "Content-Type": BYTES, "Upload-Length": str(len(content)), "Upload-Metadata": words}
    answer = requests.post(f"{portal.url}/api/v1/uploads/", content, headers=headers, timeout=60)
    assert answer.status_code == 201, answer.text


def send_twenty(portal: PortalTree, round_: int) -> None:
    files = sorted((DEMO / "tiff-imagej").glob("*.tif"), key=lambda file: file.stat().st_size)[:10]
    for number in range(IMAGES):
        send(portal, f"round-{round_}/{number:02}.tif", files[number % len(files)].read_bytes())


def drawn(portal: PortalTree, round_: int) -> bool:
    rows = portal.rows(
        "SELECT i.state FROM archive_image i JOIN archive_file f ON f.id = i.file_id "
        f"WHERE f.path LIKE 'round-{round_}/%'"
    )
    return len(rows) >= IMAGES and {state for (state,) in rows} == {"rendered"}


def kill_worker_while_twenty_are_drawn(portal: PortalTree, dice: random.Random, round_: int) -> None:
    send_twenty(portal, round_)
    time.sleep(dice.uniform(0, 3))
    portal.kill("work@")
    wait_until(lambda: drawn(portal, round_), f"all images of round {round_} are drawn")
    files = portal.rows(f"SELECT state, count(*) FROM archive_file WHERE path LIKE 'round-{round_}/%' GROUP BY state")
    assert files == [("read", IMAGES)]


class Sender:
    """The bytes of a request, slow enough that the server dies in the middle."""

    def __init__(self, content: bytes, seconds: float) -> None:
        self._content = content
        self._pause = seconds * (1 << 20) / UPLOAD_BYTES
        self.before_piece = lambda: None

    def __len__(self) -> int:
        return len(self._content)

    def __iter__(self):
        for at in range(0, len(self._content), 1 << 20):
            time.sleep(self._pause)
            self.before_piece()
            yield self._content[at : at + (1 << 20)]


def kill_web_during_upload(portal: PortalTree, dice: random.Random, round_: int) -> None:
    content = dice.randbytes(UPLOAD_BYTES)
    words = metadata(dataset=ACCESSION, relativePath=f"large-{round_}.bin", sha256=hashlib.sha256(content).hexdigest())
    headers = {**HEADERS, "Upload-Length": str(len(content)), "Upload-Metadata": words}
    answer = requests.post(f"{portal.url}/api/v1/uploads/", headers=headers, timeout=30)
    url = f"{portal.url}{answer.headers['Location']}"
    killer = Killer(portal, time.monotonic() + dice.uniform(0.1, 2.5))
    offset = 0
    while offset < len(content):
        offset = _go_on(portal, url, content, killer)
    wait_until(lambda: _kept(portal, round_), f"the upload of round {round_} is verified")
    [(sha256,)] = portal.rows(
        "SELECT b.sha256 FROM archive_blob b JOIN archive_file f ON f.blob_id = b.id "
        f"WHERE f.path = 'large-{round_}.bin'"
    )
    assert sha256 == hashlib.sha256(content).hexdigest()


@dataclass
class Killer:
    """Kills the web server once, at its time, while bytes flow."""

    portal: PortalTree
    at: float
    is_done: bool = False

    def look(self) -> None:
        if not self.is_done and time.monotonic() > self.at:
            self.is_done = True
            self.portal.kill("gunicorn")


def _go_on(portal: PortalTree, url: str, content: bytes, killer: Killer) -> int:
    """Ask where the upload is and send from there; returns how far it came."""
    portal.wait_for_web()
    try:
        offset = int(requests.head(url, headers=HEADERS, timeout=30).headers["Upload-Offset"])
        body = Sender(content[offset:], 2.0)
        body.before_piece = killer.look
        headers = {**HEADERS, "Content-Type": BYTES, "Upload-Offset": str(offset)}
        answer = requests.patch(url, data=body, headers=headers, timeout=60)
    except requests.RequestException:
        return 0
    return int(answer.headers.get("Upload-Offset", 0))


def _kept(portal: PortalTree, round_: int) -> bool:
    return portal.rows(f"SELECT state FROM archive_file WHERE path = 'large-{round_}.bin'") == [("kept",)]


def run_rounds(portal: PortalTree, dice: random.Random, rounds: range) -> None:
    for round_ in rounds:
        # Killed after the last byte of a round was taken, the web server may not be back yet.
        portal.wait_for_web()
        kill = kill_worker_while_twenty_are_drawn if round_ % 2 else kill_web_during_upload
        kill(portal, dice, round_)


def kill_the_supervisor(portal: PortalTree) -> None:
    """Nothing that it started outlives it."""
    family = psutil.Process(portal.process.pid).children(recursive=True)
    assert len(family) >= 5
    portal.process.kill()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


def test_nothing_is_lost_when_parts_are_killed_and_nothing_left_when_all_is(portal, dice):
    run_rounds(portal, dice, range(points(4)))
    kill_the_supervisor(portal)


@pytest.mark.shared_data
@pytest.mark.parametrize("half", ["first", "second"])  # of fifty points, so that two processes share them
def test_nothing_is_lost_at_twenty_five_points(portal, dice, half):
    run_rounds(portal, dice, range(points(25)))
