"""PURE: the container of Leica LIF: an XML that describes everything, then blocks of memory, found by their names."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
from lxml.etree import _Element as Element

from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_SAMPLES, MAX_SERIES, MAX_XML_BYTES
from archive.imaging.ome_xml import parse_root

_MAGIC, _MARK = 0x70, b"\x2a"
_AXES = {1: "X", 2: "Y", 3: "Z", 4: "T", 5: "W", 6: "R", 7: "T", 8: "T", 9: "L", 10: "M"}
_DTYPES = {(0, 1): "<u1", (0, 2): "<u2", (0, 4): "<u4", (1, 4): "<f4", (1, 8): "<f8"}


@dataclass(frozen=True)
class Axis:
    """`step` is in bytes; `length` in `unit` runs from the middle of the first element to that of the last."""

    size: int
    step: int
    length: str
    unit: str


@dataclass(frozen=True)
class Part:
    """A channel: where its first value lies in a pixel group, and which of red, green and blue it is (0: none)."""

    offset: int
    bits: int
    tag: int
    dtype: np.dtype[np.generic]
    element: Element = field(repr=False)


@dataclass(frozen=True)
class LifImage:
    name: str
    offset: int
    size: int
    axes: dict[str, Axis]
    parts: tuple[Part, ...]
    element: Element = field(repr=False)

    @property
    def rgb(self) -> bool:
        """Red, green and blue beside each other in each pixel."""
        pixel = self.parts[0].dtype.itemsize * 3
        return {part.tag for part in self.parts} == {1, 2, 3} and self.axes["X"].step == pixel


def broken(why: str) -> Unreadable:
    return Unreadable("broken", f"This LIF is broken: {why}. Export it again from LAS X.")


def images(path: Path) -> list[LifImage]:
    """All images whose pixels lie in the file."""
    size = path.stat().st_size
    with path.open("rb") as handle:
        root = parse_root(_header(handle, size))
        version = root.get("Version", "2")
        blocks = dict(_blocks(handle, size, 4 if version == "1" else 8))
    found = [image for element, name in _elements(root) if (image := _image(element, name, blocks)) is not None]
    if not found:
        raise Unreadable("no-pixels", "This LIF holds no image with pixels. Export it again from LAS X.")
    return found


def _header(handle: BinaryIO, size: int) -> bytes:
    magic, _, mark, count = struct.unpack("<iicI", _exactly(handle, 13))
    if magic != _MAGIC or mark != _MARK:
        raise broken("it does not begin as one")
    if count * 2 > min(MAX_XML_BYTES, size):
        raise Unreadable("truncated", "The file ends before its description does. Upload it again.")
    return _exactly(handle, count * 2).decode("utf-16-le", "replace").rstrip("\0").encode("utf-8")


def _exactly(handle: BinaryIO, size: int) -> bytes:
    data = handle.read(size)
    if len(data) < size:
        raise Unreadable("truncated", "The file ends before its pixels do. Upload it again.")
    return data


def _blocks(handle: BinaryIO, size: int, width: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """(offset, size) of each block of memory by its name."""
    for _ in range(10 * MAX_SERIES):
        head = handle.read(9)
        if len(head) < 9:
            return
        magic, _, mark = struct.unpack("<iic", head)
        if magic != _MAGIC or mark != _MARK:
            raise broken("there is no block of memory where one should be")
        length = int.from_bytes(_exactly(handle, width), "little", signed=True)
        mark, characters = struct.unpack("<cI", _exactly(handle, 5))
        if mark != _MARK or length < 0 or characters > 4096:
            raise broken("a block of memory has no valid head")
        name = _exactly(handle, characters * 2).decode("utf-16-le", "replace")
        at = handle.tell()
        if at + length > size:
            raise Unreadable("truncated", "The file ends before its pixels do. Upload it again.")
        yield name, (at, length)
        handle.seek(length, 1)


def _elements(root: Element) -> Iterator[tuple[Element, str]]:
    """Every element that holds an image, with its name: those of its folders before it."""
    pending: list[tuple[Element, str]] = [(element, "") for element in root.findall("Element")]
    count = 0
    while pending:
        element, name = pending.pop(0)
        if element.find("Data/Image") is not None:
            count += 1
            yield element, name or element.get("Name", "")
        children = element.findall("Children/Element")
        below = [(child, f"{name}/{child.get('Name', '')}".lstrip("/")) for child in children]
        pending = below + pending
        if count > MAX_SERIES:
            raise Unreadable("too-many-images", f"The LIF has more than {MAX_SERIES} images. Split it.")


def _image(element: Element, name: str, blocks: dict[str, tuple[int, int]]) -> LifImage | None:
    memory = element.find("Memory")
    block = blocks.get(memory.get("MemoryBlockID", "")) if memory is not None else None
    description = element.find("Data/Image/ImageDescription")
    if block is None or description is None or block[1] == 0:
        return None
    parts = tuple(_part(channel) for channel in description.findall("Channels/ChannelDescription")[:MAX_SAMPLES])
    axes: dict[str, Axis] = {}
    for dimension in description.findall("Dimensions/DimensionDescription"):
        letter = _AXES.get(_number(dimension, "DimID"), "?")
        if letter in axes or letter == "?":
            raise Unreadable("unknown-axes", f"The image “{name}” in the LIF has axes that cannot be shown.")
        axes[letter] = Axis(
            _number(dimension, "NumberOfElements"), _number(dimension, "BytesInc"),
            dimension.get("Length", ""), dimension.get("Unit", ""),
        )  # fmt: skip
    return LifImage(name, *block, _upright(axes, name), parts, element) if parts else None


def _upright(axes: dict[str, Axis], name: str) -> dict[str, Axis]:
    """A scan without Y (along X and Z, or X and T) shows its next axis as Y."""
    if "X" in axes and "Y" not in axes:
        other = next((letter for letter in "ZTR" if letter in axes), None)
        axes["Y"] = axes.pop(other) if other else Axis(1, 0, "", "")
    if "X" not in axes or any(axis.size < 1 or axis.step < 0 for axis in axes.values()):
        raise Unreadable("unknown-axes", f"The image “{name}” in the LIF has axes that cannot be shown.")
    return axes


def _part(channel: Element) -> Part:
    bits = _number(channel, "Resolution")
    size = next((width for width in (1, 2, 4, 8) if bits <= 8 * width), 0)
    dtype = _DTYPES.get((_number(channel, "DataType"), size))
    if dtype is None or bits < 1:
        raise Unreadable("pixel-type", f"Pixels of {bits} bits in a LIF cannot be shown. Export them as OME-TIFF.")
    return Part(_number(channel, "BytesInc"), bits, _number(channel, "ChannelTag"), np.dtype(dtype), channel)


def _number(element: Element, name: str) -> int:
    text = element.get(name, "0")
    if not text.isdecimal() or len(text) > 15:
        raise broken(f"its XML says {name}=“{text[:20]}”")
    return int(text)
