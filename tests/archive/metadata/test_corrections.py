"""What curators of another archive had to correct in real submissions, and what our form makes of the same entries.

The table is of all records of the shared data that come as submitted and as corrected (bia-pagetab/*_original.json and
*_override.json). All 14 entries that were typed wrongly are caught: 5 are read as they were meant, 9 are asked about.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from archive.metadata import clean_document, validate
from archive.metadata.formdata import to_document

from .builders import LIGHT, document

READ, ASKED = "read as it was meant", "asked to be corrected"


def person(email: str) -> dict[str, Any]:
    return {"study__authors": [{"name": "Ada Lovelace", "email": email}]}


def paper(**said: str) -> dict[str, Any]:
    return {"study__publication": said}


def link(url: str) -> dict[str, Any]:
    return {"study__links": [{"url": url}]}


# Record, what was submitted, the place, what a curator made of it, and what becomes of it here before it is submitted.
CORRECTIONS = [
    ("S-BIAD1135", link("doi.org/10.17632/8gcncg6zkt.3"), "/study/links/0/url", "10.17632/8gcncg6zkt.3", READ),
    ("S-BIAD1136", person("oona.paavolainen@ut"), "/study/authors/0/email", "oona.k.paavolainen@utu.fi", ASKED),
    ("S-BIAD1223", person("ylva.ivarsson@kemi..u.se"), "/study/authors/0/email", "ylva.ivarsson@kemi.uu.se", ASKED),
    (
        "S-BIAD1344",
        person("raffaeledefilippis92@gmail.comraffaeledefilippis92@gmail.com"),
        "/study/authors/0/email",
        "raffaeledefilippis92@gmail.com",
        ASKED,
    ),
    ("S-BIAD15", {"study__licence": "CC-BY 4.0"}, "/study/licence", "CC BY 4.0", ASKED),
    (
        "S-BIAD1752",
        paper(doi="https://doi.org/DOI: 10.26508/lsa.202403067"),
        "/study/publication/doi",
        "10.26508/lsa.202403067",
        READ,
    ),
    (
        "S-BIAD1879",
        paper(doi="https:// dx.doi.org/10.17504/protocols.io.rm7vz7qx8lx1/v1"),
        "/study/publication/doi",
        "https://dx.doi.org/10.17504/protocols.io.rm7vz7qx8lx1/v1",
        READ,
    ),
    (
        "S-BIAD1926",
        paper(doi="https://doi.org/10.1101/2025.04.08.647723 Funding"),
        "/study/publication/doi",
        "https://doi.org/10.1101/2025.04.08.647723",
        ASKED,
    ),
    (
        "S-BIAD1982",
        paper(doi="2024.09.23.614351"),
        "/study/publication/doi",
        "10.1101/2024.09.23.614351",
        ASKED,
    ),
    (
        "S-BIAD2324",
        paper(doi="arXiv:2504.18737v1"),
        "/study/publication/doi",
        "https://doi.org/10.48550/arXiv.2504.18737",
        READ,
    ),
    ("S-BIAD662", paper(pmid="in revision"), "/study/publication/pmid", "", ASKED),
    ("S-BIAD954", person("Julia Nöth <julia.noeth@ufz.de>"), "/study/authors/0/email", "julia.noeth@ufz.de", READ),
    ("S-BSST592", link("LC3 and p62"), "/study/links/0/url", "", ASKED),
    (
        "S-BSST651",
        person("huw.williams@williams@nottingham.ac.uk"),
        "/study/authors/0/email",
        "huw.williams@nottingham.ac.uk",
        ASKED,
    ),
]
# What else curators changed: no entry that a depositor typed wrongly.
OTHERWISE = {
    "S-BIAD1076": "a variable that was split at its commas, which our form does not do: see below",
    "S-BIAD15": "an identifier that the portal gives",
    "S-BIAD590": "sections moved into another template's order",
    "S-BIAD628": "sections moved into another template's order",
    "S-BIAD978": "a section that became an association",
    "S-BSMS4": "nothing that we keep",
}


def at(value: Any, pointer: str) -> Any:
    for step in pointer.strip("/").split("/"):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def bare(identifier: str) -> str:
    return identifier.removeprefix("https://").removeprefix("dx.").removeprefix("doi.org/")


@pytest.mark.parametrize(
    ("record", "entry", "pointer", "corrected", "outcome"), CORRECTIONS, ids=lambda each: str(each)[:12]
)
def test_an_entry_that_curators_had_to_correct_is_caught_before(record, entry, pointer, corrected, outcome):
    cleaned = clean_document(LIGHT, document(**entry))
    problems = [problem for problem in validate(LIGHT, cleaned) if problem.pointer == pointer]
    if outcome == READ:
        assert problems == []
        assert bare(at(cleaned, pointer)) == bare(corrected)
    else:
        (problem,) = problems
        assert problem.blocks
        assert problem.message.endswith(".")


def test_a_variable_with_commas_stays_one():
    said = "four channels to detect three immunoglobulins (IgG, IgA, IgM; binding to antigens)"
    read = to_document(LIGHT, {"biosample.experimental_variables": said})
    assert read["biosample"]["experimental_variables"] == [said]


@pytest.mark.shared_data
def test_the_table_is_of_all_records_that_were_corrected():
    folder = Path(os.environ["PORTAL_SHARED_DATA"]) / "studies" / "bia-pagetab"
    pairs = {path.name.removesuffix("_override.json") for path in folder.glob("*/*_override.json")}
    assert pairs == {record for record, *_ in CORRECTIONS} | OTHERWISE.keys()
    for record, entry, _pointer, corrected, _outcome in CORRECTIONS:
        before, after = (
            (folder / record / f"{record}_{kind}.json").read_text("utf-8") for kind in ("original", "override")
        )
        assert _typed(entry) in before
        assert corrected in after


def _typed(entry: Any) -> str:
    """The last string in what was submitted: the entry itself."""
    while not isinstance(entry, str):
        entry = list(entry.values() if isinstance(entry, dict) else entry)[-1]
    return entry
