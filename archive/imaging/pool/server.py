"""The pool: one thread, one event loop, N forked workers; it relays messages and never looks into a file.

A single thread is what makes forking safe. A worker that takes too long, grows too large or ends by itself is
replaced, and its request alone gets the reason.
"""

import asyncio
import contextlib
import os
import resource
import signal
import socket
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.imaging.errors import Unreadable
from archive.imaging.pool import faults, wire, worker
from archive.imaging.pool.codec import Malformed
from archive.imaging.pool.worker import Limits

# A worker is replaced after so many requests, or when it sits on so much memory: leaks never add up.
MOST_REQUESTS = 5000
MOST_IDLE_MEMORY = 400 << 20
WATCH_EVERY = 0.05
# Idle workers beyond those that may work at once: each stays with its folder, so that images that are looked at side
# by side are not opened anew for every tile.
SPARE = 6
# What people wait for has places of its own, beside the reading of what arrives, and less patience.
LIVE = frozenset({"tile", "section", "render", "histograms", "values", "regions", "mask", "labels", "levels"})
LIVE_SECONDS = 20.0
# What a worker has in memory before it opens anything, and a little more: added to the limit of what it may take.
LIBRARIES = 200 << 20
# How long a client may take to send its request.
PATIENCE = 30.0


class WorkerLost(Exception):
    """The worker ended in the middle of a request; `status` is what wait() told."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status

    def killed(self) -> bool:
        return os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGKILL

    def cause(self) -> Unreadable:
        if os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGXCPU:
            return faults.TOO_SLOW
        return faults.CRASHED


@dataclass(eq=False)
class Worker:
    pid: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    root: str | None = None
    # The folder itself, held open: one that is made anew under its name is another, and closed to the worker.
    folder: int | None = None
    requests: int = 0

    def settle(self, root: str) -> None:
        """Take the folder of its first request, to which it locks itself."""
        if self.root is None:
            self.root = root
            with contextlib.suppress(OSError):
                self.folder = os.open(root, os.O_PATH | os.O_CLOEXEC)

    def knows(self, root: str) -> bool:
        if self.root != root or self.folder is None:
            return False
        try:
            return os.path.samestat(os.fstat(self.folder), Path(root).stat())
        except FileNotFoundError:
            return False

    def resident(self) -> int:
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return 0
        return pages * resource.getpagesize()

    def peak_kb(self) -> int:
        try:
            lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        except OSError:
            return 0
        return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)

    def dead(self) -> bool:
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def spent(self) -> bool:
        return self.requests >= MOST_REQUESTS or self.resident() > MOST_IDLE_MEMORY


@dataclass
class Figures:
    """What the pool tells of itself when asked for its status."""

    served: int = 0
    replaced: int = 0
    waiting: int = 0
    peak_kb: int = 0


@dataclass
class Pool:
    workers: int
    queue: int = 64
    limits: Limits = field(default_factory=Limits)
    figures: Figures = field(default_factory=Figures)

    def __post_init__(self) -> None:
        self.idle: list[Worker] = []
        self.alive: dict[int, Worker] = {}
        self.slots = {is_live: asyncio.Semaphore(self.workers) for is_live in (False, True)}

    async def fill(self) -> None:
        while len(self.alive) < self.workers:
            self.idle.append(await self._fork())

    async def _fork(self) -> Worker:
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        server = os.getpid()
        sys.stderr.flush()
        # From here on nothing waits: a cancelled request cannot leave a child that nobody knows.
        pid = os.fork()
        if pid == 0:
            worker.run(theirs, self.limits, server)
        theirs.close()
        made = self.alive[pid] = Worker(pid, reader, writer)
        return made

    def end(self, lost: Worker) -> int:
        """Kill and reap; the exit status tells what it died of. Also notes the largest memory a worker ever had."""
        if self.alive.pop(lost.pid, None) is None:
            return 0
        lost.writer.close()
        if lost.folder is not None:
            os.close(lost.folder)
        with contextlib.suppress(ProcessLookupError):
            os.kill(lost.pid, signal.SIGKILL)
        _, status, usage = os.wait4(lost.pid, 0)
        self.figures.peak_kb = max(self.figures.peak_kb, usage.ru_maxrss)
        return status

    def end_all(self) -> None:
        for lost in list(self.alive.values()):
            self.end(lost)
        self.idle.clear()

    async def _take(self, root: str, *, fresh: bool) -> Worker:
        """An idle worker that already knows the folder, else a fresh one, else the place of one that knows another."""
        for dead in [one for one in self.idle if one.dead()]:
            self.idle.remove(dead)
            self.end(dead)
        fitting = [one for one in self.idle if one.knows(root)] or [one for one in self.idle if one.root is None]
        if fitting and not fresh:
            self.idle.remove(fitting[0])
            return fitting[0]
        if len(self.alive) >= self.workers + SPARE and self.idle:
            self.end(self.idle.pop(0))
        return await self._fork()

    def status(self) -> dict[str, Any]:
        peak = max([self.figures.peak_kb, *(one.peak_kb() for one in self.alive.values())])
        return vars(self.figures) | {"peak_kb": peak, "workers": sorted(self.alive)}

    async def answer(self, request: dict[str, Any]) -> bytes:
        if request.get("do") == "status":
            return wire.pack(self.status())
        if self.figures.waiting >= self.queue:
            return wire.pack(faults.overloaded())
        slots = self.slots[request.get("do") in LIVE]
        self.figures.waiting += 1
        try:
            await slots.acquire()
        finally:
            self.figures.waiting -= 1
        try:
            return await self._work(request)
        finally:
            slots.release()

    async def _work(self, request: dict[str, Any]) -> bytes:
        """A second time, in a new worker, where somebody else killed the first: that was not the file's doing."""
        try:
            return await self._attempt(request)
        except WorkerLost as lost:
            if not lost.killed():
                return wire.pack(faults.refusal(lost.cause()))
        try:
            return await self._attempt(request, fresh=True)
        except WorkerLost as lost:
            return wire.pack(faults.refusal(lost.cause()))

    async def _attempt(self, request: dict[str, Any], *, fresh: bool = False) -> bytes:
        root = str(request.get("root"))
        one = await self._take(root, fresh=fresh)
        one.settle(root)
        one.requests += 1
        keep = False
        try:
            header, blobs = await self._exchange(one, request)
            keep = not header.pop("fault", False) and not one.spent()
            return wire.pack(header, tuple(blobs))
        except Unreadable as error:
            return wire.pack(faults.refusal(error))
        finally:  # also when the client has gone and this task is cancelled
            self.figures.served += 1
            if keep:
                self.idle.append(one)
            else:
                self.end(one)
                self.figures.replaced += 1

    async def _exchange(self, one: Worker, request: dict[str, Any]) -> wire.Message:
        reply = asyncio.ensure_future(self._ask(one, request))
        patience = min(self.limits.seconds, LIVE_SECONDS) if request.get("do") in LIVE else self.limits.seconds
        deadline = time.monotonic() + patience
        try:
            while True:
                done, _ = await asyncio.wait({reply}, timeout=WATCH_EVERY)
                if done:
                    return reply.result()
                if time.monotonic() > deadline:
                    raise faults.TOO_SLOW
                if one.resident() > self.limits.memory + LIBRARIES:
                    raise faults.TOO_LARGE
        except Malformed as error:
            raise faults.CRASHED from error
        finally:
            reply.cancel()

    async def _ask(self, one: Worker, request: dict[str, Any]) -> wire.Message:
        try:
            one.writer.write(wire.pack(request))
            await one.writer.drain()
            return await wire.read(one.reader)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise WorkerLost(self.end(one)) from error


