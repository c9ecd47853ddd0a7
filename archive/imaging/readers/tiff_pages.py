"""PURE: pixels of one TIFF page, or of one plane stored without pages. Reads only the strips or tiles of the region."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import tifffile

from archive.imaging.errors import Unreadable
from archive.imaging.limits import check_read, check_segment, check_sizes
from archive.imaging.model import PixelType
from archive.imaging.readers.base import Region

_TYPES = {
    "b1": PixelType.BIT,
    "i1": PixelType.INT8, "i2": PixelType.INT16, "i4": PixelType.INT32,
    "u1": PixelType.UINT8, "u2": PixelType.UINT16, "u4": PixelType.UINT32,
    "f2": PixelType.FLOAT, "f4": PixelType.FLOAT, "f8": PixelType.DOUBLE,
    "c8": PixelType.COMPLEX, "c16": PixelType.DOUBLE_COMPLEX,
}  # fmt: skip


@dataclass(frozen=True)
class Frame:
    """The layout of a page: separate samples, height, width, interleaved samples."""

    planar: int
    height: int
    width: int
    samples: int

    def region(self, region: Region | None) -> Region:
        return checked_region(region, self.width, self.height)


def pixel_type(dtype: np.dtype[Any] | None) -> PixelType:
    """OME's name of a NumPy type; raises Unreadable for types that OME does not have."""
    found = _TYPES.get(f"{dtype.kind}{dtype.itemsize}") if dtype is not None else None
    if found is None:
        raise Unreadable("pixel-type", f"Pixels of type {dtype} cannot be shown. Convert them to 8, 16 or 32 bits.")
    return found


def checked_region(region: Region | None, width: int, height: int) -> Region:
    """The region, or the whole plane; raises Unreadable when it does not lie inside."""
    x, y, w, h = region or (0, 0, width, height)
    if min(x, y) < 0 or min(w, h) < 1 or x + w > width or y + h > height:
        raise Unreadable("region-outside", f"The region lies outside the plane of {width} × {height} pixels.")
    return x, y, w, h


def frame_of(page: Any) -> Frame:
    """The layout of a page; raises Unreadable for pages that are volumes, and for impossible sizes."""
    planar, depth, height, width, samples = page.shaped
    check_sizes(width, height, (), planar * samples)
    if depth > 1:
        raise Unreadable("volumetric", "A page of this TIFF holds a whole volume. Save one page per section.")
    return Frame(planar, height, width, samples)


def read_page(page: Any, region: Region | None) -> np.ndarray:
    """(height, width) or (height, width, samples) of a page; white-is-zero is turned, so that more means brighter."""
    keyframe = page.keyframe
    frame = frame_of(keyframe)
    wanted = frame.region(region)
    itemsize = np.dtype(keyframe.dtype).itemsize
    check_read(wanted[2], wanted[3], frame.planar * frame.samples * itemsize)
    if keyframe.is_final and len(page.dataoffsets) and keyframe.compression == 1:
        data = read_rows(page.parent, page.dataoffsets[0], frame, keyframe.dtype, wanted)
    else:
        data = _read_segments(page, frame, wanted)
    return turned(data, keyframe)


def turned(data: np.ndarray, keyframe: Any) -> np.ndarray:
    """Without the axis of a single sample, bilevel as 0 and 1, white-is-zero inverted."""
    plane = data[..., 0] if data.shape[-1] == 1 else data
    white_is_zero = keyframe.photometric == tifffile.PHOTOMETRIC.MINISWHITE
    if plane.dtype == bool:
        return (plane ^ white_is_zero).view(np.uint8)
    return ~plane if white_is_zero and plane.dtype.kind == "u" else plane


