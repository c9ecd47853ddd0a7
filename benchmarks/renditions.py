"""Conversion to OME-Zarr: MB of pixels a second, and how much smaller: python -m benchmarks.renditions.

A stack of noise and structure as cameras see them, read through the sandboxed pool and written to a folder, with its
pyramid.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import tifffile
from zarr.storage import LocalStore

from archive.imaging.pool.client import running_pool
from archive.interchange import ome_zarr


def stack(path: Path, side: int) -> None:
    """Two channels of eight sections: blurred structure on camera noise, in 16 bits."""
    chance = np.random.default_rng(2)
    waves = np.sin(np.linspace(0, 40, side))
    structure = 400 + 300 * np.multiply.outer(waves, waves[::-1]).clip(0, None)
    with tifffile.TiffWriter(path, ome=True) as writer:
        planes = (chance.poisson(structure + 20 * at).astype(np.uint16) for at in range(16))
        said = {"axes": "CZYX", "PhysicalSizeX": 0.1, "PhysicalSizeY": 0.1}
        writer.write(planes, shape=(2, 8, side, side), dtype=np.uint16, metadata=said)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=3000)
    side = parser.parse_args().side
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name, running_pool(1) as pool:
        folder = Path(name)
        stack(folder / "stack.ome.tif", side)
        [image] = pool.describe(folder, "stack.ome.tif").images

        def pixels(t: int, c: int, z: int, box: ome_zarr.Box) -> np.ndarray:
            found = pool.raw(folder, "stack.ome.tif", 0, c=c, z=z, t=t, level=0, region=box)
            return np.frombuffer(found.data, np.dtype(found.dtype)).reshape(found.shape)

        start = time.perf_counter()
        ome_zarr.write(LocalStore(folder / "made.zarr"), image, np.dtype("u2"), ("00FF00", "FF00FF"), pixels)
        seconds = time.perf_counter() - start
        raw = side * side * 16 * 2
        size = sum(path.stat().st_size for path in (folder / "made.zarr").rglob("*") if path.is_file())
        full = sum(path.stat().st_size for path in (folder / "made.zarr" / "0").rglob("*") if path.is_file())
    print(f"{'to OME-Zarr, pyramid included':34} {raw / 1e6 / seconds:6.0f} MB/s")
    print(f"{'smaller than the pixels':34} {raw / full:6.2f} times, {raw / size:4.2f} with the pyramid")
    return 0


if __name__ == "__main__":
    sys.exit(main())
