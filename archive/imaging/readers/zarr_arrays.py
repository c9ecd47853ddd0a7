"""PURE: the metadata of a Zarr array (formats 2 and 3): shape, type, chunks, and the codecs that it asks for.

Codecs are named by the file, and one of the library's runs code that the file brings. Only those that unpack numbers
are let through.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from archive.imaging.errors import Unreadable
from archive.imaging.limits import check_segment

Json = dict[str, Any]
_MAX_CHUNKS = 200_000  # that one call of read_plane may touch
_CODECS = frozenset(
    {
        "adler32", "astype", "bitround", "blosc", "bytes", "bz2", "crc32", "crc32c", "delta", "endian",
        "fixedscaleoffset", "fletcher32", "gzip", "jenkins_lookup3", "lz4", "lzma", "packbits", "pcodec", "quantize",
        "sharding_indexed", "shuffle", "transpose", "zfpy", "zlib", "zstd",
    }
)  # fmt: skip


@dataclass(frozen=True)
class ArrayInfo:
    """`chunks` are what is unpacked at once: the inner chunks of a sharded array."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    chunks: tuple[int, ...]


def objects(value: object) -> Json:
    """A JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Json]:
    """The objects of a JSON array, or none for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def array_info(name: str, document: Json) -> ArrayInfo:
    """What a `.zarray` or an array's `zarr.json` says; raises Unreadable."""
    if document.get("zarr_format") == 3:
        codecs = listed(document.get("codecs"))
        chunks = objects(objects(document.get("chunk_grid")).get("configuration")).get("chunk_shape")
        if codecs and codecs[0].get("name") == "sharding_indexed":
            chunks = objects(codecs[0].get("configuration")).get("chunk_shape")
        dtype = document.get("data_type")
    else:
        codecs = [objects(document.get("compressor")), *listed(document.get("filters"))]
        chunks, dtype = document.get("chunks"), document.get("dtype")
    _check_codecs(name, codecs)
    shape = _sizes(name, document.get("shape"), least=0)
    inner = _sizes(name, chunks, least=1)
    if len(shape) != len(inner):
        raise _no_shape(name)
    return ArrayInfo(shape, _dtype(name, dtype), inner)


def _check_codecs(name: str, codecs: list[Json]) -> None:
    for codec in _all_codecs(codecs):
        slug = str(codec.get("id", codec.get("name", ""))).removeprefix("numcodecs.").lower()
        if slug not in _CODECS:
            raise Unreadable(
                "codec", f"The array “{name}” of the OME-Zarr is packed with “{slug[:40]}”, which is not opened here. "
                "Save it with zstd, blosc or gzip.", hostile=True,
            )  # fmt: skip


def _all_codecs(codecs: list[Json]) -> Iterator[Json]:
    """The codecs and, for shards, those inside (one level: shards in shards are none that anyone writes)."""
    for codec in codecs:
        if not codec:
            continue
        yield codec
        inside = objects(codec.get("configuration"))
        for key in ("codecs", "index_codecs"):
            for inner in listed(inside.get(key)):
                # A shard in a shard would hide its codecs from this look: it is named as one that is not known.
                yield {"name": "nested shards"} if inner.get("name") == "sharding_indexed" else inner


def _no_shape(name: str) -> Unreadable:
    return Unreadable("broken-zarr", f"The array “{name}” of the OME-Zarr states no valid shape. Export it again.")


def _sizes(name: str, value: object, least: int) -> tuple[int, ...]:
    if not isinstance(value, list):
        raise _no_shape(name)
    if not all(isinstance(n, int) and not isinstance(n, bool) and least <= n < 2**62 for n in value):
        raise _no_shape(name)
    return tuple(value)


def _dtype(name: str, value: object) -> np.dtype[Any]:
    try:
        return np.dtype(value if isinstance(value, str) else "V1")
    except TypeError as problem:
        raise Unreadable("pixel-type", f"The array “{name}” has a type of pixels that cannot be read.") from problem


def check_chunks(array: ArrayInfo) -> None:
    """Refuse chunks too large to be unpacked."""
    check_segment(prod(array.chunks) * array.dtype.itemsize)


def check_count(array: ArrayInfo, selection: tuple[int | slice, ...]) -> None:
    """Refuse to collect a region from more chunks than can be opened in time."""
    count = 1
    for part, length, chunk in zip(selection, array.shape, array.chunks, strict=True):
        if isinstance(part, slice):
            first, last, _ = part.indices(length)
            count *= (last - 1) // chunk - first // chunk + 1
    if count > _MAX_CHUNKS:
        raise Unreadable("chunks-too-small", "The chunks of the OME-Zarr are too small to be shown. Save larger ones.")
