"""Rows out of CSV, TSV and XLSX, and into them: encodings, odd cells, and workbooks made to do harm."""

import io
import tracemalloc
import zipfile
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook

from archive.metadata.spreadsheets import (
    Kind,
    Odd,
    Unreadable,
    open_workbook,
    text_lines,
    text_rows,
    workbook,
    write_workbook,
)
from archive.metadata.spreadsheets.writing import guarded, unguarded


def rows_of(content: bytes) -> list[list[str]]:
    return list(text_rows(io.BytesIO(content)))


def book_of(*rows, change=lambda book: None) -> io.BytesIO:
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    change(book)
    book.save(file)
    file.seek(0)
    return file


def changed(file: io.BytesIO, part: str, change) -> io.BytesIO:
    """The workbook with one part of its ZIP written anew."""
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    out.seek(0)
    return out


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"], ids=str
)
@pytest.mark.parametrize("separator", [",", "\t", ";"], ids=["comma", "tab", "semicolon"])
def test_text_is_read_in_every_encoding_and_with_every_separator(encoding, separator):
    text = "path;Größe\r\nbilder/ä.tif;5 %\r\n".replace(";", separator)
    assert rows_of(text.encode(encoding)) == [["path", "Größe"], ["bilder/ä.tif", "5 %"]]


def test_a_late_letter_of_another_encoding_is_noticed():
    content = b"path,x\n" + b"a.tif,1\n" * 2000 + "ü.tif,2\n".encode("latin-1")
    assert rows_of(content)[-1] == ["ü.tif", "2"]


def test_quotes_and_line_breaks_in_cells_stay():
    assert rows_of(b'path,note\na,"one\ntwo, ""three"""\n') == [["path", "note"], ["a", 'one\ntwo, "three"']]


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xd0\xcf\x11\xe0\0\0\0\0" * 9], ids=["PNG", "XLS"]
)
def test_what_is_no_text_is_refused_with_what_to_do(content):
    with pytest.raises(Unreadable, match="CSV, TSV or XLSX"):
        rows_of(content)


def test_a_cell_without_end_is_refused():
    with pytest.raises(Unreadable, match="save it as CSV"):
        rows_of(b'path,x\na,"' + b"x" * 200_000)


def test_cells_of_a_workbook_say_what_they_are():
    file = book_of(
        ["path", 5, 2.5, 1.2345678901234568e19, True, None, "é"],
        [
            datetime.combine(date(2026, 9, 2), time()),
            date(2026, 3, 1),
            datetime.combine(date(2026, 9, 2), time(12, 30)),
            "=A1",
            "#N/A",
        ],
    )
    sheet = open_workbook(file)
    number, day = Kind.NUMBER, Kind.DATE
    assert list(sheet.rows) == [
        (1, ["path", Odd(number, "5"), Odd(number, "2.5"), Odd(number, "1.234567890123457e+19"), "TRUE", "", "é"]),
        (2, [Odd(day, "2026-09-02"), Odd(day, "2026-03-01"), Odd(day, "2026-09-02 12:30:00"), Odd(Kind.FORMULA),
             Odd(Kind.ERROR, "#N/A")]),
    ]  # fmt: skip
    assert sheet.notes == []


def test_a_date_beyond_the_calendar_is_a_number():
    def dated(book):
        book.active["A2"].number_format = "yyyy-mm-dd"

    assert list(open_workbook(book_of(["path"], [99_999_999], change=dated)).rows)[1] == (
        2,
        [Odd(Kind.NUMBER, "99999999")],
    )


def test_merged_cells_are_told_and_marked():
    sheet = open_workbook(
        book_of(["path", "x"], ["a", "1"], ["b", None], change=lambda b: b.active.merge_cells("B2:B3"))
    )
    assert list(sheet.rows)[1:] == [(2, ["a", "1"]), (3, ["b", Odd(Kind.MERGED)])]
    assert "unmerge it" in sheet.notes[0]


