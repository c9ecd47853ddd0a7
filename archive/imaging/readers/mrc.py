"""PURE: MRC and CCP4 maps (.mrc, .map, .rec, .st), plain or packed with gzip as EMDB gives them out.

Written after the MRC2014 format. Sections are Z, and rows come in the order of the file. Å become µm.
"""

import gzip
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from archive.imaging.errors import Unreadable
from archive.imaging.limits import check_read, check_sizes
from archive.imaging.model import Channel, Description, ImageMetadata, Outcome
from archive.imaging.readers.base import Region
from archive.imaging.readers.edge import reading
from archive.imaging.readers.tiff_pages import checked_region, pixel_type
from archive.imaging.sniff import GZIP, MRC_MODES, sniff
from archive.imaging.units import micrometres

SLUG = "mrc"
_HEADER = 1024
_IMOD, _IMOD_SIGNED = 1146047817, 1
_FIRST_VOLUME_STACK = 401  # space groups from here on mean a stack of volumes
# A packed file has to be unpacked from its beginning up to the section; beyond this it takes too long.
_MOST_PACKED = 8 << 30


@dataclass(frozen=True)
class _Header:
    nx: int
    ny: int
    nz: int
    volumes: int
    dtype: np.dtype[np.generic]
    start: int
    step: tuple[float | None, float | None, float | None]
    packed: bool

    @property
    def end(self) -> int:
        return self.start + self.nx * self.ny * self.nz * self.volumes * self.dtype.itemsize


def detect(path: Path) -> bool:
    return sniff(path).reader == SLUG


def _opened(path: Path, packed: bool) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path, "rb")) if packed else path.open("rb")


def _truncated() -> Unreadable:
    return Unreadable("truncated", "The file ends before its pixels do. Upload it again.")


def _header(path: Path) -> _Header:
    with path.open("rb") as handle:
        packed = handle.read(2) == GZIP
    with _opened(path, packed) as source:
        head = source.read(_HEADER)
    if len(head) < _HEADER:
        raise _truncated()
    order = _byte_order(head)
    nx, ny, nz, mode = struct.unpack_from(f"{order}4i", head, 0)
    group, extra = struct.unpack_from(f"{order}2i", head, 88)
    if extra < 0:
        raise Unreadable("broken", "This MRC is broken: the length of its header is below zero. Export it again.")
    (sections,) = struct.unpack_from(f"{order}i", head, 36)
    volumes = nz // sections if group >= _FIRST_VOLUME_STACK and 0 < sections <= nz and nz % sections == 0 else 1
    check_sizes(nx, ny, (nz,))
    found = _Header(
        nx, ny, nz // volumes, volumes, _dtype(head, mode, order), _HEADER + extra, _step(head, order), packed
    )
    if not packed and path.stat().st_size < found.end:
        raise _truncated()
    return found


def _byte_order(head: bytes) -> str:
    """By the machine stamp, or where there is none by the order of the axes, which are 1, 2 and 3."""
    if head[212:213] in (b"\x44", b"\x11"):
        return "<" if head[212:213] == b"\x44" else ">"
    return "<" if 0 <= struct.unpack_from("<i", head, 12)[0] < 256 else ">"


def _dtype(head: bytes, mode: int, order: str) -> np.dtype[np.generic]:
    """Bytes are signed, except where IMOD wrote them and did not say so."""
    if mode not in MRC_MODES:
        raise Unreadable("pixel-type", f"Pixels of the MRC mode {mode} cannot be shown. Convert them to 32-bit floats.")
    stamp, flags = struct.unpack_from(f"{order}2i", head, 152)
    if mode == 0 and stamp == _IMOD and not flags & _IMOD_SIGNED:
        return np.dtype("u1")
    return np.dtype(f"{order}{MRC_MODES[mode]}")


def _step(head: bytes, order: str) -> tuple[float | None, float | None, float | None]:
    """µm along columns, rows and sections; the cell is stated along its own axes."""
    samples = struct.unpack_from(f"{order}3i", head, 28)
    cell = struct.unpack_from(f"{order}3f", head, 40)
    axes = struct.unpack_from(f"{order}3i", head, 64)
    axes = axes if sorted(axes) == [1, 2, 3] else (1, 2, 3)
    steps = [
        micrometres(float(length) / count, "angstrom") if count > 0 else None
        for length, count in zip(cell, samples, strict=True)
    ]
    return steps[axes[0] - 1], steps[axes[1] - 1], steps[axes[2] - 1]


def describe(path: Path, root: Path) -> Description:
    with reading("MRC"):
        header = _header(path)
    x, y, z = header.step
    image = ImageMetadata(
        series=0, size_x=header.nx, size_y=header.ny, size_z=header.nz, size_c=1, size_t=header.volumes,
        pixel_type=pixel_type(header.dtype), reader=SLUG, format="mrc", channels=(Channel(),),
        physical_x_um=x, physical_y_um=y, physical_z_um=z,
    )  # fmt: skip
    own = path.relative_to(root).as_posix()
    return Description(own, Outcome.READ, (image,), members=(own,))


def levels(path: Path, root: Path, series: int) -> Sequence[tuple[int, int]]:
    with reading("MRC"):
        header = _header(path)
    return [(header.nx, header.ny)]


def read_plane(
    path: Path, root: Path, series: int, *, c: int, z: int, t: int, level: int, region: Region | None
) -> np.ndarray:
    with reading("MRC"):
        header = _header(path)
        if (series, level, c) != (0, 0, 0) or not (0 <= z < header.nz and 0 <= t < header.volumes):
            raise Unreadable("plane-outside", "The map has no such section.")
        x, y, w, h = checked_region(region, header.nx, header.ny)
        size = header.dtype.itemsize
        check_read(header.nx, h, size)
        first = ((t * header.nz + z) * header.ny + y) * header.nx * size
        data = _bytes(path, header, header.start + first, h * header.nx * size)
    rows = np.frombuffer(data, header.dtype).reshape(h, header.nx)[:, x : x + w]
    # Half precision is no type of OME; nothing is lost by widening it.
    native = np.float32 if header.dtype.itemsize == 2 and header.dtype.kind == "f" else header.dtype.newbyteorder("=")
    return np.ascontiguousarray(rows.astype(native))


def _bytes(path: Path, header: _Header, offset: int, size: int) -> bytes:
    if header.packed and offset > _MOST_PACKED:
        raise Unreadable("packed-too-large", "The map is too large to be read while it is packed. Upload it unpacked.")
    try:
        with _opened(path, header.packed) as source:
            source.seek(offset)
            data = source.read(size)
    except EOFError as problem:
        raise _truncated() from problem
    if len(data) < size:
        raise _truncated()
    return data
