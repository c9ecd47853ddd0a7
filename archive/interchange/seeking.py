"""Looking for words in bytes of any format: as they stand, and in what is packed with deflate, gzip, bzip2 or xz.

No format is parsed. Words drawn into pixels are not found. What is packed in another way, or locked, or unpacks to too
much, is UNKNOWN: nobody may say that it holds none.
"""

import bz2
import gzip
import json
import lzma
import re
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, cast

# A shorter word counts only where no letter stands beside it.
_WORD = 5
# What words of two letters would be found in: everything.
LEAST = 3
_PIECE = 1 << 20
_SPOOLED = 8 << 20
_DEEPEST = 4
_MOST_STREAMS = 64
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_LETTER = re.compile(rb"[A-Za-z]")
_SENTENCE = "It is packed in a way that cannot be searched"
# How a file begins that is packed or locked in a way that is not opened here.
_CLOSED = (
    (b"7z\xbc\xaf\x27\x1c", f"{_SENTENCE} (7z)."),
    (b"Rar!", f"{_SENTENCE} (RAR)."),
    (b"\x28\xb5\x2f\xfd", f"{_SENTENCE} (Zstandard)."),
    (b"\x04\x22\x4d\x18", f"{_SENTENCE} (LZ4)."),
    (b"\x1f\x9d", f"{_SENTENCE} (compress)."),
    (b"%PDF", "It is a PDF, whose text cannot be searched."),
)
# DICOM whose data set is deflated without a header that would tell where it begins.
_DEFLATED_DICOM = b"1.2.840.10008.1.2.1.99"


class Outcome(StrEnum):
    CLEAR = "clear"
    FOUND = "found"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Sought:
    """What came of it; `reason` is a sentence that does not repeat the word."""

    outcome: Outcome
    reason: str = ""


class _Unknown(Exception):
    """The message says why."""


class _Found(Exception):
    """The message says where."""


@dataclass(frozen=True)
class Words:
    """Lower-case bytes: `plain` are also sought in the two halves of UTF-16 at once; `bordered` with the width of a
    letter beside them, `exact` in one encoding each."""

    plain: tuple[bytes, ...] = ()
    exact: tuple[bytes, ...] = ()
    bordered: tuple[tuple[bytes, int], ...] = ()

    @property
    def longest(self) -> int:
        return max((len(word) for word in (*self.plain, *self.exact, *(word for word, _ in self.bordered))), default=1)

    def in_bytes(self, data: bytes) -> bool:
        lowered = data.lower()
        # Letters of UTF-16 have a zero before or behind them.
        squeezed = lowered.replace(b"\0", b"") if self.plain and b"\0" in lowered else b""
        return (
            any(word in lowered or word in squeezed for word in self.plain)
            or any(word in lowered for word in self.exact)
            or any(_stands_alone(lowered, word, width) for word, width in self.bordered)
        )


def words_of(texts: Iterable[str]) -> Words:
    plain, exact, bordered = set(), set(), set()
    for text in texts:
        if len(text) >= _WORD and text.isascii():
            plain.add(text.lower().encode())
        elif len(text) >= LEAST:
            for spelling in {text, text.lower(), text.upper(), text.title()}:
                for encoded, width in _encoded(spelling):
                    if len(text) >= _WORD:
                        exact.add(encoded.lower())
                    else:
                        bordered.add((encoded.lower(), width))
    return Words(tuple(sorted(plain)), tuple(sorted(exact)), tuple(sorted(bordered)))


def _encoded(text: str) -> Iterator[tuple[bytes, int]]:
    """In every encoding that files have, and how many bytes a letter beside it takes."""
    yield text.encode(), 1
    yield text.encode("utf-16-le"), 2
    yield text.encode("utf-16-be"), 2
    yield text.encode("latin-1", "xmlcharrefreplace"), 1
    yield text.encode("ascii", "xmlcharrefreplace"), 1
    yield json.dumps(text)[1:-1].encode(), 1


def _stands_alone(data: bytes, word: bytes, width: int) -> bool:
    """Whether the word is there without a letter before or behind it."""
    at = data.find(word)
    while at >= 0:
        sides = (data[max(0, at - width) : at], data[at + len(word) : at + len(word) + width])
        if not any(_LETTER.fullmatch(side.replace(b"\0", b"")) for side in sides):
            return True
        at = data.find(word, at + 1)
    return False


def seek(words: Words, pieces: Iterable[bytes], *, most_unpacked: int = 1 << 33) -> Sought:
    """Whether the bytes, given in order, hold one of the words. Memory stays flat; `most_unpacked` bounds the time."""
    try:
        _Search(words, most_unpacked).through(pieces, "the file", 0)
    except _Found as found:
        return Sought(Outcome.FOUND, f"A name stands in {found}.")
    except _Unknown as unknown:
        return Sought(Outcome.UNKNOWN, str(unknown))
    return Sought(Outcome.CLEAR)


