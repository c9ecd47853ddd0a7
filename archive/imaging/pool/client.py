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
from archive.imaging.model import Description, Finding, Histogram, ImageMetadata, Outcome, RawRegion, Reason, Rendered
from archive.imaging.pool import faults, wire
from archive.imaging.pool.codec import Malformed, decode, encode
from archive.imaging.shapes import Regions
from archive.imaging.spec import RenderSpec, SectionSpec, TileSpec

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

    def tile(self, root: Path, path: str, series: int, spec: TileSpec) -> Rendered:
        """One tile; raises Unreadable."""
        return self._pictures("tile", root, path, series=series, spec=encode(spec))[0]

    def section(self, root: Path, path: str, series: int, spec: SectionSpec) -> Rendered:
        """An orthogonal slice; raises Unreadable."""
        return self._pictures("section", root, path, series=series, spec=encode(spec))[0]

    def histograms(
        self,
        root: Path,
        path: str,
        series: int,
        *,
        z: int | None = None,
        t: int | None = None,
        z_last: int | None = None,
    ) -> tuple[Histogram, ...]:
        """Of each channel, at the middle plane or of a projection if told so; raises Unreadable."""
        header, _ = self._ask("histograms", root, path, series=series, z=z, t=t, z_last=z_last)
        return tuple(_decoded(Histogram, one) for one in _listed(header, "histograms"))

    def values(
        self, root: Path, path: str, series: int, *, x: int, y: int, z: int | None = None, t: int | None = None
    ) -> tuple[tuple[float | None, ...], ...]:
        """What is stored at a pixel: for each channel its samples, None for what is no number; raises Unreadable."""
        header, _ = self._ask("values", root, path, series=series, x=x, y=y, z=z, t=t)
        return tuple(tuple(_number(value) for value in channel) for channel in _listed(header, "values"))

    def regions(self, root: Path, path: str, series: int, *, z: int | None = None, t: int | None = None) -> Regions:
        """What the file's OME-XML draws on the image, or on one plane of it; raises Unreadable."""
        header, _ = self._ask("regions", root, path, series=series, z=z, t=t)
        found: Regions = _decoded(Regions, header.get("regions"))
        return found

    def mask(self, root: Path, path: str, series: int, number: int) -> Rendered:
        """One of its masks as a PNG; raises Unreadable."""
        return self._pictures("mask", root, path, series=series, number=number)[0]

    def labels(self, root: Path, path: str, series: int) -> tuple[ImageMetadata, ...]:
        """The label images that the file holds for an image of it; raises Unreadable."""
        header, _ = self._ask("labels", root, path, series=series)
        return tuple(_decoded(ImageMetadata, one) for one in _listed(header, "labels"))

    def levels(self, root: Path, path: str, series: int) -> tuple[tuple[int, int], ...]:
        """(width, height) of each stored resolution, largest first; raises Unreadable."""
        header, _ = self._ask("levels", root, path, series=series)
        return tuple((int(size[0]), int(size[1])) for size in _listed(header, "levels"))

    def raw(
        self,
        root: Path,
        path: str,
        series: int,
        *,
        c: int,
        z: int,
        t: int,
        level: int,
        region: tuple[int, int, int, int],
    ) -> RawRegion:
        """Pixels bit for bit, at most some 48 MB; raises Unreadable."""
        header, blobs = self._ask("raw", root, path, series=series, c=c, z=z, t=t, level=level, region=list(region))
        if len(blobs) != 1:
            raise faults.CRASHED
        found: RawRegion = _decoded(RawRegion, header.get("raw"), data=blobs[0])
        return found

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


def _listed(header: dict[str, Any], name: str) -> list[Any]:
    found = header.get(name)
    if not isinstance(found, list):
        raise faults.CRASHED
    return found


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


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
