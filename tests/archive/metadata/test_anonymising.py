"""Names are hidden wherever they stand, and nothing else is."""

import pytest

from archive.metadata.anonymising import Person, identifiers_in, names_of, people_in, without_people
from archive.metadata.loading import load_templates

PEOPLE = [
    Person("Zephyrine Quillfeather", "zq.lab@quill.example", "0000-0002-1825-0097", ("Institute of Quills, Quillton",)),
    Person("Müller-Doe, Jo A."),
    Person("Xu Li"),
]
NAMES = names_of(PEOPLE, ["ERC-2019-STG 852448"])


@pytest.mark.parametrize(
    "text",
    [
        "by Zephyrine Quillfeather", "by QUILLFEATHER Z.", "quillfeather2021", "write to zq.lab@quill.example",
        "orcid.org/0000-0002-1825-0097", "0000000218250097", "at the Institute of Quills, Quillton", "Jo Mueller-Doe",
        "with Muller", "with Mu\u0308ller", "user jdoe saved it; Doe", "Li took them", "grant ERC-2019-STG 852448",
        "zephyrine_quillfeather", "quill.example",
    ],
)  # fmt: skip
def test_a_name_is_found_and_hidden(text):
    assert NAMES.found_in(text)
    assert not NAMES.found_in(NAMES.scrub(text))
    assert "hidden" in NAMES.scrub(text)


@pytest.mark.parametrize("text", ["a lithium salt, li", "doeskin", "Institute", "the images of cells", "European", ""])
def test_nothing_else_is(text):
    assert NAMES.scrub(text) == text


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        ("/home/quillfeather/2021/cells.ome.tif", "/home/hidden/2021/cells.ome.tif"),
        ("images/li_01.ome.tif", "images/hidden.ome.tif"),
        ("D:\\Zephyrine\\cells.czi", "D:\\hidden\\cells.czi"),
        ("zq.lab/plate.ome.zarr/0", "hidden/plate.ome.zarr/0"),
        ("images/cells.doe", "images/hidden"),
        ("images/alignment_01.tif", "images/alignment_01.tif"),
    ],
)
def test_a_part_of_a_path_goes_as_a_whole(path, hidden):
    assert NAMES.scrub(path) == hidden


def test_the_portals_own_words_stay():
    assert not names_of(PEOPLE, without=["https://images.quill.example"]).found_in("quill.example")


def test_a_document_loses_its_people():
    template = load_templates([]).get("light-microscopy")
    document = {
        "study": {
            "title": "Cells of Quillfeather",
            "description": "Code: https://github.com/quills/cells, paper 10.1234/cells.5; write to a@else.example now.",
            "authors": [
                {"name": "Zephyrine Quillfeather", "affiliation": "Institute of Quills", "email": "z@q.example"}
            ],
            "grants": [{"funder": "Fund of Funds", "number": "G-12345"}],
            "acknowledgements": "Thanks to Bob.",
            "funding": "Paid by us.",
            "publication": {"title": "Cells", "doi": "10.1234/cells"},
            "keywords": ["mitosis", "Quillfeather stain"],
        },
        "biosample": {"organism": [{"label": "Homo sapiens", "curie": "NCBITaxon:9606"}]},
        "unknown": {"note": "of nobody knows what"},
    }
    names = names_of(people_in(template, document), identifiers_in(template, document))
    assert without_people(template, document, names) == {
        "study": {
            "title": "Cells of [hidden]",
            "description": "Code: [hidden] paper [hidden] write to [hidden] now.",
            "keywords": ["mitosis", "[hidden] stain"],
        },
        "biosample": {"organism": [{"label": "Homo sapiens", "curie": "NCBITaxon:9606"}]},
    }
    assert names.found_in("G-12345") and names.found_in("Fund of Funds") and names.found_in("10.1234/cells")