@dataclass
class _Search:
    words: Words
    budget: int

    def through(self, pieces: Iterable[bytes], where: str, depth: int) -> None:
        """Raises _Found or _Unknown."""
        if depth > _DEEPEST:
            raise _Unknown("Archives lie in archives there, too deep to be searched.")
        keep = self.keep
        held, begin, spool = b"", b"", None
        inflating = _Inflating(self, where, depth)
        with tempfile.SpooledTemporaryFile(max_size=_SPOOLED) as spooled:
            for piece in _pieces(pieces):
                if not begin:
                    begin = piece[:512]
                    _refuse_closed(begin)
                    spool = _needs_whole(begin)
                held += piece
                if self.words.in_bytes(held):
                    raise _Found(where)
                if _DEFLATED_DICOM in begin:
                    raise _Unknown(f"{_SENTENCE} (deflated DICOM).")
                held = held[-keep:]
                if spool:
                    spooled.write(piece)
                else:
                    inflating.feed(piece)
            if spool:
                spooled.seek(0)
                spool(self, spooled, depth)

    @property
    def keep(self) -> int:
        """As many bytes of a piece as a word may begin in: twice over for UTF-16, and a letter on each side."""
        return 2 * self.words.longest + 8

    def spend(self, count: int) -> None:
        self.budget -= count
        if self.budget < 0:
            raise _Unknown("It unpacks to more than can be searched.")


def _pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        for at in range(0, len(piece), _PIECE):
            yield piece[at : at + _PIECE]


def _refuse_closed(begin: bytes) -> None:
    for mark, sentence in _CLOSED:
        if begin.startswith(mark):
            raise _Unknown(sentence)


# ---- packed ----------------------------------------------------------------------------------------------------

_Opened = Callable[[_Search, IO[bytes], int], None]


_PACKED: dict[bytes, Callable[[IO[bytes]], IO[bytes]]] = {
    b"\x1f\x8b": lambda file: cast(IO[bytes], gzip.GzipFile(fileobj=file, mode="rb")),
    b"BZh": lambda file: cast(IO[bytes], bz2.BZ2File(file)),
    b"\xfd7zXZ\x00": lambda file: cast(IO[bytes], lzma.LZMAFile(file)),  # noqa: SIM115 - of what is open already
}


def _needs_whole(begin: bytes) -> _Opened | None:
    """What is unpacked from its begin, or from its end."""
    if begin.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _through_zip
    for mark, opened in _PACKED.items():
        if begin.startswith(mark):
            return lambda search, file, depth: _through_packed(search, file, depth, opened)
    return None


def _through_zip(search: _Search, file: IO[bytes], depth: int) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            for member in archive.infolist():
                if search.words.in_bytes(member.filename.encode()):
                    raise _Found("the name of a file in this ZIP")
                if member.flag_bits & 1:
                    raise _Unknown("It is a ZIP that is locked by a password.")
                if not member.is_dir():
                    with archive.open(member) as opened:
                        search.through(_spent(search, opened), "a file in this ZIP", depth + 1)
    except (zipfile.BadZipFile, NotImplementedError, zlib.error, EOFError, OSError) as error:
        raise _Unknown("It begins as a ZIP and cannot be unpacked.") from error


def _spent(search: _Search, opened: IO[bytes]) -> Iterator[bytes]:
    while piece := opened.read(_PIECE):
        search.spend(len(piece))
        yield piece


def _through_packed(search: _Search, file: IO[bytes], depth: int, opened: Callable[[IO[bytes]], IO[bytes]]) -> None:
    try:
        search.through(_spent(search, opened(file)), "what is packed in the file", depth + 1)
    except (zlib.error, OSError, EOFError, lzma.LZMAError) as error:
        raise _Unknown("It is packed, and cannot be unpacked to its end.") from error


class _Inflating:
    """Deflated streams anywhere in a file: strips of TIFF, text chunks of PNG, chunks of HDF5, parts of others."""

    def __init__(self, search: _Search, where: str, depth: int) -> None:
        self.search, self.where, self.depth = search, where, depth
        self._open: list[tuple[zlib._Decompress, bytes]] = []
        self._last = b""

    def feed(self, piece: bytes) -> None:
        self._open = [pair for one, tail in self._open if (pair := self._go_on(one, piece, tail))]
        data = self._last + piece
        whole = memoryview(data)
        for at in [match.start() for match in _ZLIB.finditer(data)]:
            if begun := self._go_on(zlib.decompressobj(), whole[at:], b""):
                self._open.append(begun)
        if len(self._open) > _MOST_STREAMS:
            raise _Unknown("Too much of it looks packed to be searched.")
        self._last = data[-1:]

    def _go_on(
        self, unpacker: "zlib._Decompress", data: bytes | memoryview, tail: bytes
    ) -> "tuple[zlib._Decompress, bytes] | None":
        """The stream and its last bytes, if it goes on behind this piece; None where it ended or was none."""
        while True:
            try:
                out = unpacker.decompress(data, _PIECE)
            except zlib.error:
                return None
            self.search.spend(len(out))
            held = tail + out
            if self.search.words.in_bytes(held):
                raise _Found(f"what is packed in {self.where}")
            tail, data = held[-self.search.keep :], unpacker.unconsumed_tail
            if unpacker.eof:
                return None
            if not data:
                return unpacker, tail