def test_the_first_visible_sheet_is_read_and_the_others_are_named():
    def hidden(book):
        book.active.title, book.active.sheet_state = "Old", "hidden"
        book.create_sheet("Files").append(["path"])
        book.active = 1

    sheet = open_workbook(book_of(["no"], change=hidden))
    assert list(sheet.rows) == [(1, ["path"])]
    assert sheet.notes == ["Only the sheet “Files” is read; the workbook also has “Old” (1 of them hidden)."]


def test_rows_that_a_workbook_leaves_out_keep_their_numbers():
    def far(book):
        book.active["A1000000"] = "b"

    assert list(open_workbook(book_of(["path"], change=far)).rows) == [(1, ["path"]), (1_000_000, ["b"])]


# --- hostile workbooks


def refused(file: io.BytesIO) -> str:
    with pytest.raises(Unreadable) as refusal:
        for _ in open_workbook(file).rows:
            pass
    return str(refusal.value)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 1_000_000)
    bomb = changed(book_of(["path"]), SHEET, lambda part: part + b" " * 2_000_000)
    assert len(bomb.getvalue()) < 20_000
    assert "Save the table alone as CSV" in refused(bomb)


def test_texts_without_end_are_refused(monkeypatch):
    monkeypatch.setattr(workbook, "MOST_TEXTS", 100)
    file = book_of(["path"])
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", "a" * 200)
    assert "CSV" in refused(file)


def test_entities_are_not_expanded():
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'

    def armed(part: bytes) -> bytes:
        return laughs + part.removeprefix(b'<?xml version="1.0"?>').lstrip()

    assert "XML entities" in refused(changed(book_of(["path"], ["a"]), SHEET, armed))


@pytest.mark.parametrize(
    ("inside", "limit"),
    [(b"<row/>" * 3000, ("MOST_ROWS", 1000)), (b"<row>" + b"<c/>" * 3000 + b"</row>", ("MOST_CELLS", 1000))],
    ids=["blank rows", "blank cells"],
)
def test_rows_and_cells_without_end_are_refused(monkeypatch, inside, limit):
    monkeypatch.setattr(workbook, *limit)
    assert "than a spreadsheet can hold" in refused(
        changed(book_of(["path"]), SHEET, lambda part: part.replace(b"<sheetData>", b"<sheetData>" + inside))
    )


def test_a_million_blank_rows_need_no_memory():
    file = changed(
        book_of(["path"]), SHEET, lambda part: part.replace(b"</sheetData>", b"<row/>" * 200_000 + b"</sheetData>")
    )
    sheet = open_workbook(file)
    tracemalloc.start()
    count = sum(1 for _ in sheet.rows)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 200_001
    assert most < 4_000_000


@pytest.mark.parametrize("content", [b"", b"PK\3\4 cut", b"path,x\n"], ids=["empty", "cut", "text"])
def test_what_is_no_workbook_is_refused(content):
    assert "save it as XLSX or CSV" in refused(io.BytesIO(content))


# --- writing


def test_what_is_written_is_read_back():
    rows = [["path", "Gene", "n"], ["a,b.tif", "SEPT2", "007"], ["=1+1.tif", "-x", "-5.5"], ['"q"', "é\nb", ""]]
    for delimiter in (",", "\t"):
        found = rows_of(b"".join(text_lines(rows, delimiter=delimiter)))
        assert [[unguarded(text) for text in row] for row in found] == rows
    file = io.BytesIO()
    write_workbook(rows, file, title="Files")
    file.seek(0)
    assert [[*cells, ""][:3] for _, cells in open_workbook(file).rows] == rows


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1+2", "@SUM(A1)", "-1+1", "\t=1"], ids=str)
def test_what_a_spreadsheet_would_compute_is_guarded(text):
    assert guarded(text) == f"'{text}"
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["-5", "+1.5e3", "'quoted'", "A01", ""], ids=str)
def test_other_values_stay_as_they_are(text):
    assert guarded(text) == text
    assert unguarded(text) == text
