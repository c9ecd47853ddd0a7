"""Bytes that are kept compressed, and given back from any place."""

import io
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive import compression

ORIGINAL = b"".join(bytes([number % 251]) * 50_000 for number in range(200))


def packed(original: bytes) -> bytes:
    target = io.BytesIO()
    compression.compress((original[at : at + 777_777] for at in range(0, len(original), 777_777)), target)
    return target.getvalue()


PACKED = packed(ORIGINAL)


def test_it_is_smaller_and_comes_back_whole():
    assert len(PACKED) < len(ORIGINAL) / 10
    assert b"".join(compression.read(io.BytesIO(PACKED))) == ORIGINAL


@pytest.mark.parametrize("original", [b"", b"x", b"ab" * 5_000_000])
def test_any_size_comes_back(original):
    assert b"".join(compression.read(io.BytesIO(packed(original)))) == original


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(ORIGINAL)), st.integers(0, 200_000))
def test_a_range_is_that_part(start, length):
    assert b"".join(compression.read(io.BytesIO(PACKED), start, length)) == ORIGINAL[start : start + length]


def test_a_range_fetches_only_the_frames_it_lies_in():
    noise = bytes(range(256)) * 4096 * 16
    stored, fetched = packed_noise(noise), []

    def read_range(start: int, length: int) -> Iterator[bytes]:
        fetched.append(length)
        yield stored[start : start + length]

    with compression.buffered(read_range, len(stored)) as file:
        assert b"".join(compression.read(file, 9_000_000, 1000)) == noise[9_000_000:9_001_000]
    assert sum(fetched) < len(stored)


def packed_noise(noise: bytes) -> bytes:
    return packed(noise)


@pytest.mark.parametrize("broken", [PACKED[:-10], PACKED[:2000] + bytes(100) + PACKED[2100:], b"no archive at all"])
def test_what_is_damaged_is_no_original(broken):
    with pytest.raises(OSError, match="damaged"):
        list(compression.read(io.BytesIO(broken)))
