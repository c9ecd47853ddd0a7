"""One message: 4 bytes length, JSON object, then the raw bytes whose lengths the object names under `blobs`."""

import asyncio
import json
import socket
import struct
from typing import Any

from archive.imaging.pool.codec import Malformed

# A plate of ten thousand described fields takes some 10 MB of JSON; a raw 16-bit plane of a large view 32 MB.
MAX_JSON = 64 << 20
MAX_BLOBS = 64 << 20
_LENGTH = struct.Struct(">I")

Message = tuple[dict[str, Any], list[bytes]]


def pack(header: dict[str, Any], blobs: tuple[bytes, ...] = ()) -> bytes:
    body = json.dumps(header | {"blobs": [len(blob) for blob in blobs]}, allow_nan=False).encode()
    return b"".join((_LENGTH.pack(len(body)), body, *blobs))


def _checked_length(raw: bytes) -> int:
    length: int = _LENGTH.unpack(raw)[0]
    if length > MAX_JSON:
        raise Malformed(f"a message of {length} bytes is too long")
    return length


def _parsed(body: bytes) -> tuple[dict[str, Any], list[int]]:
    try:
        header = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("a message is not JSON") from error
    sizes = header.pop("blobs", None) if isinstance(header, dict) else None
    if not isinstance(sizes, list) or not all(type(size) is int and size >= 0 for size in sizes):
        raise Malformed("a message names no blobs")
    if sum(sizes) > MAX_BLOBS:
        raise Malformed(f"pictures of {sum(sizes)} bytes are too large")
    return header, sizes


def receive(connection: socket.socket) -> Message:
    """The next message; EOFError when the other side has closed."""
    header, sizes = _parsed(_exactly(connection, _checked_length(_exactly(connection, _LENGTH.size))))
    return header, [_exactly(connection, size) for size in sizes]


def _exactly(connection: socket.socket, size: int) -> bytes:
    buffer = bytearray(size)
    view = memoryview(buffer)
    at = 0
    while at < size:
        got = connection.recv_into(view[at:])
        if not got:
            raise EOFError("the other side closed the connection")
        at += got
    return bytes(buffer)


async def read(reader: asyncio.StreamReader) -> Message:
    """The same over asyncio; asyncio.IncompleteReadError when the other side has closed."""
    body = await reader.readexactly(_checked_length(await reader.readexactly(_LENGTH.size)))
    header, sizes = _parsed(body)
    return header, [await reader.readexactly(size) for size in sizes]
