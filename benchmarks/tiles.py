"""Tiles of 256² through the sandboxed pool, beside large_image on the same files: python -m benchmarks.tiles.

Cold: the first tile of an image to a worker that never saw it. Warm: random tiles of all levels, of one thread, as a
reader pans and zooms; p50 and p95 of one after the other, and how many a second. The peer runs in an environment of its
own (made when first needed), in process, so that its figure leaves out our socket's way. Its tiles are as large as
those in the file, and JPEG tiles of a slide it passes on as they are, undecoded; area tells more than number there.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from archive.imaging import deep_zoom
from archive.imaging.errors import Unreadable
from archive.imaging.pool.client import ImagingPool, running_pool
from archive.imaging.spec import ChannelChoice, TileSpec, View
from benchmarks.thumbnails import five_dimensions, slide

BUDGET_MS = 40.0
AIM = 1.5
COUNT = 300
PEERS = Path(__file__).resolve().parents[1] / ".venv" / "peers"
PEER_PACKAGES = [
    "large-image==1.35.6",
    "large-image-source-ometiff==1.35.6",
    "large-image-source-openslide==1.35.6",
    "large-image-source-tifffile==1.35.6",
]
VIEW = View(channels=tuple(ChannelChoice(at, low=0.0, high=4000.0) for at in range(3)))

PEER = """
import io, json, sys, time, large_image
from PIL import Image
path, tiles = sys.argv[1], json.load(sys.stdin)
style = json.loads(sys.argv[2])
source = large_image.open(path, **({"style": style} if style else {}), encoding="JPEG", jpegQuality=85)
times, pixels, seen = [], 0, set()
for above, x, y in tiles:
    level = max(0, source.levels - 1 - above)
    scale = 1 << (source.levels - 1 - level)
    column, row = x // (source.tileWidth * scale), y // (source.tileHeight * scale)
    if (level, column, row) in seen:
        continue  # it would come from the cache of tiles
    seen.add((level, column, row))
    start = time.perf_counter()
    tile = source.getTile(column, row, level)
    times.append(time.perf_counter() - start)
    width, height = Image.open(io.BytesIO(tile)).size if isinstance(tile, bytes) else tile.size
    pixels += width * height
print(json.dumps({"times": times, "pixels": pixels, "side": source.tileWidth, "source": source.name}))
"""


def stack(path: Path, side: int) -> None:
    """A Z stack of three channels, compressed as microscopes' programs do it."""
    chance = np.random.default_rng(9)
    values = chance.gamma(2.0, 300.0, (4, 3, side, side)).astype(np.uint16)
    said = {"axes": "ZCYX", "PhysicalSizeX": 0.1, "PhysicalSizeY": 0.1}
    tifffile.imwrite(path, values, ome=True, metadata=said, tile=(512, 512), compression="zlib")


CASES = {
    "pyramidal slide, JPEG": (slide, "slide.ome.tif", 20_000, View(), {}),
    "5D OME-TIFF, 3 channels": (five_dimensions, "five.ome.tif", 1448, VIEW, None),
    "stack, 3 channels, zlib": (stack, "stack.ome.tif", 2048, VIEW, None),
}
# What VIEW is to large_image: the same channels, colours and limits.
STYLE = {
    "bands": [
        {"framedelta": at, "palette": ["#000", color], "min": 0, "max": 4000}
        for at, color in enumerate(("#f00", "#0f0", "#00f"))
    ]
}


def random_tiles(width: int, height: int) -> list[tuple[int, int, int]]:
    """Of the levels that a reader looks at: from the one that fits a screen to the full resolution."""
    chance, top = random.Random(4), deep_zoom.top_level(width, height)
    found = []
    for _ in range(COUNT):
        level = chance.randint(max(8, top - 6), top)
        side = 256 << (top - level)
        found.append((level, chance.randrange(-(-width // side)), chance.randrange(-(-height // side))))
    return list(dict.fromkeys(found))  # each once: no cache of tiles helps anybody


def seconds_of(pool: ImagingPool, folder: Path, file: str, top: int, tile: tuple[int, int, int], view: View) -> float:
    start = time.perf_counter()
    pool.tile(folder, file, 0, TileSpec(top - tile[0], tile[1], tile[2], view))
    return time.perf_counter() - start


def peer_figures(path: Path, top: int, tiles: list[tuple[int, int, int]], style: object) -> dict[str, Any]:
    """The same places at the same resolutions; its tiles may be larger, so that pixels are compared."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        venv.create(PEERS, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEER_PACKAGES], check=True)
    asked = json.dumps(
        [(top - level, column << (8 + top - level), row << (8 + top - level)) for level, column, row in tiles]
    )
    command = [str(python), "-c", PEER, str(path), json.dumps(style)]
    return dict(json.loads(subprocess.run(command, input=asked, capture_output=True, text=True, check=True).stdout))


def pixels_of(width: int, height: int, tiles: list[tuple[int, int, int]]) -> int:
    """Of our tiles, those at the edges being smaller."""
    top, total = deep_zoom.top_level(width, height), 0
    for level, column, row in tiles:
        step = 1 << (top - level)
        total += min(256, -(-width // step) - 256 * column) * min(256, -(-height // step) - 256 * row)
    return total


def run(name: str, folder: Path) -> bool:
    make, file, side, view, style = CASES[name]
    make(folder / file, side)
    with running_pool(1) as pool:
        levels = pool.levels(folder, file, 0)
        top, tiles = deep_zoom.top_level(*levels[0]), random_tiles(*levels[0])
    with running_pool(1) as pool:
        cold = seconds_of(pool, folder, file, top, tiles[0], view)
        warm = [seconds_of(pool, folder, file, top, tile, view) for tile in tiles]
        peak = pool.status()["peak_kb"] / 1024
    p95 = statistics.quantiles(warm, n=20)[-1] * 1000
    rate = len(warm) / sum(warm)
    print(f"{name:26} cold {cold * 1000:6.0f} ms   p50 {statistics.median(warm) * 1000:5.1f} ms", end="   ")
    print(f"p95 {p95:5.1f} ms  budget {BUDGET_MS:.0f}   {rate:5.0f} /s   worker {peak:4.0f} MB")
    try:
        theirs = peer_figures(folder / file, top, tiles, STYLE if style is None else style)
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"{'':26} large_image did not run: {str(getattr(error, 'stderr', error))[-200:]}")
        return p95 <= BUDGET_MS
    ours = pixels_of(*levels[0], tiles) / sum(warm) / 1e6
    seconds = sum(theirs["times"])
    their_rate, peer = len(theirs["times"]) / seconds, theirs["pixels"] / seconds / 1e6
    what = f"large_image ({theirs['source']}, {theirs['side']}²)"
    print(f"{'':26} {what} {their_rate:.0f} /s: {rate / their_rate:.2f} times as many, aim {AIM}", end="; ")
    print(f"by area {ours:.1f} to {peer:.1f} Mpx/s")
    (folder / file).unlink()
    return p95 <= BUDGET_MS


def main() -> int:
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        try:
            held = [run(name, Path(folder)) for name in CASES]
        except Unreadable as error:
            raise SystemExit(f"A tile could not be drawn: {error}") from error
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
