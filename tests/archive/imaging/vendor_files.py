"""Small files of microscopes' own formats, put together byte by byte, for tests of their readers."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import imagecodecs
import numpy as np

CZI_TYPES = {"u1": 0, "u2": 1, "f4": 2, "bgr": 3}


@dataclass(frozen=True)
class CziTile:
    """`starts` by dimension letter; `covers` is the (width, height) at full resolution, where it differs."""

    pixels: np.ndarray
    x: int = 0
    y: int = 0
    starts: dict[str, int] = field(default_factory=dict)
    covers: tuple[int, int] | None = None
    compression: int = 0
    part: int = 0


def _segment(name: bytes, content: bytes) -> bytes:
    return struct.pack("<16sqq", name, len(content), len(content)) + content


def _czi_entry(tile: CziTile, position: int) -> bytes:
    height, width = tile.pixels.shape[:2]
    covered = tile.covers or (width, height)
    kind = CZI_TYPES["bgr" if tile.pixels.ndim == 3 else tile.pixels.dtype.str[1:]]
    spans = [("X", tile.x, covered[0], width), ("Y", tile.y, covered[1], height)]
    spans += [(letter, start, 1, 1) for letter, start in tile.starts.items()]
    head = struct.pack("<2siqiiB5xi", b"DV", kind, position, tile.part, tile.compression, 0, len(spans))
    return head + b"".join(struct.pack("<4siifi", name.encode(), *rest[:2], 0.0, rest[2]) for name, *rest in spans)


def _packed(tile: CziTile) -> bytes:
    raw = tile.pixels[..., ::-1].tobytes() if tile.pixels.ndim == 3 else tile.pixels.tobytes()
    if tile.compression == 5:
        return bytes(imagecodecs.zstd_encode(raw))
    if tile.compression == 6:
        low_high = np.frombuffer(raw, np.uint8).reshape(-1, 2).T.tobytes()
        return b"\x03\x01\x01" + bytes(imagecodecs.zstd_encode(low_high))
    return raw


def write_czi(path: Path, tiles: Sequence[CziTile], xml: str = "") -> Path:
    blocks, entries, at = b"", [], 32 + 512
    for tile in tiles:
        data = _packed(tile)
        entry = _czi_entry(tile, at)
        head = struct.pack("<iiq", 0, 0, len(data)) + entry
        block = _segment(b"ZISRAWSUBBLOCK", head.ljust(256, b"\0") + data)
        blocks += block
        entries.append(entry)
        at += len(block)
    metadata = _segment(b"ZISRAWMETADATA", struct.pack("<ii", len(xml.encode()), 0).ljust(256, b"\0") + xml.encode())
    directory = _segment(b"ZISRAWDIRECTORY", struct.pack("<i", len(entries)).ljust(128, b"\0") + b"".join(entries))
    places = struct.pack("<qq", at + len(metadata), at if xml else 0)
    head = _segment(b"ZISRAWFILE", (bytes(52) + places).ljust(512, b"\0"))
    path.write_bytes(head + blocks + metadata + directory)
    return path


def _lif_block(name: str, data: bytes) -> bytes:
    characters = name.encode("utf-16-le")
    head = b"\x2a" + struct.pack("<q", len(data)) + b"\x2a" + struct.pack("<I", len(name)) + characters
    return struct.pack("<ii", 0x70, len(head)) + head + data


LIF_DIMENSIONS = {"X": 1, "Y": 2, "Z": 3, "T": 4, "M": 10}


def lif_image(
    name: str, axes: Sequence[tuple[str, int, int]], channels: Sequence[tuple[int, int]],
    *, dtype: str = "u2", extra: str = "", inside: str = "",
) -> str:  # fmt: skip
    """XML of an image whose memory has its name; `axes` are (letter, size, step), `channels` (offset, tag)."""
    bits = 8 * np.dtype(dtype).itemsize
    listed = "".join(
        f'<ChannelDescription DataType="0" ChannelTag="{tag}" Resolution="{bits}" NameOfMeasuredQuantity="" Min="0" '
        f'Max="1" Unit="" LUTName="Green" IsLUTInverted="0" BytesInc="{offset}" BitInc="0">{inside}'
        "</ChannelDescription>"
        for offset, tag in channels
    )
    dimensions = "".join(
        f'<DimensionDescription DimID="{LIF_DIMENSIONS[letter]}" NumberOfElements="{size}" Origin="0" '
        f'Length="{1e-6 * (size - 1)}" Unit="{"s" if letter == "T" else "m"}" BitInc="0" BytesInc="{step}"/>'
        for letter, size, step in axes
    )
    return (
        f'<Element Name="{name}" UniqueID="{name}"><Data><Image><ImageDescription><Channels>{listed}</Channels>'
        f"<Dimensions>{dimensions}</Dimensions></ImageDescription>{extra}</Image></Data>"
        f'<Memory Size="1" MemoryBlockID="{name}"/></Element>'
    )


def write_lif(path: Path, elements: str, blocks: dict[str, bytes]) -> Path:
    xml = (
        f'<LMSDataContainerHeader Version="2"><Element Name="project" UniqueID="p"><Data/><Memory Size="0" '
        f'MemoryBlockID="none"/><Children>{elements}</Children></Element></LMSDataContainerHeader>'
    )
    head = b"\x2a" + struct.pack("<I", len(xml)) + xml.encode("utf-16-le")
    content = struct.pack("<ii", 0x70, len(head)) + head
    path.write_bytes(content + b"".join(_lif_block(name, data) for name, data in blocks.items()))
    return path


def mrc_bytes(
    volume: np.ndarray, mode: int, *, order: str = "<", group: int = 0, extra: bytes = b"", stamped: bool = True,
    sections: int | None = None,
) -> bytes:  # fmt: skip
    """A map of (z, y, x) whose voxels are 2, 3 and 4 Å long."""
    nz, ny, nx = volume.shape
    deep = sections or nz
    head = bytearray(1024)
    struct.pack_into(f"{order}4i", head, 0, nx, ny, nz, mode)
    struct.pack_into(f"{order}3i3f", head, 28, nx, ny, deep, 2.0 * nx, 3.0 * ny, 4.0 * deep)
    struct.pack_into(f"{order}3i", head, 64, 1, 2, 3)
    struct.pack_into(f"{order}2i", head, 88, group, len(extra))
    if stamped:
        head[208:216] = b"MAP " + (b"\x44\x44\0\0" if order == "<" else b"\x11\x11\0\0")
    return bytes(head) + extra + volume.astype(volume.dtype.newbyteorder(order)).tobytes()
