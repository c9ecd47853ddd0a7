"""A small supervisor: starts the portal's processes, restarts those that die, and leaves none behind.

Each process leads a group of its own, so that a signal to it reaches what it started, and asks the kernel to be killed
when the supervisor ends in whatever way. Linux only.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
# A process that ran for so long was well: its next start is at once again.
_WELL_SECONDS = 30.0
_FIRST_PAUSE = 0.25


def _die_with(parent: int) -> Callable[[], None]:
    def prepare() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare


@dataclass
class Service:
    """A process that always runs. `once` marks one that ends by itself and is not started again."""

    name: str
    command: Sequence[str]
    once: bool = False
    patience: float = 10.0
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    pause: float = _FIRST_PAUSE

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with(os.getpid()),
        )
        self.started_at = time.monotonic()

    def signal_group(self, number: signal.Signals) -> None:
        """To the process and to all that it started; they may outlive it."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tend(self, say: Callable[[str], None], longest_pause: float) -> None:
        """Start it when it is due; notice its death."""
        if self.is_running:
            return
        if self.process is not None:
            self._bury(say, longest_pause)
        elif self.start_again_at and time.monotonic() >= self.start_again_at:
            self.start_again_at = 0.0
            self.start()

    def _bury(self, say: Callable[[str], None], longest_pause: float) -> None:
        code, lived = self.process.returncode, time.monotonic() - self.started_at
        self.signal_group(signal.SIGKILL)  # what it left behind would work beside its successor
        self.process = None
        if self.once:
            if code:
                say(f"{self.name} ended with code {code}. Its messages above say why.")
            return
        self.pause = _FIRST_PAUSE if lived > _WELL_SECONDS else min(self.pause * 2, longest_pause)
        self.start_again_at = time.monotonic() + self.pause
        say(f"{self.name} ended ({code}); it starts again.")


class Supervisor:
    """Runs services until SIGTERM or SIGINT. What dies again and again waits longer each time, up to a limit (in s)."""

    def __init__(self, say: Callable[[str], None], longest_pause: float = 10.0) -> None:
        self._say = say
        self._longest_pause = longest_pause
        self._services: list[Service] = []
        self._is_stopping = False
        # Before the first service starts, so that no moment is left in which a signal ends us without them.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)

    def add(self, service: Service) -> None:
        self._services.append(service)
        service.start()

    def run(self, each_round: Callable[[], None] = lambda: None) -> None:
        """Blocks. `each_round` is called several times a second, for what waits on the services."""
        try:
            while not self._is_stopping:
                for service in self._services:
                    service.tend(self._say, self._longest_pause)
                each_round()
                time.sleep(0.1)
        finally:
            self.end_all()

    def _stop(self, *_: object) -> None:
        self._is_stopping = True

    def end_all(self) -> None:
        """Ask the last started first, wait for all, then end by force what is left."""
        for service in reversed(self._services):
            if service.is_running:
                service.process.terminate()
        for service in self._services:
            if service.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    service.process.wait(service.patience)
        for service in self._services:
            service.signal_group(signal.SIGKILL)
            if service.process is not None:
                service.process.wait()


def python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]