def read_rows(tif: tifffile.TiffFile, offset: int, frame: Frame, dtype: Any, wanted: Region) -> np.ndarray:
    """A region of uncompressed, contiguous pixels from `offset` on: (height, width, samples)."""
    x, y, w, h = wanted
    stored = np.dtype(dtype).newbyteorder(tif.byteorder)
    pixel = frame.samples * stored.itemsize
    bands = []
    for sample in range(frame.planar):
        start = offset + ((sample * frame.height + y) * frame.width + x) * pixel
        full = w == frame.width
        steps = (
            [(start, h * w * pixel)] if full else [(start + row * frame.width * pixel, w * pixel) for row in range(h)]
        )
        data = b"".join(_bytes_at(tif.filehandle, at, size) for at, size in steps)
        bands.append(np.frombuffer(data, stored).reshape(h, w, frame.samples))
    result = np.concatenate(bands, axis=-1) if len(bands) > 1 else bands[0]
    return result.astype(stored.newbyteorder("="), copy=False)


def _bytes_at(handle: Any, offset: int, size: int) -> bytes:
    handle.seek(offset)
    data: bytes = handle.read(size)
    if len(data) < size:
        raise Unreadable("truncated", "The file ends before its pixels do. Upload it again.")
    return data


def _read_segments(page: Any, frame: Frame, wanted: Region) -> np.ndarray:
    keyframe = page.keyframe
    x, y, w, h = wanted
    out = np.full((frame.planar, h, w, frame.samples), keyframe.nodata, keyframe.dtype)
    options: dict[str, Any] = {"_fullsize": False}
    if keyframe.compression in (6, 7, 34892, 33007):  # kinds of JPEG, whose tables are kept once for all tiles
        options |= {"jpegtables": page.jpegtables, "jpegheader": keyframe.jpegheader}
    for index in _segments(keyframe, frame, wanted):
        if index >= len(page.dataoffsets) or not page.databytecounts[index]:
            continue  # sparse files leave out what is empty
        packed = _bytes_at(page.parent.filehandle, page.dataoffsets[index], page.databytecounts[index])
        segment, (sample, _, top, left, _), _ = keyframe.decode(packed, index, **options)
        if segment is not None:
            _paste(out[sample], segment[0], top - y, left - x)
    return np.moveaxis(out, 0, -1).reshape(h, w, -1) if frame.planar > 1 else out[0]


def _segments(keyframe: Any, frame: Frame, wanted: Region) -> Iterator[int]:
    """The indices of the strips or tiles that touch the region."""
    x, y, w, h = wanted
    tall = keyframe.tilelength if keyframe.is_tiled else min(max(keyframe.rowsperstrip, 1), frame.height)
    wide = keyframe.tilewidth if keyframe.is_tiled else frame.width
    check_segment(tall * wide * frame.samples * np.dtype(keyframe.dtype).itemsize)
    across, down = -(-frame.width // wide), -(-frame.height // tall)
    for sample in range(frame.planar):
        for row in range(y // tall, (y + h - 1) // tall + 1):
            for column in range(x // wide, (x + w - 1) // wide + 1):
                yield (sample * down + row) * across + column


def _paste(out: np.ndarray, piece: np.ndarray, top: int, left: int) -> None:
    """Copy the part of a piece that lies inside; (top, left) is its place in `out` and may be negative."""
    height, width = out.shape[:2]
    y0, x0 = max(top, 0), max(left, 0)
    y1, x1 = min(top + piece.shape[0], height), min(left + piece.shape[1], width)
    if y1 > y0 and x1 > x0:
        out[y0:y1, x0:x1] = piece[y0 - top : y1 - top, x0 - left : x1 - left]


def check_whole(page: Any, size: int) -> None:
    """Raise Unreadable when more than a hundredth of the page's bytes lies past the end of the file."""
    offsets = np.asarray(page.dataoffsets, dtype=np.float64)
    counts = np.asarray(page.databytecounts, dtype=np.float64)
    if offsets.size == 0 or counts.size == 0:
        raise Unreadable("no-pixels", "The TIFF names no place where its pixels are. Export the image again.")
    length = min(offsets.size, counts.size)
    lacking = np.clip(offsets[:length] + counts[:length] - size, 0, counts[:length]).sum()
    if lacking > counts[:length].sum() * 0.01:
        raise Unreadable(
            "truncated", "The file ends before its pixels do: the upload or the copy broke off. Upload it again."
        )


def plane_bytes(frame: Frame, dtype: Any) -> int:
    return prod((frame.planar, frame.height, frame.width, frame.samples)) * np.dtype(dtype).itemsize