@dataclass
class Server:
    """The socket's side: reads one request of each connection, and gives up the work when the client has gone."""

    pool: Pool

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request, _ = await asyncio.wait_for(wire.read(reader), PATIENCE)
            await self._reply(request, reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError, Malformed):
            pass  # no request, or nobody left to answer
        finally:
            writer.close()

    async def _reply(self, request: dict[str, Any], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        work = asyncio.ensure_future(self.pool.answer(request))
        gone = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                writer.write(work.result())
                await writer.drain()
        finally:
            gone.cancel()
            if not work.done():
                work.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await work


async def serve(path: Path, pool: Pool, *, end_with_stdin: bool = False) -> None:
    """Until SIGTERM, SIGINT, or (where asked) the end of standard input; then no child and no socket is left."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if end_with_stdin:
        loop.add_reader(0, _at_end_of_stdin, stop)
    path.unlink(missing_ok=True)
    previous = os.umask(0o117)
    try:
        server = await asyncio.start_unix_server(Server(pool).connected, path, backlog=256)
    finally:
        os.umask(previous)
    try:
        await pool.fill()
        await stop.wait()
    finally:
        server.close()
        pool.end_all()
        path.unlink(missing_ok=True)


def _at_end_of_stdin(stop: asyncio.Event) -> None:
    if not os.read(0, 4096):
        asyncio.get_running_loop().remove_reader(0)
        stop.set()
