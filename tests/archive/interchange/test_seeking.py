"""Words in bytes: every encoding, every packing that is opened, and what nobody may call clear."""

import bz2
import gzip
import io
import lzma
import random
import zipfile
import zlib

import pytest

from archive.interchange.seeking import Outcome, seek, words_of

NAME = "Quillfeather"
WORDS = words_of([NAME, "Doe", "Müller"])
NOISE = random.Random(5).randbytes(300_000).replace(b"oe", b"..")


def _zip(*members: tuple[str, bytes], within: int = 0) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return _zip(("inner.zip", made.getvalue()), within=within - 1) if within else made.getvalue()


def _found(content: bytes, size: int = 1 << 20) -> Outcome:
    return seek(WORDS, [content[at : at + size] for at in range(0, len(content), size)]).outcome


HOLDING = {
    "utf-8": b"\0by " + NAME.encode(),
    "in capitals": NAME.upper().encode(),
    "utf-16": NAME.encode("utf-16-le"),
    "utf-16, the other way": NAME.encode("utf-16-be"),
    "latin-1": "von Müller".encode("latin-1"),
    "an entity": b"M&#252;ller",
    "escaped JSON": rb"M\u00fcller",
    "a short name": b"\0Doe\0",
    "a short name in utf-16": "\0Doe\0".encode("utf-16-le"),
    "a ZIP": _zip(("notes.txt", NAME.encode())),
    "a name in a ZIP": _zip((f"{NAME}.txt", b"nothing")),
    "a ZIP in a ZIP": _zip(("notes.txt", NAME.encode()), within=2),
    "gzip": gzip.compress(NAME.encode() * 3),
    "bzip2": bz2.compress(NAME.encode()),
    "xz": lzma.compress(NAME.encode()),
    "a deflated strip": NOISE + zlib.compress(b"\0" * 4_000_000 + NAME.encode()) + NOISE,
}


@pytest.mark.parametrize("content", HOLDING.values(), ids=HOLDING.keys())
def test_a_name_is_found(content):
    assert _found(content) == Outcome.FOUND


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_name_is_found_across_pieces(size):
    assert _found(b"x" * 995 + NAME.encode("utf-16-le") + b"y" * 50, size) == Outcome.FOUND
    assert _found(b"x" * 995 + zlib.compress(b"by " + NAME.encode()) + b"y" * 50, size) == Outcome.FOUND


@pytest.mark.parametrize(
    "content",
    [
        b"",
        NOISE,
        b"doeskin",
        b"the hoedown",
        _zip(("a.txt", b"nothing")),
        gzip.compress(b"nothing"),
        zlib.compress(b"x"),
    ],
    ids=["nothing", "noise", "a longer word", "inside a word", "a ZIP", "gzip", "deflated"],
)
def test_what_holds_none_is_clear(content):
    assert _found(content) == Outcome.CLEAR


def test_what_cannot_be_opened_is_unknown():
    for content in (b"7z\xbc\xaf\x27\x1c...", b"%PDF-1.7", b"PK\x03\x04 broken", gzip.compress(b"x" * 99)[:-9]):
        assert _found(content) == Outcome.UNKNOWN
    assert _found(_zip(("a", b"x"), within=6)) == Outcome.UNKNOWN


def test_a_locked_zip_is_unknown():
    content = bytearray(_zip(("a.txt", b"nothing")))
    at = content.rindex(b"PK\x01\x02")
    content[at + 8] |= 1
    assert _found(bytes(content)) == Outcome.UNKNOWN


def test_what_unpacks_without_end_is_unknown():
    bomb = gzip.compress(b"\0" * 5_000_000)
    assert seek(WORDS, [bomb], most_unpacked=1_000_000).outcome == Outcome.UNKNOWN


def test_the_reason_does_not_tell_the_name():
    assert NAME.casefold() not in seek(WORDS, [HOLDING["a name in a ZIP"]]).reason.casefold()
