"""python -m archive.imaging.pool --socket PATH --workers N: the sandboxed imaging pool of this host."""

import argparse
import asyncio
import fcntl
import gc
import os
import sys
from pathlib import Path

from archive.imaging.pool import sandbox
from archive.imaging.pool.server import Pool, serve
from archive.imaging.pool.warm import warm_up
from archive.imaging.pool.worker import Limits

# All that the pool's processes get of their starter's environment; the portal's secrets are not among it.
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV")
# One thread in each numeric library: the workers are the parallelism, and forking needs a single thread.
FIXED = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "VIPS_CONCURRENCY": "1",
    "MALLOC_ARENA_MAX": "2",
    "PYTHONUNBUFFERED": "1",
    # Where no language is set (services, containers) Python would add this one by itself at every start,
    # and an environment that changes at every start is never clean.
    "LC_CTYPE": "C.UTF-8",
    "PYTHONCOERCECLOCALE": "0",
}
# The kernel's limit for a socket's address, its closing zero included.
LONGEST_SOCKET_PATH = 107


def main(arguments: list[str] | None = None) -> None:
    options = _options(arguments)
    _clean_environment()
    path = options.socket.absolute()
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
        raise SystemExit(f"The socket's path is longer than {LONGEST_SOCKET_PATH} bytes: {path}. Choose a shorter one.")
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise SystemExit(f"Another imaging pool already serves {path}. Stop it, or choose another socket.") from error
    _prove_sandbox()
    warm_up()
    gc.freeze()
    asyncio.run(_run(path, options))


async def _run(path: Path, options: argparse.Namespace) -> None:
    limits = Limits(options.seconds, options.memory << 20, options.scratch)
    await serve(path, Pool(options.workers, options.queue, limits), end_with_stdin=options.end_with_stdin)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m archive.imaging.pool", description=__doc__)
    parser.add_argument("--socket", type=Path, required=True, help="Unix socket to serve")
    parser.add_argument("--workers", type=int, default=max(1, os.cpu_count() or 1))
    parser.add_argument("--queue", type=int, default=64, help="requests that may wait before new ones are turned away")
    parser.add_argument("--seconds", type=float, default=60.0, help="wall time of one request")
    parser.add_argument("--memory", type=int, default=1200, help="MB of memory of one worker beyond its libraries")
    parser.add_argument("--scratch", type=Path, help="the only folder that workers may write to")
    parser.add_argument("--end-with-stdin", action="store_true", help="end when standard input does")
    return parser.parse_args(arguments)


def _prove_sandbox() -> None:
    try:
        sandbox.prove()
    except sandbox.SandboxUnavailable as error:
        raise SystemExit(str(error)) from error


def _clean_environment() -> None:
    """Start over with a clean environment: what a process was started with stays readable in it otherwise."""
    wanted = {name: os.environ[name] for name in KEPT if name in os.environ} | FIXED
    if dict(os.environ) != wanted:
        os.execve(sys.executable, sys.orig_argv, wanted)


if __name__ == "__main__":
    main()
