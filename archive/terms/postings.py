"""The numbers of the names that have a word, packed to four bytes each, the smallest first."""

import struct
from collections.abc import Collection


def pack(numbers: Collection[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *sorted(numbers))


def unpack(packed: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(packed) // 4}I", packed)
