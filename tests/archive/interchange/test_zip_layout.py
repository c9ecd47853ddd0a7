"""Archives against Python's own reader: whole, in ranges, huge by name only, and with any names."""

import io
import itertools
import zipfile
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.interchange import zip_layout
from archive.interchange.zip_layout import Entry, Moment

WHEN = Moment(2026, 3, 9)
names = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="/\\"), min_size=1, max_size=20)
files = st.dictionaries(names, st.binary(max_size=200), max_size=6)


def archive(contents: dict[str, bytes]) -> tuple[list[Entry], zip_layout.Content]:
    entries = [Entry(name, len(data), zlib.crc32(data)) for name, data in contents.items()]

    def content(entry: Entry, start: int, length: int) -> Iterator[bytes]:
        whole = contents[entry.name][start : start + length]
        yield from (whole[at : at + 7] for at in range(0, len(whole), 7))

    return entries, content


def whole(contents: dict[str, bytes], start: int = 0, end: int | None = None) -> bytes:
    entries, content = archive(contents)
    return b"".join(zip_layout.stream(lambda: entries, content, WHEN, start, end))


@given(files)
def test_what_goes_in_comes_out_and_the_length_was_known(contents):
    made = whole(contents)
    assert len(made) == zip_layout.length_of(archive(contents)[0])
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == contents
        assert all(info.date_time[:3] == (2026, 3, 9) for info in opened.infolist())


@given(files, st.data())
def test_any_range_is_that_part_of_the_whole(contents, data):
    made = whole(contents)
    start = data.draw(st.integers(0, len(made)))
    end = data.draw(st.integers(start, len(made)))
    assert whole(contents, start, end) == made[start:end]


def test_a_range_reads_only_what_it_needs():
    entries, asked = [Entry(name, 1000, 0) for name in "abc"], []

    def content(entry: Entry, start: int, length: int) -> Iterator[bytes]:
        asked.append((entry.name, start, length))
        yield bytes(length)

    b"".join(zip_layout.stream(lambda: entries, content, WHEN, 1031 + 31 + 100, 1031 + 31 + 200))
    assert asked == [("b", 100, 100)]


@pytest.mark.parametrize("sizes", [[5 << 30], [3 << 30, 3 << 30, 10], [0xFFFFFFFF]])
def test_sizes_and_places_beyond_four_gigabytes(sizes):
    """The directory alone is made, and Python's reader finds the entries by it."""
    entries = [Entry(f"{at}.bin", size, 7) for at, size in enumerate(sizes)]
    length = zip_layout.length_of(entries)
    directory = sum(sizes) + sum(zip_layout._local_length(entry) for entry in entries)
    tail = b"".join(zip_layout.stream(lambda: entries, lambda *_: iter(()), WHEN, directory))
    assert directory + len(tail) == length
    with zipfile.ZipFile(Hollow(length, tail)) as opened:
        assert [(info.filename, info.file_size) for info in opened.infolist()] == [(e.name, e.size) for e in entries]


def test_more_entries_than_the_old_format_counts():
    entries = [Entry(f"{at}", 0, 0) for at in range(70_000)]
    made = b"".join(zip_layout.stream(lambda: entries, lambda *_: iter(()), WHEN))
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert len(opened.namelist()) == 70_000


def test_bytes_that_end_too_early_are_no_whole_archive():
    with pytest.raises(EOFError, match=r"a\.tif"):
        list(zip_layout.stream(lambda: [Entry("a.tif", 10, 0)], lambda *_: iter([b"1234"]), WHEN))


class Hollow(io.RawIOBase):
    """A file of zeros that ends with `tail`."""

    def __init__(self, length: int, tail: bytes) -> None:
        self.length, self.tail, self.at = length, tail, 0

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.at = offset + (0, self.at, self.length)[whence]
        return self.at

    def tell(self) -> int:
        return self.at

    def read(self, size: int = -1) -> bytes:
        end = self.length if size < 0 else min(self.length, self.at + size)
        begins = self.length - len(self.tail)
        start, self.at = self.at, end
        zeros = max(0, min(end, begins) - start)
        return bytes(itertools.chain(bytes(zeros), self.tail[max(0, start - begins) : max(0, end - begins)]))
