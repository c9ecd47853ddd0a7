"""Tables that name wells: every way in which they are written, and what is no such table."""

import io
import math
import zipfile

import pytest
from openpyxl import Workbook

from archive.metadata import well_tables
from archive.metadata.spreadsheets import workbook as workbooks
from archive.metadata.well_tables import NoTable, position_of, read


def only(content: str, name: str = "t.csv", plate: str = "") -> dict:
    table = read(content.encode(), name)
    return {column.name: column.of_plate(plate) for column in table.columns}


@pytest.mark.parametrize(
    ("text", "position"),
    [("A1", (0, 0)), ("a01", (0, 0)), ("H12", (7, 11)), ("P24", (15, 23)), ("AF48", (31, 47)), ("B-03", (1, 2))],
)
def test_a_well_is_known_by_its_name(text, position):
    assert position_of(text) == position


@pytest.mark.parametrize("text", ["", "1A", "A", "A0", "A100", "ABC1", "Ä1", "A²", "A1 B2"])
def test_what_is_no_well_is_not_taken_for_one(text):
    assert position_of(text) is None


@pytest.mark.parametrize("head", ["Well", "well_id", "WELL NAME", "Metadata_Well", "Well Position"])
def test_the_column_of_wells_goes_by_many_names(head):
    assert only(f"{head},cells\nA1,5\nB2,7\n") == {"cells": {(0, 0): 5.0, (1, 1): 7.0}}


@pytest.mark.parametrize(("row", "column"), [("A", "1"), ("1", "1"), ("1.0", "1.0"), ("a", "01")])
def test_rows_and_columns_may_stand_apart(row, column):
    assert only(f"Row,Column,cells\n{row},{column},5\n") == {"cells": {(0, 0): 5.0}}


@pytest.mark.parametrize("separator", [",", "\t", ";"], ids=["comma", "tab", "semicolon"])
def test_any_separator_will_do(separator):
    text = "Well,a b\nA1,1.5\n".replace(",", separator)
    assert only(text) == {"a b": {(0, 0): 1.5}}


def test_words_are_no_measurement_and_gaps_are_no_zero():
    found = only("Well,gene,cells,note\nA1,KIF5B,5,\nA2,,NA,x\nA3,TP53,-1.5e2,\n")
    assert found == {"cells": {(0, 0): 5.0, (0, 2): -150.0}}


@pytest.mark.parametrize("text", ["inf", "nan", "1e999"])
def test_what_is_no_finite_number_is_left_out(text):
    assert only(f"Well,x\nA1,1\nA2,2\nA3,3\nA4,4\nA5,5\nA6,{text}\n")["x"] == {(0, n): n + 1.0 for n in range(5)}


def test_the_greatest_numbers_have_a_mean_and_a_span():
    found = only("Well,n\nA1,1e300\nA1,1e300\nA2,-1e300\nA2,-1e300\nA3,1.7e308\nA4,1\nA5,2\nA6,3\n")["n"]
    assert (0, 2) not in found
    assert math.isfinite(max(found.values()) - min(found.values()))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"], ids=["UTF-8", "UTF-16", "bare UTF-16"])
def test_text_is_read_in_the_encodings_of_spreadsheets(encoding):
    content = ("\ufeff" if encoding == "utf-16-le" else "") + "Well\tArea (µm²)\nA1\t5\n"
    assert [column.name for column in read(content.encode(encoding), "t.tsv").columns] == ["Area (µm²)"]


def test_several_rows_of_a_well_become_their_mean():
    table = read(b"Well,area\nA1,10\nA1,20\nA2,3\n", "cells.csv")
    assert table.repeats
    assert table.columns[0].of_plate("") == {(0, 0): 15.0, (0, 1): 3.0}


def test_of_several_plates_each_has_its_own_values():
    text = "Plate,Well,x\nP1,A1,1\nP2,A1,2\n"
    assert only(text, plate="p2")["x"] == {(0, 0): 2.0}
    assert only(text, plate="P3")["x"] == {}
    assert only("Plate,Well,x\nP1,A1,1\n", plate="other")["x"] == {(0, 0): 1.0}


@pytest.mark.parametrize(
    "text",
    ["", "\n", "a,b\n1,2\n", "Well\nA1\n", "Well,gene\nA1,x\n", "Row,x\nA,1\n", "Well,x\nnowhere,1\n", "\x00\x00"],
)
def test_other_tables_are_refused(text):
    with pytest.raises(NoTable):
        read(text.encode(), "t.csv")


def test_what_is_too_long_is_read_as_far_as_the_limit(monkeypatch):
    monkeypatch.setattr(well_tables, "MOST_ROWS", 2)
    table = read(b"Well,x\nA1,1\nA2,2\nA3,3\n", "t.csv")
    assert (table.rows, table.is_cut) == (2, True)


def workbook(rows: list[list[object]]) -> bytes:
    book, content = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(content)
    return content.getvalue()


def test_a_workbook_is_read_like_text():
    content = workbook(
        [["Row", "Column", "x", "gene"], ["A", 1, 2.5, "a"], ["B", 12, None, "b"], [None, None, 3, None]]
    )
    table = read(content, "plate.xlsx")
    assert [(column.name, column.of_plate("")) for column in table.columns] == [("x", {(0, 0): 2.5})]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 nonsense", b"Well,x\nA1,1\n"], ids=["empty", "cut", "text"])
def test_what_is_called_a_workbook_and_is_none_is_refused(content):
    with pytest.raises(NoTable):
        read(content, "plate.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_UNPACKED", 100)
    with pytest.raises(NoTable):
        read(workbook([["Well", "x"], ["A1", 1]]), "plate.xlsx")


TABLE = [["Well", "cells"], ["A1", 5]]


def with_part(name: str, content: bytes) -> bytes:
    """The same workbook with another content of one part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(TABLE))) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return out.getvalue()


def encrypted() -> bytes:
    """Each part's header says that it is encrypted."""
    content = workbook(TABLE)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        head, *parts = content.split(mark)
        marked = [part[: at - 4] + bytes([part[at - 4] | 1]) + part[at - 3 :] for part in parts]
        content = mark.join([head, *marked])
    return content


def damaged() -> bytes:
    """Bytes of each part are others than were written."""
    head, *parts = workbook(TABLE).split(b"PK\x03\x04")
    changed = [part[:56] + bytes(byte ^ 0x5A for byte in part[56:86]) + part[86:] for part in parts]
    return b"PK\x03\x04".join([head, *changed])


@pytest.mark.parametrize(
    "content",
    [
        with_part("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c"),
        with_part("xl/workbook.xml", b"<workbook"),
        with_part("xl/styles.xml", b"no XML"),
        encrypted(),
        damaged(),
    ],
    ids=["sheet cut off", "workbook cut off", "no styles", "encrypted", "damaged"],
)
def test_a_broken_workbook_is_refused(content):
    with pytest.raises(NoTable):
        read(content, "t.xlsx")
