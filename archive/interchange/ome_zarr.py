"""PURE: an image as OME-Zarr 0.5 (https://ngff.openmicroscopy.org/0.5): lossless, sharded, with a pyramid.

Arrays are TCZYX; RGB samples are channels. Each stored object is a shard of up to 2048 × 2048 pixels of one plane, of
chunks of 512 × 512 (blosc: zstd after bit shuffling), so that a program fetches by ranges what it shows. A level is
the mean of 2 × 2 pixels of the one before (masks: the upper left one), rounded for integers.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import zarr
from zarr.abc.store import Store
from zarr.codecs import BloscCodec

from archive.imaging.model import ImageMetadata

VERSION = "0.5"
CHUNK = 512
SHARD = 2048
# The smallest level has at most so many pixels on its longer side.
SMALLEST = 512

Box = tuple[int, int, int, int]
# Pixels of time, channel, section and a box (x, y, width, height): (height, width).
Pixels = Callable[[int, int, int, Box], np.ndarray]


@dataclass(frozen=True)
class Level:
    """An array of the pyramid: its name, its size, and how often it was halved."""

    name: str
    width: int
    height: int
    halvings: int


def levels_of(width: int, height: int) -> tuple[Level, ...]:
    """All levels, the full resolution first."""
    found = [Level("0", width, height, 0)]
    while max(found[-1].width, found[-1].height) > SMALLEST:
        last = found[-1]
        found.append(Level(str(len(found)), -(-last.width // 2), -(-last.height // 2), last.halvings + 1))
    return tuple(found)


def write(
    store: Store, image: ImageMetadata, dtype: np.dtype[Any], colors: tuple[str, ...], pixels: Pixels
) -> tuple[Level, ...]:
    """Write the whole image; memory stays at a few shards. `colors` are RRGGBB, one for each channel."""
    levels = levels_of(image.size_x, image.size_y)
    root = zarr.create_group(store=store, attributes={"ome": metadata(image, levels, colors)})
    above: zarr.Array[Any] | None = None
    for level in levels:
        array = _create(root, level, image, dtype)
        _fill(array, level, above or pixels)
        above = array
    return levels


def _create(root: "zarr.Group", level: Level, image: ImageMetadata, dtype: np.dtype[Any]) -> "zarr.Array[Any]":
    side_y, side_x = (min(CHUNK, level.height), min(CHUNK, level.width))
    many_y, many_x = (min(SHARD // CHUNK, -(-level.height // side_y)), min(SHARD // CHUNK, -(-level.width // side_x)))
    return root.create_array(
        level.name,
        shape=(image.size_t, image.size_c, image.size_z, level.height, level.width),
        dtype=dtype,
        chunks=(1, 1, 1, side_y, side_x),
        shards=(1, 1, 1, side_y * many_y, side_x * many_x),
        compressors=BloscCodec(cname="zstd", clevel=5, shuffle="bitshuffle", typesize=dtype.itemsize),
        dimension_names=("t", "c", "z", "y", "x"),
        fill_value=0,
        # Readers over HTTP take an absent object for an error more often than for an empty one.
        config={"write_empty_chunks": True},
    )


def _fill(array: "zarr.Array[Any]", level: Level, source: "Pixels | zarr.Array[Any]") -> None:
    """Shard by shard, each written once and whole; the channels of a place one after the other, as colours are read."""
    times, channels, sections = (range(size) for size in array.shape[:3])
    assert array.shards is not None
    high, wide = array.shards[3:]
    rows, columns = range(0, level.height, high), range(0, level.width, wide)
    for t, z, y, x, c in itertools.product(times, sections, rows, columns, channels):
        box = (x, y, min(wide, level.width - x), min(high, level.height - y))
        block = halved(source, t, c, z, box) if isinstance(source, zarr.Array) else source(t, c, z, box)
        array[t, c, z, y : y + box[3], x : x + box[2]] = block


def halved(array: "zarr.Array[Any]", t: int, c: int, z: int, box: Box) -> np.ndarray:
    """`box` of the next level, out of twice as many pixels each way of this one."""
    x, y, width, height = box
    block = np.asarray(array[t, c, z, 2 * y : 2 * (y + height), 2 * x : 2 * (x + width)])
    if block.dtype == np.bool_:
        return block[::2, ::2]
    margin = [(0, block.shape[0] % 2), (0, block.shape[1] % 2)]
    if margin[0][1] or margin[1][1]:
        block = np.pad(block, margin, mode="edge")
    exact = np.float32 if block.dtype.itemsize <= 2 else np.result_type(block.dtype, np.float64)
    wide: np.ndarray = block.astype(exact)
    mean: np.ndarray = (wide[::2, ::2] + wide[1::2, ::2] + wide[::2, 1::2] + wide[1::2, 1::2]) / 4
    return (np.rint(mean) if block.dtype.kind in "iu" else mean).astype(block.dtype)


def metadata(image: ImageMetadata, levels: tuple[Level, ...], colors: tuple[str, ...]) -> dict[str, Any]:
    """The `ome` attributes of the group: multiscales, and omero for how it is shown."""
    name = image.name or "image"
    found: dict[str, Any] = {
        "version": VERSION,
        "multiscales": [
            {
                "name": name,
                "type": "mean",
                "axes": _axes(image),
                "datasets": [
                    {"path": level.name, "coordinateTransformations": _transformations(image, level)}
                    for level in levels
                ],
            }
        ],
    }
    window = _window(image)
    if window:
        found["omero"] = {"name": name, "channels": _channels(image, colors, window)}
    return found


def _axes(image: ImageMetadata) -> list[dict[str, str]]:
    """Units only where the file states lengths: a pixel without a size is no micrometre."""
    in_plane = {"unit": "micrometer"} if image.physical_x_um and image.physical_y_um else {}
    deep = {"unit": "micrometer"} if image.physical_z_um else {}
    time = {"unit": "second"} if image.time_increment_s else {}
    return [
        {"name": "t", "type": "time", **time},
        {"name": "c", "type": "channel"},
        {"name": "z", "type": "space", **deep},
        {"name": "y", "type": "space", **in_plane},
        {"name": "x", "type": "space", **in_plane},
    ]


def _transformations(image: ImageMetadata, level: Level) -> list[dict[str, Any]]:
    """Scale, and the shift of half a pixel that averaging brings: pixel centres stay where they are."""
    known = bool(image.physical_x_um and image.physical_y_um)
    y, x = (image.physical_y_um or 1.0, image.physical_x_um or 1.0) if known else (1.0, 1.0)
    step = 2.0**level.halvings
    scale = [image.time_increment_s or 1.0, 1.0, image.physical_z_um or 1.0, y * step, x * step]
    shift = [0.0, 0.0, 0.0, y * (step - 1) / 2, x * (step - 1) / 2]
    return [{"type": "scale", "scale": scale}, {"type": "translation", "translation": shift}]


def _window(image: ImageMetadata) -> dict[str, float] | None:
    """The range of the pixel type, for those that have one."""
    try:
        kind = np.iinfo(str(image.pixel_type))
    except ValueError:
        return None
    return {"min": float(kind.min), "max": float(kind.max), "start": float(kind.min), "end": float(kind.max)}


def _channels(image: ImageMetadata, colors: tuple[str, ...], window: dict[str, float]) -> list[dict[str, Any]]:
    found = []
    for at in range(image.size_c):
        channel = image.channels[at] if at < len(image.channels) and not image.rgb else None
        label = (channel.name or channel.fluorophore) if channel else ""
        color = colors[at] if at < len(colors) else "FFFFFF"
        found.append({"label": label or f"Channel {at + 1}", "color": color, "active": True, "window": dict(window)})
    return found
