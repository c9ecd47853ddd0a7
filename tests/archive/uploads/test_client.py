"""The upload client as people run it: a program of its own, against a whole portal whose parts are killed."""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.portal_tree import ACCESSION, TOKEN, TOP, PortalTree, running_portal, wait_until

CLIENT = TOP / "static" / "client" / "micrographia-upload.py"
LARGE = 64 << 20
CHANCE = random.Random(17)


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalTree]:
    with running_portal(tmp_path_factory.mktemp("portal")) as tree:
        yield tree


def command(portal: PortalTree, *words: object) -> list[str]:
    # Isolated and without site-packages: the standard library alone.
    return [sys.executable, "-I", "-S", str(CLIENT), portal.url, ACCESSION, *map(str, words)]


def environment(token: str = TOKEN) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "MICROGRAPHIA_TOKEN": token}


def upload(portal: PortalTree, *words: object, token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(portal, *words), env=environment(token), capture_output=True, text=True, timeout=240, check=False
    )


def digests(portal: PortalTree) -> dict[str, str]:
    """Of the files as they are now."""
    query = "SELECT f.path, b.sha256 FROM archive_file f JOIN archive_blob b ON b.id = f.blob_id WHERE f.until_version "
    return dict(portal.rows(f"{query} IS NULL"))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def written(path: Path, size: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(CHANCE.randbytes(size))
    return path


def test_a_folder_arrives_whole_and_is_sent_once(portal: PortalTree, tmp_path: Path) -> None:
    folder = tmp_path / "Plate 1"
    sizes = {"a.bin": 10, "empty.bin": 0, "deep/größe ü.bin": 3 << 20, "deep/er/b.bin": (1 << 20) + 1}
    files = {name: written(folder / name, size) for name, size in sizes.items()}
    written(folder / ".DS_Store", 5)
    done = upload(portal, folder)
    assert done.returncode == 0, done.stderr
    assert "4 of 4 files are there and verified." in done.stdout
    there = digests(portal)
    assert {path for path in there if path.startswith("Plate 1/")} == {f"Plate 1/{name}" for name in sizes}
    assert all(there[f"Plate 1/{name}"] == sha256(file) for name, file in files.items())
    rows = portal.rows("SELECT count(*) FROM archive_upload")
    assert upload(portal, folder).returncode == 0
    assert portal.rows("SELECT count(*) FROM archive_upload") == rows


def test_another_file_of_the_name_is_named_and_replaced_only_when_asked(portal: PortalTree, tmp_path: Path) -> None:
    one, other = written(tmp_path / "same.bin", 100), written(tmp_path / "fine.bin", 100)
    assert upload(portal, one).returncode == 0
    written(one, 120)
    refused = upload(portal, one, other)
    assert refused.returncode == 1
    assert "same.bin: This dataset already has a file" in refused.stderr and "--replace" in refused.stderr
    assert "1 of 2 files are there and verified." in refused.stdout
    assert upload(portal, one, "--replace").returncode == 0
    assert digests(portal)["same.bin"] == sha256(one)


def test_the_web_server_dies_and_the_client_goes_on(portal: PortalTree, tmp_path: Path) -> None:
    large = written(tmp_path / "web.bin", LARGE)
    with subprocess.Popen(command(portal, large), env=environment(), stderr=subprocess.PIPE, text=True) as client:
        wait_until(lambda: offset(portal, "web.bin") > 0, "bytes arrive")
        portal.kill("gunicorn")
        assert client.wait(240) == 0, client.stderr.read()
    assert digests(portal)["web.bin"] == sha256(large)


def test_the_client_dies_and_the_same_command_goes_on(portal: PortalTree, tmp_path: Path) -> None:
    large = written(tmp_path / "client.bin", LARGE)
    for _ in range(3):
        before = offset(portal, "client.bin")
        client = subprocess.Popen(command(portal, large), env=environment(), stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while client.poll() is None and offset(portal, "client.bin") <= before and time.monotonic() < deadline:
            time.sleep(0.005)
        client.send_signal(signal.SIGKILL)
        client.wait()
    done = upload(portal, large)
    assert done.returncode == 0, done.stderr
    assert digests(portal)["client.bin"] == sha256(large)


def offset(portal: PortalTree, path: str) -> int:
    rows = portal.rows(f"SELECT max(\"offset\") FROM archive_upload WHERE path = '{path}'")
    return rows[0][0] or 0


@pytest.mark.parametrize(
    ("words", "token", "sentence"),
    [
        (("nowhere",), TOKEN, "there is no file or folder nowhere"),
        ((CLIENT,), "", "set MICROGRAPHIA_TOKEN"),
        ((CLIENT,), "mg_wrong", "token"),
    ],
)
def test_what_is_wrong_from_the_start_is_said(portal: PortalTree, words, token: str, sentence: str) -> None:
    refused = upload(portal, *words, token=token)
    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
