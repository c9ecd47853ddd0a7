"""PURE: where the frames of a DICOM file lie, and how one is decoded. Nothing but the frame asked for is read."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import imagecodecs
import numpy as np

from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_PAGES, check_segment

_ITEM, _END = b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
_UNDEFINED = 0xFFFFFFFF
_IMPLICIT, _BIG_ENDIAN = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2"
NATIVE = frozenset({_IMPLICIT, "1.2.840.10008.1.2.1", _BIG_ENDIAN})
_JPEG = frozenset(f"1.2.840.10008.1.2.4.{number}" for number in (50, 51))
_RLE = "1.2.840.10008.1.2.5"
_DECODERS: dict[str, Callable[..., Any]] = {
    "1.2.840.10008.1.2.4.57": imagecodecs.ljpeg_decode,
    "1.2.840.10008.1.2.4.70": imagecodecs.ljpeg_decode,
    "1.2.840.10008.1.2.4.80": imagecodecs.jpegls_decode,
    "1.2.840.10008.1.2.4.81": imagecodecs.jpegls_decode,
    "1.2.840.10008.1.2.4.90": imagecodecs.jpeg2k_decode,
    "1.2.840.10008.1.2.4.91": imagecodecs.jpeg2k_decode,
    "1.2.840.10008.1.2.4.201": imagecodecs.htj2k_decode,
    "1.2.840.10008.1.2.4.202": imagecodecs.htj2k_decode,
    "1.2.840.10008.1.2.4.203": imagecodecs.htj2k_decode,
}


@dataclass(frozen=True)
class Layout:
    """What the header says of every frame. `dtype` is that of one sample; `bits` is 1 for packed segmentations."""

    rows: int
    columns: int
    samples: int
    dtype: np.dtype[Any]
    bits: int
    planar: bool
    syntax: str
    photometric: str
    frames: int

    @property
    def frame_bits(self) -> int:
        return self.rows * self.columns * self.samples * self.bits


@dataclass(frozen=True)
class Frames:
    """`start` is where native pixels begin; `fragments` are the (offset, length) of each packed frame."""

    layout: Layout
    start: int
    fragments: tuple[tuple[tuple[int, int], ...], ...] = ()


def _truncated() -> Unreadable:
    return Unreadable("truncated", "The file ends before its pixels do. Upload it again.")


def locate(path: Path, at: int, layout: Layout) -> Frames:
    """The frames of the element of pixels, whose tag is at `at`."""
    check_segment(layout.frame_bits // 8)
    size = path.stat().st_size
    with path.open("rb") as handle:
        handle.seek(at)
        head = handle.read(12)
        if len(head) < 12:
            raise _truncated()
        long = layout.syntax != _IMPLICIT
        start = at + (12 if long else 8)
        order = ">" if layout.syntax == _BIG_ENDIAN else "<"
        (length,) = struct.unpack_from(f"{order}I", head, 8 if long else 4)
        if layout.syntax in NATIVE:
            if start + (layout.frame_bits * layout.frames + 7) // 8 > size:
                raise _truncated()
            return Frames(layout, start)
        if length != _UNDEFINED:
            raise Unreadable("broken", "This DICOM is broken: its pixels are not packed as it says. Export it again.")
        handle.seek(start)
        return Frames(layout, start, _grouped(_fragments(handle, size), layout.frames))


def _fragments(handle: BinaryIO, size: int) -> tuple[list[int], list[tuple[int, int]]]:
    """The offsets of the basic table (empty when it says nothing), and every fragment after it."""
    table: list[int] | None = None
    found: list[tuple[int, int]] = []
    while len(found) <= MAX_PAGES:
        head = handle.read(8)
        if head[:4] == _END:
            return table or [], found
        if head[:4] != _ITEM or len(head) < 8:
            raise _truncated()
        (length,) = struct.unpack_from("<I", head, 4)
        at = handle.tell()
        if at + length > size:
            raise _truncated()
        if table is None:
            data = handle.read(length)
            table = list(struct.unpack(f"<{length // 4}I", data[: length // 4 * 4]))
        else:
            found.append((at, length))
            handle.seek(length, 1)
    raise Unreadable("too-many-frames", "The DICOM has too many pieces to be read. Split it.", hostile=True)


def _grouped(found: tuple[list[int], list[tuple[int, int]]], frames: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Fragments by frame: one each, or as the table says, or all of them for a single frame."""
    table, fragments = found
    if len(fragments) == frames:
        return tuple((fragment,) for fragment in fragments)
    if frames == 1:
        return (tuple(fragments),)
    if len(table) != frames or not fragments:
        raise Unreadable("broken", "This DICOM does not say where its frames begin. Export it again.")
    first = fragments[0][0] - 8
    starts = [*(first + offset for offset in table), fragments[-1][0] + fragments[-1][1] + 1]
    groups: list[list[tuple[int, int]]] = [[] for _ in range(frames)]
    frame = 0
    for offset, length in fragments:
        while frame + 1 < frames and offset - 8 >= starts[frame + 1]:
            frame += 1
        groups[frame].append((offset, length))
    return tuple(tuple(group) for group in groups)


