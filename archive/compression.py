"""Bytes kept compressed without loss, and given back by range: Zstandard's seekable format.

https://github.com/facebook/zstd/blob/dev/contrib/seekable_format/zstd_seekable_compression_format.md
Independent frames with a table at the end, so that a range costs the frames it lies in; `zstd -d` unpacks it as well.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from pyzstd import SeekableFormatError, SeekableZstdFile, ZstdError

# The ending of the names of such objects in storage.
ENDING = ".zst"
LEVEL = 6
FRAME = 4 << 20
_CHUNK = 1 << 20

# `length` bytes of an object, from `start`.
ReadRange = Callable[[int, int], Iterator[bytes]]


def is_compressed(name: str) -> bool:
    return name.endswith(ENDING)


def compress(chunks: Iterable[bytes], target: BinaryIO) -> None:
    with SeekableZstdFile(target, "w", level_or_option=LEVEL, max_frame_content_size=FRAME) as packed:
        for chunk in chunks:
            packed.write(chunk)


def read(stored: BinaryIO, start: int = 0, length: int | None = None) -> Iterator[bytes]:
    """The original bytes from `start`, a chunk at a time; raises OSError where the object is damaged."""
    try:
        with SeekableZstdFile(stored, "r") as packed:
            packed.seek(start)
            left = length
            while left is None or left > 0:
                chunk = packed.read(_CHUNK if left is None else min(_CHUNK, left))
                if not chunk:
                    return
                left = None if left is None else left - len(chunk)
                yield chunk
    except (ZstdError, SeekableFormatError, EOFError) as error:
        raise OSError("The compressed object is damaged.") from error


class RangedFile(io.RawIOBase):
    """An object of known size in a storage that gives ranges, as a file that can be read and sought."""

    def __init__(self, read_range: ReadRange, size: int) -> None:
        super().__init__()
        self._read_range, self._size, self._at = read_range, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer) -> int:  # type: ignore[no-untyped-def, override]
        wanted = min(len(buffer), max(0, self._size - self._at))
        data = b"".join(self._read_range(self._at, wanted)) if wanted else b""
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def buffered(read_range: ReadRange, size: int) -> io.BufferedReader:
    """A ranged file that fetches a megabyte at a time."""
    return io.BufferedReader(RangedFile(read_range, size), _CHUNK)
