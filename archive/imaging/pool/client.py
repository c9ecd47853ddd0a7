"""What the portal calls: requests to the imaging pool of this host, over its Unix socket. Light: imports no decoder."""

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archive.imaging.errors import PoolUnavailable, Unreadable
from archive.imaging.model import Description, Finding, Outcome, Reason, Rendered
from archive.imaging.pool import faults, wire
from archive.imaging.pool.codec import Malformed, decode, encode
from archive.imaging.spec import RenderSpec

# The two thumbnails that every image gets, by the longer side in pixels.
THUMBNAIL_SIZES = {"large": 1024, "small": 256}


@dataclass(frozen=True)
class ImagingPool:
    """Every call may raise PoolUnavailable (leave the row as it is, try again) or Overloaded (ask again soon)."""

    socket_path: Path
    # The wait in the pool's queue, and the reading; longer than the pool's own limit for a request.
    timeout: float = 180.0

    def describe(self, root: Path, path: str) -> Description:
        """Never raises Unreadable: what the reader suffered from a file is a refusal with its reason."""
        try:
            header, _ = self._ask("describe", root, path)
        except Unreadable as error:
            return Description(path, Outcome.REFUSED, members=(path,), reason=Reason(error.code, error.sentence))
        return _decoded(Description, header.get("description"))

    def render(self, root: Path, path: str, series: int, spec: RenderSpec) -> Rendered:
        """One picture as asked; raises Unreadable."""
        return self._pictures("render", root, path, series=series, spec=encode(spec))[0]

    def thumbnails(
        self, root: Path, path: str, series: int, sizes: Sequence[int] = tuple(THUMBNAIL_SIZES.values())
    ) -> tuple[Rendered, ...]:
        """One picture for each size, all from one reading; raises Unreadable."""
        return self._pictures("thumbnails", root, path, series=series, sizes=list(sizes))

    def check(self, root: Path, path: str, series: int) -> tuple[Finding, ...]:
        """What the quality checks found; raises Unreadable."""
        header, _ = self._ask("check", root, path, series=series)
        return tuple(_decoded(Finding, found) for found in header.get("findings", ()))

    def status(self) -> dict[str, Any]:
        """Figures of the pool: requests served, workers replaced, requests waiting, largest worker in kB."""
        return self._exchange({"do": "status"})[0]

    def _pictures(self, operation: str, root: Path, path: str, **more: object) -> tuple[Rendered, ...]:
        header, blobs = self._ask(operation, root, path, **more)
        pictures = header.get("pictures", ())
        if not blobs or len(pictures) != len(blobs):
            raise faults.CRASHED
        return tuple(_decoded(Rendered, one, data=data) for one, data in zip(pictures, blobs, strict=True))

    def _ask(self, operation: str, root: Path, path: str, **more: object) -> wire.Message:
        return self._exchange({"do": operation, "root": str(Path(root).absolute()), "path": path, **more})

    def _exchange(self, request: dict[str, Any]) -> wire.Message:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(self.timeout)
                connection.connect(str(self.socket_path))
                connection.sendall(wire.pack(request))
                header, blobs = wire.receive(connection)
        except (OSError, EOFError, Malformed) as error:
            raise PoolUnavailable(
                f"The imaging pool does not answer at {self.socket_path}. Start it, then try again."
            ) from error
        faults.raise_from(header)
        return header, blobs


def _decoded(kind: type[Any], value: object, **extra: object) -> Any:
    """A worker that a file took over can send anything; what does not fit the model is that file's fault."""
    try:
        return decode(kind, value, **extra)
    except Malformed as error:
        raise faults.CRASHED from error


@contextlib.contextmanager
def running_pool(workers: int = 1, *options: str, module: str = "archive.imaging.pool") -> Iterator[ImagingPool]:
    """A pool of one's own for a command or a test, ended with the block or with this process, whichever is first."""
    with tempfile.TemporaryDirectory(prefix="imaging-") as folder:
        path = Path(folder) / "pool.sock"
        command = [sys.executable, "-m", module, "--socket", str(path), "--workers", str(workers), "--end-with-stdin"]
        top = Path(__file__).resolve().parents[3]
        with subprocess.Popen([*command, *options], stdin=subprocess.PIPE, cwd=top) as process:
            try:
                yield _awaited(process, path)
            finally:
                process.terminate()


def _awaited(process: subprocess.Popen[bytes], path: Path, seconds: float = 30.0) -> ImagingPool:
    pool = ImagingPool(path)
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(PoolUnavailable):
            pool.status()
            return pool
        time.sleep(0.02)
    raise PoolUnavailable("The imaging pool did not start. Its messages above say why.")
