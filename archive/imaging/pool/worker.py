"""One worker: a fork of the warm server that locks itself to the folder of its first request and answers till its end.

It never trusts the files; the server never trusts it.
"""

import asyncio
import gc
import os
import signal
import socket
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from archive.imaging.errors import Unreadable
from archive.imaging.pool import faults, sandbox, wire
from archive.imaging.pool.work import OPERATIONS


@dataclass(frozen=True)
class Limits:
    """`seconds` bounds a request's wall time; its CPU time gets the same bound. `memory` in bytes."""

    seconds: float = 60.0
    memory: int = 1200 << 20
    scratch: Path | None = None


def run(connection: socket.socket, limits: Limits, server: int) -> NoReturn:
    """The life of the forked process; it leaves nothing of the server's behind and never returns into it."""
    status = 1
    try:
        gc.freeze()  # the server's event loop is ours by accident: never finalise it
        asyncio._set_running_loop(None)
        sandbox.die_with(server)
        _forget_signals()
        os.closerange(3, connection.fileno())
        os.closerange(connection.fileno() + 1, os.sysconf("SC_OPEN_MAX"))
        _serve(connection, limits)
        status = 0
    except (EOFError, ConnectionError, KeyboardInterrupt):
        status = 0
    finally:
        if status:
            traceback.print_exc()
        os._exit(status)


def _forget_signals() -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches all; the server ends its workers


def _serve(connection: socket.socket, limits: Limits) -> None:
    request, _ = wire.receive(connection)
    root = str(request["root"])
    sandbox.limit_resources(memory=limits.memory)
    sandbox.lock_up(Path(root), limits.scratch)
    while True:
        sandbox.limit_cpu(int(limits.seconds) + 1)
        header, blobs = _answer(request)
        connection.sendall(wire.pack(header, tuple(blobs)))
        request, _ = wire.receive(connection)


def _answer(request: dict[str, object]) -> wire.Message:
    """The one border where any error of a decoder ends: the file is at fault, and its depositor gets a sentence."""
    try:
        return OPERATIONS[str(request["do"])](request)
    except Unreadable as error:
        return faults.refusal(error), []
    except MemoryError:
        return faults.refusal(faults.TOO_LARGE) | {"fault": True}, []
    except PermissionError:
        return faults.refusal(faults.OUTSIDE), []
    except Exception:  # noqa: BLE001 - decoders raise anything on broken input
        traceback.print_exc()
        return faults.refusal(faults.BROKEN) | {"fault": True}, []