def read_frame(path: Path, frames: Frames, index: int) -> np.ndarray:
    """(rows, columns, samples) of a frame; bits as bytes of 0 and 1."""
    layout = frames.layout
    with path.open("rb") as handle:
        if layout.syntax in NATIVE:
            return _native(handle, frames, index)
        pieces = []
        for offset, length in frames.fragments[index]:
            handle.seek(offset)
            pieces.append(handle.read(length))
    data = b"".join(pieces)
    plane = _run_lengths(data, layout) if layout.syntax == _RLE else np.asarray(_decoder(layout)(data))
    if plane.size != layout.rows * layout.columns * layout.samples:
        raise Unreadable("broken", "A frame of this DICOM has another size than its header says. Export it again.")
    plane = plane.reshape(layout.rows, layout.columns, layout.samples)
    if plane.dtype.itemsize == layout.dtype.itemsize:
        return plane.view(layout.dtype.newbyteorder("="))
    return plane.astype(layout.dtype.newbyteorder("="))


def _run_lengths(data: bytes, layout: Layout) -> np.ndarray:
    """Samples are packed one after the other."""
    dtype = layout.dtype.newbyteorder("=")
    values = np.frombuffer(bytes(imagecodecs.dicomrle_decode(data, dtype)), dtype)
    return np.moveaxis(values.reshape(layout.samples, layout.rows, layout.columns), 0, -1)


def _decoder(layout: Layout) -> Callable[..., Any]:
    if layout.syntax in _JPEG:
        colors = "RGB" if layout.photometric == "RGB" else None
        return partial(imagecodecs.jpeg8_decode, colorspace=colors, outcolorspace=colors)
    if layout.syntax in _DECODERS:
        return _DECODERS[layout.syntax]
    raise Unreadable("codec", f"This DICOM is packed with {layout.syntax}, which is not opened here. Export it anew.")


def _native(handle: BinaryIO, frames: Frames, index: int) -> np.ndarray:
    layout = frames.layout
    first = index * layout.frame_bits
    handle.seek(frames.start + first // 8)
    data = handle.read((first % 8 + layout.frame_bits + 7) // 8)
    if len(data) * 8 < first % 8 + layout.frame_bits:
        raise _truncated()
    if layout.bits == 1:
        bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[first % 8 :][: layout.frame_bits]
        return bits.reshape(layout.rows, layout.columns, layout.samples)
    values = np.frombuffer(data, layout.dtype)
    if layout.planar:
        return np.moveaxis(values.reshape(layout.samples, layout.rows, layout.columns), 0, -1)
    return values.reshape(layout.rows, layout.columns, layout.samples)
