"""Thumbnails through the sandboxed pool: python -m benchmarks.thumbnails. Time and peak memory beside their budgets.

The files are made on the spot: a pyramidal slide, a 5D OME-TIFF (sparse on disk), and flat pictures without a pyramid.
The time is that of the first request to a warm worker, describing included; the memory is the worker's largest ever.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvips
import tifffile

from archive.imaging.pool.client import running_pool

TILE = 512


@dataclass(frozen=True)
class Case:
    """`seconds` and `megabytes` are the budget; None where there is a figure to watch but no promise."""

    name: str
    file: str
    make: Callable[[Path, int], None]
    seconds: float | None
    megabytes: float | None


def tiles(side: int) -> Iterator[np.ndarray]:
    """Stained tissue, roughly: soft structure with a little noise, in pink."""
    chance = np.random.default_rng(5)
    waves = np.sin(np.linspace(0, 25, TILE))
    base = 190 + 40 * np.multiply.outer(waves, waves[::-1])
    patterns = [
        np.stack([base + chance.normal(0, 6, base.shape) - shade for shade in (0, 70, 20)], axis=-1)
        .clip(0, 255)
        .astype(np.uint8)
        for _ in range(8)
    ]
    across = -(-side // TILE)
    for at in range(across * across):
        yield patterns[at * 7 % 8]


def slide(path: Path, side: int) -> None:
    """A pyramid of JPEG tiles, each level half of the one above."""
    sides = [side >> level for level in range(6)]
    with tifffile.TiffWriter(path, bigtiff=True, ome=True) as writer:
        for level, length in enumerate(sides):
            writer.write(
                tiles(length),
                shape=(length, length, 3),
                dtype=np.uint8,
                tile=(TILE, TILE),
                compression="jpeg",
                photometric="rgb",
                subifds=len(sides) - 1 if level == 0 else None,
                subfiletype=1 if level else 0,
                metadata={"axes": "YXS"} if level == 0 else None,
            )


def flat(path: Path, side: int) -> None:
    """No pyramid and no tiles, in whatever format the name says; PNG and JPEG within what is read of them."""
    length = side if path.suffix == ".tif" else min(side, 16_000)
    pattern = pyvips.Image.new_from_array(next(tiles(TILE)))
    times = -(-length // TILE)
    options = {"compression": "lzw", "bigtiff": True} if path.suffix == ".tif" else {}
    pattern.replicate(times, times).crop(0, 0, length, length).write_to_file(str(path), **options)


def five_dimensions(path: Path, side: int) -> None:
    """T 20, Z 10, C 3 of 16 bits; only the planes in the middle are filled, the rest is a hole in the file."""
    shape = (20, 10, 3, side, side)
    values = tifffile.memmap(path, shape=shape, dtype=np.uint16, metadata={"axes": "TZCYX"}, ome=True, bigtiff=True)
    chance = np.random.default_rng(6)
    for channel in range(3):
        values[10, 5, channel] = chance.gamma(2.0, 300.0, (side, side)).astype(np.uint16)
    values.flush()
    del values


CASES = (
    Case("pyramidal slide", "slide.ome.tif", slide, 0.5, 150),
    Case("5D OME-TIFF", "five.ome.tif", five_dimensions, 1.0, 200),
    Case("flat TIFF, LZW", "flat.tif", flat, None, None),
    Case("flat JPEG, 256 Mpx", "flat.jpg", flat, None, None),
    Case("flat PNG, 256 Mpx", "flat.png", flat, None, None),
)


def beside(figure: float, budget: float | None, unit: str) -> str:
    if budget is None:
        return f"{figure:9.2f} {unit}  no budget           "
    return f"{figure:9.2f} {unit}  budget {budget:6.1f}  {figure / budget:4.2f}"


def run(case: Case, folder: Path, side: int) -> None:
    case.make(folder / case.file, side)
    with running_pool(1) as pool:
        started = time.perf_counter()
        pool.thumbnails(folder, case.file, 0)
        took = time.perf_counter() - started
        peak = pool.status()["peak_kb"] / 1024
    print(f"{case.name:22} {beside(took, case.seconds, 's ')} {beside(peak, case.megabytes, 'MB')}")
    (folder / case.file).unlink()


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=20_000, help="pixels of a side of the slide and the flat picture")
    options = parser.parse_args(arguments)
    print(f"Thumbnails of 1024 and 256 px; slide and flat picture {options.side}² px")
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            run(case, Path(folder), 1448 if case.make is five_dimensions else options.side)


if __name__ == "__main__":
    main()
