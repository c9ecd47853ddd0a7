"""The real pool, whose workers can also be asked to misbehave: python -m tests.archive.imaging.faulty_pool."""

import ctypes
import os
import socket
import time
from pathlib import Path
from typing import Any

from archive.imaging.pool.__main__ import main
from archive.imaging.pool.wire import Message
from archive.imaging.pool.work import OPERATIONS


def sleep(request: dict[str, Any]) -> Message:
    time.sleep(request["seconds"])
    return {"pid": os.getpid()}, []


def spin(request: dict[str, Any]) -> Message:
    while True:
        pass


def eat(request: dict[str, Any]) -> Message:
    hoard = [bytearray(b"x" * (16 << 20)) for _ in range(request["megabytes"] // 16)]
    return {"kept": len(hoard)}, []


def crash(request: dict[str, Any]) -> Message:
    ctypes.string_at(0)
    return {}, []


def fail(request: dict[str, Any]) -> Message:
    raise ArithmeticError("as decoders do")


def lie(request: dict[str, Any]) -> Message:
    return {"description": {"path": 7, "outcome": "read", "surprise": []}}, []


def look(request: dict[str, Any]) -> Message:
    """What the worker can get at."""
    return {
        "connect": _tried(lambda: socket.socket(socket.AF_INET).connect(("127.0.0.1", 9))),
        "unix": _tried(lambda: socket.socket(socket.AF_UNIX).connect(request["socket"])),
        "program": _tried(lambda: os.execv("/bin/true", ["true"])),
        "inside": _tried(lambda: (Path(request["root"]) / "inside").read_text()),
        "outside": _tried(lambda: Path(request["outside"]).read_text()),
        "truncate": _tried(lambda: os.truncate(request["outside"], 0)),
        "mode": _tried(lambda: Path(request["outside"]).chmod(0o777)),
        "signal": _tried(lambda: os.kill(os.getppid(), 0)),
        "write": _tried(lambda: (Path(request["root"]) / "new").write_text("x")),
        "environment": {name: os.environ[name] for name in os.environ if name.startswith("PORTAL")},
        "started_with": _started_with().count("PORTAL"),
        "files": sum(_tried(lambda at=at: os.fstat(at)) == "done" for at in range(256)),
        "parent": os.getppid(),
        "pid": os.getpid(),
    }, []


def _started_with() -> str:
    """The environment that the kernel remembers; an ordinary user is not even let to its own."""
    try:
        return Path("/proc/self/environ").read_text()
    except PermissionError:
        return ""


def _tried(what: Any) -> str:
    try:
        what()
    except OSError as error:
        return type(error).__name__
    return "done"


OPERATIONS.update(sleep=sleep, spin=spin, eat=eat, crash=crash, fail=fail, lie=lie, look=look)

if __name__ == "__main__":
    main()
