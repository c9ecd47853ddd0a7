"""What every engine is: a detached process with a folder, a port, and a question that it answers once it is ready."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

HOST = "127.0.0.1"
START_SECONDS = 120


class EngineFailed(Exception):
    """An engine that does not come up; the sentence says what to do next."""


@dataclass(frozen=True)
class Program:
    """A program that an engine needs: its possible names, Debian's packages for it, and the way without root."""

    names: tuple[str, ...]
    debian: tuple[str, ...]
    otherwise: str


@dataclass(frozen=True)
class Engine:
    """A row of the table in `deploy.services`. Callables take the engine's own folder."""

    name: str
    port: int
    prepare: Callable[[Path], None]
    command: Callable[[Path, int], Sequence[str]]
    answers: Callable[[int], bool]
    environment: Mapping[str, str]
    programs: tuple[Program, ...] = ()
    ready: Callable[[int], None] = field(default=lambda port: None)
    account: Callable[[], str | None] = field(default=lambda: None)
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 20


def running(folder: Path) -> psutil.Process | None:
    """The engine's process, told from a later one with the same number by the time it was created."""
    try:
        noted = json.loads((folder / "process.json").read_text())
        process = psutil.Process(noted["pid"])
        same = process.create_time() == noted["created"] and process.status() != psutil.STATUS_ZOMBIE
    except (FileNotFoundError, ValueError, KeyError, psutil.NoSuchProcess):
        return None
    return process if same else None


def start(engine: Engine, folder: Path) -> bool:
    """Bring the engine up and wait until it answers; False if it ran already."""
    process = running(folder)
    already = process is not None
    if process is None:
        _refuse_taken_port(engine)
        folder.mkdir(parents=True, exist_ok=True)
        engine.prepare(folder)
        process = _spawn(engine, folder)
    _wait(engine, folder, process)
    engine.ready(engine.port)
    return not already


def stop(engine: Engine, folder: Path) -> bool:
    """End the engine and everything it started; False if it was down."""
    process = running(folder)
    if process is None:
        (folder / "process.json").unlink(missing_ok=True)
        return False
    family = [process, *process.children(recursive=True)]
    process.send_signal(engine.stop_signal)
    _, alive = psutil.wait_procs(family, timeout=engine.stop_seconds)
    for survivor in alive:
        with suppress(psutil.NoSuchProcess):
            survivor.kill()
    psutil.wait_procs(alive, timeout=engine.stop_seconds)
    (folder / "process.json").unlink(missing_ok=True)
    return True


def _refuse_taken_port(engine: Engine) -> None:
    if engine.answers(engine.port):
        raise EngineFailed(
            f"Something else answers on {HOST}:{engine.port}, the port of {engine.name}. Stop it, then start again."
        )


def _spawn(engine: Engine, folder: Path) -> psutil.Process:
    with (folder / "engine.log").open("ab") as log:
        child = subprocess.Popen(
            engine.command(folder, engine.port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=folder,
            start_new_session=True,  # a Ctrl-C meant for us must not reach the engine
            user=engine.account(),
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    child.returncode = 0  # it is meant to outlive us: no warning that nobody waited for it
    process = psutil.Process(child.pid)
    (folder / "process.json").write_text(json.dumps({"pid": child.pid, "created": process.create_time()}))
    return process


def _wait(engine: Engine, folder: Path, process: psutil.Process) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not engine.answers(engine.port):
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            raise EngineFailed(f"{engine.name} stopped while it started. Its last words:\n{_last_words(folder)}")
        if time.monotonic() > deadline:
            raise EngineFailed(
                f"{engine.name} does not answer on {HOST}:{engine.port} after {START_SECONDS} seconds. "
                f"Read {folder / 'engine.log'}."
            )
        time.sleep(0.1)


def _last_words(folder: Path) -> str:
    return "\n".join((folder / "engine.log").read_text(errors="replace").splitlines()[-15:])
