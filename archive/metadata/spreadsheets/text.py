"""PURE: rows of CSV and TSV in the encodings that spreadsheets write, a line at a time whatever the file's size."""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from .cells import Unreadable

_SEPARATORS = "\t;,"
_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Where no mark says so and the bytes are no UTF-8: what spreadsheets in Europe and America write.
_OLD = "cp1252"
_LONGEST_LINE = 1 << 20


def text_rows(file: BinaryIO) -> Iterator[list[str]]:
    """The rows of a seekable file, blank ones as empty lists. Raises Unreadable, also on the way."""
    encoding = encoding_of(file)
    file.seek(0)
    text = io.TextIOWrapper(_unclosed(file), encoding=encoding, errors="replace", newline="")
    first = text.readline(_LONGEST_LINE)
    separator = max(_SEPARATORS, key=first.count)
    file.seek(0)
    text = io.TextIOWrapper(_unclosed(file), encoding=encoding, errors="replace", newline="")
    try:
        yield from csv.reader(text, delimiter=separator)
    except csv.Error as error:
        raise Unreadable(
            f"The table cannot be read as rows and columns ({error}). Open it in a spreadsheet, save it as CSV, and "
            "upload that."
        ) from error


def encoding_of(file: BinaryIO) -> str:
    """By its mark; UTF-16 also by its zero bytes; UTF-8 if all of it is; else Latin-1 as Windows has it."""
    file.seek(0)
    start = file.read(4096)
    for mark, name in _BOMS:
        if start.startswith(mark):
            return name
    if b"\0" in start:
        return _bare_utf16(start)
    decoder = codecs.getincrementaldecoder("utf-8")()
    chunk = start
    try:
        while chunk:
            decoder.decode(chunk)
            chunk = file.read(_CHUNK)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return _OLD
    return "utf-8"


def _bare_utf16(start: bytes) -> str:
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) < len(start) / 5 or min(even, odd) > max(even, odd) / 5:
        raise Unreadable("This is no table of text. Upload CSV, TSV or XLSX; save other spreadsheets as one of these.")
    return "utf-16-be" if even > odd else "utf-16-le"


def _unclosed(file: BinaryIO) -> io.BufferedReader:
    return io.BufferedReader(_Unclosed(file), _CHUNK)


class _Unclosed(io.RawIOBase):
    """The file for a text wrapper, which would close it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        chunk = self._file.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)
