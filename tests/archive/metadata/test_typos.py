"""Slips of spreadsheets and hurry are noticed, and good text is left alone."""

import pytest

from archive.metadata import Code, Tier, find_typos
from archive.metadata.typos import check_cell, check_text

from .builders import LIGHT, document


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ("knock-down of 2-Sep and others", "SEPTIN2"),
        ("1-Mar", "MARCHF1"),
        ("1-Dec", "DELEC1"),
        ("4-Oct", "OCT4"),
        ("2.31E+13 was plated", "Write it out"),
        ("a 10 um section", "10 µm"),
        ("pixels of 0.1 micron", "0.1 µm"),
        ("treated with 5uM drug", "5 µM"),
    ],
)
def test_slips_in_text_are_noticed_with_the_fix(text, fix):
    (slip,) = check_text(text)
    assert slip.found in text
    assert fix in slip.message


@pytest.mark.parametrize(
    "text",
    [
        "SEPTIN2 and MARCHF1",
        "deposited on 3-Sep-2010",
        "on 2 September",
        "HeLa; U2OS in running text",
        "10 µm sections, 0.1 nm",
        "4-Octyl itaconate",
        "value of 1.5E+3 counts",
        "",
    ],
)
def test_good_text_is_left_alone(text):
    assert list(check_text(text)) == []


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("HeLa; U2OS", "2 values"),
        ("a|b|c", "3 values"),
        ("n/a", "says nothing"),
        ("#REF!", "says nothing"),
        ("??", "says nothing"),
        ("µm", "unit without a number"),
        ("100nm", "100 nm"),
        ("2-Sep", "SEPTIN2"),
    ],
)
def test_slips_in_a_cell_are_noticed(cell, word):
    assert any(word in slip.message for slip in check_cell(cell))


@pytest.mark.parametrize("cell", ["HeLa", "C57BL/6J", "nocodazole, 100 nM", "control", "unknown pleasures", "BY4741"])
def test_good_cells_are_left_alone(cell):
    assert list(check_cell(cell)) == []


def test_a_document_is_searched_everywhere_and_only_notices_come():
    problems = find_typos(
        LIGHT,
        document(
            study__keywords=["a;b"],
            study__links=[{"url": "https://e.org", "description": "10 um"}],
            biosample__organism=[{"curie": "", "label": "n/a"}],
            components=[{"name": "1-Mar"}, "not an object"],
        ),
    )
    assert {problem.pointer for problem in problems} == {
        "/study/keywords/0",
        "/study/links/0/description",
        "/biosample/organism/0",
        "/components/0/name",
    }
    assert {(problem.code, problem.tier) for problem in problems} == {(Code.TYPO, Tier.OPTIONAL)}


def test_a_first_draft_has_none():
    assert find_typos(LIGHT, document()) == ()
