"""The pool as its callers and its enemies see it: real processes, a real socket, a real sandbox."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from archive.imaging.errors import Overloaded, PoolUnavailable, Unreadable
from archive.imaging.model import Description, Outcome
from archive.imaging.pool import wire
from archive.imaging.pool.client import ImagingPool, running_pool
from archive.imaging.pool.codec import Malformed, decode
from archive.imaging.pool.server import SPARE
from archive.imaging.spec import RenderSpec

FAULTY = "tests.archive.imaging.faulty_pool"
QUICK = ("--seconds", "3", "--memory", "300")


@pytest.fixture(scope="module")
def pool() -> Iterator[ImagingPool]:
    os.environ["PORTAL_SECRET_KEY"] = "do not tell"
    with running_pool(2, *QUICK, "--queue", "3", module=FAULTY) as running:
        yield running
    del os.environ["PORTAL_SECRET_KEY"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    values = np.arange(3 * 40 * 60, dtype=np.uint16).reshape(3, 40, 60)
    tifffile.imwrite(tmp_path / "good.ome.tif", values, metadata={"axes": "CYX"})
    return tmp_path


def ask(pool: ImagingPool, do: str, root: Path = Path("/tmp"), **more: object) -> dict[str, Any]:
    return pool._ask(do, root, "x", **more)[0]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def eventually(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return False


def test_describes_draws_and_checks(pool: ImagingPool, folder: Path) -> None:
    described = pool.describe(folder, "good.ome.tif")
    assert described.outcome is Outcome.READ
    assert (described.images[0].size_x, described.images[0].size_y, described.images[0].size_c) == (60, 40, 3)
    large, small = pool.thumbnails(folder, "good.ome.tif", 0, (48, 16))
    assert (large.width, large.height, small.width) == (48, 32, 16)
    assert pool.render(folder, "good.ome.tif", 0, RenderSpec(max_size=2048)).width == 60
    assert "missing-pixel-size" in {finding.code for finding in pool.check(folder, "good.ome.tif", 0)}


def test_a_missing_file_and_a_missing_image_are_said(pool: ImagingPool, folder: Path) -> None:
    assert pool.describe(folder, "none.tif").outcome is Outcome.REFUSED
    with pytest.raises(Unreadable, match="no image number 7"):
        pool.thumbnails(folder, "good.ome.tif", 7)


@pytest.mark.parametrize("path", ["../good.ome.tif", "/etc/passwd", "a/../../b"])
def test_paths_that_lead_out_are_refused(pool: ImagingPool, folder: Path, path: str) -> None:
    described = pool.describe(folder, path)
    assert described.reason is not None
    assert described.reason.code == "path-outside"


def test_a_link_out_of_the_folder_is_refused(pool: ImagingPool, folder: Path, tmp_path_factory: Any) -> None:
    elsewhere = tmp_path_factory.mktemp("secret") / "secret.tif"
    tifffile.imwrite(elsewhere, np.ones((4, 4), dtype=np.uint8))
    (folder / "link.tif").symlink_to(elsewhere)
    described = pool.describe(folder, "link.tif")
    assert described.outcome is Outcome.REFUSED
    assert described.reason is not None
    assert described.reason.code == "path-outside"


@pytest.mark.parametrize(
    ("do", "more", "code"),
    [
        ("sleep", {"seconds": 60}, "too-slow"),
        ("spin", {}, "too-slow"),
        ("eat", {"megabytes": 6400}, "too-large"),
        ("crash", {}, "crashed"),
        ("fail", {}, "broken"),
    ],
)
def test_a_fault_has_its_reason_and_others_go_on(
    pool: ImagingPool, folder: Path, do: str, more: Any, code: str
) -> None:
    with ThreadPoolExecutor(1) as beside:
        bad = beside.submit(ask, pool, do, folder, **more)
        for _ in range(3):
            assert pool.describe(folder, "good.ome.tif").outcome is Outcome.READ
        with pytest.raises(Unreadable) as refused:
            bad.result()
    assert refused.value.code == code
    assert refused.value.sentence.endswith(".")
    assert pool.describe(folder, "good.ome.tif").outcome is Outcome.READ
    assert len(pool.status()["workers"]) <= 2 + SPARE
    assert pool.status()["peak_kb"] < 1_500_000


def test_an_answer_that_does_not_fit_the_model_is_the_files_fault(pool: ImagingPool, folder: Path) -> None:
    header = ask(pool, "lie", folder)
    with pytest.raises(Malformed, match="surprise"):
        decode(Description, header["description"])


def test_a_worker_has_no_network_no_programs_no_secrets_and_one_folder(
    pool: ImagingPool, folder: Path, tmp_path_factory: Any
) -> None:
    (folder / "inside").write_text("yes")
    outside = tmp_path_factory.mktemp("other") / "secret"
    outside.write_text("no")
    seen = ask(pool, "look", folder, outside=str(outside), socket=str(pool.socket_path))
    refused = {seen[what] for what in ("connect", "unix", "program", "outside", "truncate", "mode", "signal", "write")}
    assert refused == {"PermissionError"}
    assert seen["inside"] == "done"
    assert seen["environment"] == {}
    assert seen["started_with"] == 0
    assert seen["files"] <= 6


def test_a_worker_serves_one_folder_only(pool: ImagingPool, tmp_path: Path) -> None:
    workers = {}
    for name in ("a", "b", "c", "a"):
        root = tmp_path / name
        root.mkdir(exist_ok=True)
        pid = ask(pool, "sleep", root, seconds=0)["pid"]
        assert workers.setdefault(pid, name) == name


def test_a_folder_that_was_removed_and_made_anew_is_read(pool: ImagingPool, folder: Path) -> None:
    assert pool.describe(folder, "good.ome.tif").outcome is Outcome.READ
    content = (folder / "good.ome.tif").read_bytes()
    shutil.rmtree(folder)
    folder.mkdir()
    (folder / "good.ome.tif").write_bytes(content)
    assert pool.render(folder, "good.ome.tif", 0, RenderSpec()).width == 60


def test_too_many_waiting_are_turned_away(pool: ImagingPool) -> None:
    with ThreadPoolExecutor(9) as crowd:
        results = [crowd.submit(ask, pool, "sleep", seconds=1.5) for _ in range(9)]
        errors = [result.exception() for result in results]
    assert sum(isinstance(error, Overloaded) for error in errors) == 4
    assert sum(error is None for error in errors) == 5


@pytest.mark.parametrize("noise", [b"", b"\x00", b"\xff" * 40, b"\x00\x00\x00\x02[]", b'\x00\x00\x00\x09{"do": 1}'])
def test_noise_at_the_socket_is_survived(pool: ImagingPool, folder: Path, noise: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(pool.socket_path))
        client.sendall(noise)
    assert pool.describe(folder, "good.ome.tif").outcome is Outcome.READ


def test_requests_in_parallel_get_their_own_answers(pool: ImagingPool, folder: Path) -> None:
    def width(size: int) -> int:
        while True:
            try:
                return pool.thumbnails(folder, "good.ome.tif", 0, (size,))[0].width
            except Overloaded:
                time.sleep(0.01)

    with ThreadPoolExecutor(6) as crowd:
        assert list(crowd.map(width, range(10, 50))) == list(range(10, 50))


def test_no_pool_is_said(tmp_path: Path) -> None:
    with pytest.raises(PoolUnavailable, match="Start it"):
        ImagingPool(tmp_path / "none.sock").describe(tmp_path, "x.tif")


class Started:
    """A pool as a service manager starts it."""

    def __init__(self, path: Path) -> None:
        command = [sys.executable, "-m", FAULTY, "--socket", str(path), "--workers", "2"]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.pool = ImagingPool(path)

    def workers(self) -> list[int]:
        assert eventually(self.answers, 30)
        return list(self.pool.status()["workers"])

    def answers(self) -> bool:
        try:
            return len(self.pool.status()["workers"]) == 2
        except PoolUnavailable:
            return False

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        status = self.process.wait(10)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return status


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Started]]:
    started: list[Started] = []

    def one() -> Started:
        started.append(Started(tmp_path / "pool.sock"))
        return started[-1]

    yield one
    for each in started:
        if each.process.poll() is None:
            each.end(signal.SIGKILL)


def test_terminating_ends_every_child_and_removes_the_socket(start: Callable[[], Started]) -> None:
    one = start()
    workers = one.workers()
    with ThreadPoolExecutor(1) as beside:
        busy = beside.submit(ask, one.pool, "spin")
        time.sleep(0.3)
        assert one.end(signal.SIGTERM) == 0
        with pytest.raises(PoolUnavailable):
            busy.result()
    assert not any(alive(pid) for pid in workers)
    assert not one.pool.socket_path.exists()


def test_a_killed_pool_leaves_no_child_and_its_socket_is_replaced(start: Callable[[], Started], folder: Path) -> None:
    one = start()
    workers = one.workers()
    one.end(signal.SIGKILL)
    assert eventually(lambda: not any(alive(pid) for pid in workers))
    assert one.pool.socket_path.exists()
    with pytest.raises(PoolUnavailable):
        one.pool.status()
    again = start()
    again.workers()
    assert again.pool.describe(folder, "good.ome.tif").outcome is Outcome.READ


def test_a_second_pool_leaves_the_first_alone(start: Callable[[], Started]) -> None:
    one = start()
    workers = one.workers()
    second = start()
    assert second.process.wait(20) != 0
    assert second.process.stderr is not None
    assert "Another imaging pool already serves" in second.process.stderr.read()
    second.process.stderr.close()
    assert one.workers() == workers


def test_a_killed_worker_is_replaced(start: Callable[[], Started], folder: Path) -> None:
    one = start()
    for pid in one.workers():
        os.kill(pid, signal.SIGKILL)
    assert one.pool.describe(folder, "good.ome.tif").outcome is Outcome.READ


def test_a_pool_of_ones_own_ends_with_its_starter(tmp_path: Path) -> None:
    script = (
        "import os, sys\n"
        "from archive.imaging.pool.client import running_pool\n"
        "with running_pool(1) as pool:\n"
        "    print(*pool.status()['workers'], flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    workers = [int(pid) for pid in done.stdout.split()]
    assert workers
    assert eventually(lambda: not any(alive(pid) for pid in workers))


def test_clients_that_vanish_give_their_workers_back(start: Callable[[], Started], folder: Path) -> None:
    one = start()
    before = one.workers()
    for _ in range(4):
        with socket.socket(socket.AF_UNIX) as vanishing:
            vanishing.connect(str(one.pool.socket_path))
            vanishing.sendall(wire.pack({"do": "spin", "root": str(folder), "path": "x"}))
    started = time.monotonic()
    assert one.pool.describe(folder, "good.ome.tif").outcome is Outcome.READ
    assert time.monotonic() - started < 30  # a spinning request alone would take a minute
    assert not set(before) & set(one.pool.status()["workers"])


@pytest.mark.parametrize("language", [{}, {"LANG": "C"}, {"LC_ALL": "C"}], ids=["none", "LANG", "LC_ALL"])
def test_it_starts_as_a_service_does_without_a_language(monkeypatch: pytest.MonkeyPatch, language: dict[str, str]):
    for name in ("LANG", "LC_ALL", "LC_CTYPE", "PYTHONCOERCECLOCALE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in language.items():
        monkeypatch.setenv(name, value)
    with running_pool(1) as running:
        assert running.status()
