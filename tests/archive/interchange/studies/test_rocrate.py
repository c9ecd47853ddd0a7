"""Study crates of four archives, and broken ones."""

import json
from pathlib import Path

import pytest

from archive.interchange.studies import BadStudy, parse_rocrate, read_rocrate
from archive.interchange.studies.model import TermRef

CRATES = Path("tests/data/studies/crates")


@pytest.mark.parametrize(
    ("name", "origin", "identifier", "authors", "files"),
    [
        ("S-BIAD1009", "bioimage-archive", "S-BIAD1009", 4, 36),
        ("idr0009", "idr", "idr0009", 1, 397056),
        ("103-Hirayama-GlandReg", "ssbd", "103-Hirayama-GlandReg", 11, 24),
        ("EMPIAR-10442", "empiar", "EMPIAR-10442", 4, 4),
    ],
)
def test_crates_of_four_archives_are_read(name, origin, identifier, authors, files):
    study = read_rocrate(CRATES / f"{name}-ro-crate-metadata.json")
    assert (study.origin, study.identifier, len(study.authors)) == (origin, identifier, authors)
    assert study.title
    assert study.licence in ("CC0-1.0", "CC-BY-4.0")
    assert study.organisms[0].curie.startswith("NCBITaxon:")
    assert study.file_count == files


def test_people_have_orcid_affiliation_and_ror():
    authors = read_rocrate(CRATES / "S-BIAD1009-ro-crate-metadata.json").authors
    assert (authors[0].name, authors[0].orcid) == ("Tamsin Samuels", "0000-0003-4670-1139")
    assert authors[0].affiliations[0].name == "University of Cambridge"
    tsuji = read_rocrate(CRATES / "103-Hirayama-GlandReg-ro-crate-metadata.json").authors[0]
    assert tsuji.affiliations[0].ror == "https://ror.org/05sj3n476"
    assert tsuji.affiliations[0].name.endswith("Tokyo University of Science")


def test_the_profile_of_bia_lists_the_files_beside_it():
    study = read_rocrate(CRATES / "bia-profile")
    assert study.methods == (TermRef("Confocal microscopy", "FBbi:00000251"),)
    assert study.organisms == (TermRef("Drosophila melanogaster", "NCBITaxon:7227"),)
    files = list(study.files())
    assert (files[0].path, files[0].size) == ("folder1/file1.ome.zarr.zip", 24628037)
    assert files[0].attributes["dataset"] == "#Study%20Component-1"


def _crate(*entities, **root) -> bytes:
    graph = [
        {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"}},
        {"@id": "./", "@type": "Dataset", "identifier": "X1", "name": "Cells", **root},
        *entities,
    ]
    return json.dumps({"@context": [], "@graph": graph}).encode()


def test_prefixed_and_full_names_of_properties_are_the_same():
    study = parse_rocrate(_crate(**{"http://schema.org/description": "Words", "schema:keywords": ["a", "b"]}))
    assert (study.description, study.keywords) == ("Words", ("a", "b"))


def test_of_several_languages_the_english_one_is_taken():
    names = [{"@value": "Zellen", "@language": "de"}, {"@value": "Cells", "@language": "en"}]
    study = parse_rocrate(_crate(name=names))
    assert study.title == "Cells"
    assert [row.value for row in study.unplaced] == ["Zellen"]


def test_what_nothing_refers_to_is_said():
    study = parse_rocrate(_crate({"@id": "#p", "@type": "Person", "name": "Ada"}))
    assert [(row.value, row.why) for row in study.unplaced] == [("Ada", "Nothing in the crate refers to it.")]


WRONG = [
    5,
    None,
    True,
    "",
    "text",
    [],
    {},
    [[]],
    [None, 5],
    {"@id": 5},
    {"@id": "#absent"},
    [{"@id": {}}],
    {"@value": []},
]


@pytest.mark.parametrize("value", WRONG, ids=repr)
@pytest.mark.parametrize(
    "key",
    [
        *("name", "description", "author", "license", "datePublished", "keywords", "about", "measurementMethod"),
        *("size", "citation", "seeAlso", "funder", "publisher", "hasPart", "thumbnailUrl", "@type"),
    ],
)
def test_wrong_types_anywhere_raise_nothing(key, value):
    inner = [
        {"@id": "#i", "@type": kind, key: value, "affiliation": value, "taxonomicRange": value, "value": value}
        for kind in ("Person", "BioSample", "LabProtocol", "bia:Dataset", "QuantitativeValue", "File", "Grant")
    ]
    root = {key: value} if key != "@type" else {}
    study = parse_rocrate(_crate(*inner, value, **root))
    assert study.identifier == "X1"
    list(study.files())


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"{}", b'{"@graph": {}}', b'{"@graph": []}', b"\xff\xfe", b"[" * 100_000],
    ids=lambda content: repr(content[:16]),
)
def test_what_is_no_crate_is_refused_with_a_sentence(content):
    with pytest.raises(BadStudy, match=r"\.$"):
        parse_rocrate(content)
