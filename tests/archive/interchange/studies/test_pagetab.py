"""Submissions of BioStudies: real ones of several templates, the tab-separated form, and broken ones."""

import json
from pathlib import Path

import pytest

from archive.interchange.studies import BadStudy, parse_pagetab, read_pagetab
from archive.interchange.studies.model import TermRef

DATA = Path("tests/data/studies/pagetab")
TSV = """Submission\tS-BIAD1
Title\tCells
ReleaseDate\t2024-01-02

Study
Title\tDividing cells
Description\tCells that divide.
Organism\tHomo sapiens (human)
(Ontology)\tNCBITaxon
[TermId]\t9606
License\tCC0

Author
Name\tAda Lovelace
ORCID\t0000-0002-1825-0097
<affiliation>\to1

Organization\to1
Name\tInstitute
RORID\t01nrxwf90

Publication[]\tTitle\tDOI
p1\tA paper\t10.1234/abc

Link\tEMD-8000
Description\tThe map

Files\tGenotype
a.tif\twild type
b.tif\tmutant
"""


def test_a_submission_of_the_fourth_template_is_read_whole():
    study = read_pagetab(DATA / "S-BIAD1752_override.json")
    assert (study.origin, study.identifier, study.licence) == ("bioimage-archive", "S-BIAD1752", "CC-BY-4.0")
    assert (study.release_date, study.doi) == ("2025-03-27", "10.6019/S-BIAD1752")
    assert [author.name for author in study.authors][:2] == ["Gang Li", "Eva K. Nichols"]
    assert study.authors[1].orcid == "0000-0002-8501-8028"
    assert study.authors[0].affiliations[0].name == "University of Washington"
    assert study.organisms == (TermRef("Mus musculus"),)
    assert [method.label for method in study.methods] == [
        "spinning disk confocal microscopy",
        "fluorescence microscopy",
    ]
    assert study.components[0].acquisitions == ("CellCycleNet 60x Confocal Dataset",)
    assert [annotation.types for annotation in study.annotations][:1] == [("segmentation_mask",)]
    assert study.grants[0].number == "UM1 HG011531"


def test_an_older_submission_has_terms_with_identifiers():
    study = read_pagetab(DATA / "S-BIAD15_original.json")
    assert study.organisms == (TermRef("Saccharomyces cerevisiae", "NCBITaxon:4932"),)
    assert study.methods[1] == TermRef("transmission electron microscopy", "FBbi:00000258")
    assert study.publications[0].pmcid == "PMC6711709"
    # What BioStudies released it by, not the date of an older form.
    assert study.release_date == "2020-02-14"


def test_file_lists_beside_it_are_listed_with_their_attributes():
    study = read_pagetab(DATA / "S-BIADTEST.json")
    files = list(study.files())
    assert files[0].path == "study_component1/im06.png"
    assert files[0].size == 3
    assert files[0].attributes["metadata1_key"] == "metadata1_value"
    assert len(files) == len(list(study.files())) == 5
    missing = [row for row in study.unplaced if row.key == "File List"]
    assert [(row.value, row.understood) for row in missing] == [("file_list_annotations_1.json", False)]


def test_what_has_no_field_is_kept_and_what_is_wrong_is_said():
    study = read_pagetab(DATA / "S-BSST592_original.json")
    rows = {row.key: row for row in study.unplaced}
    assert rows["Gnotobiote experiments"].understood
    assert rows["Gnotobiote experiments"].place == "section/Gnotobiote experiments"
    assert not rows["url"].understood
    assert rows["url"].why.endswith(".")


def test_the_tab_separated_form_says_the_same():
    study = parse_pagetab(TSV.encode())
    assert (study.identifier, study.title, study.release_date) == ("S-BIAD1", "Dividing cells", "2024-01-02")
    assert study.organisms == (TermRef("Homo sapiens", "NCBITaxon:9606"),)
    assert study.authors[0].affiliations[0].ror == "https://ror.org/01nrxwf90"
    assert study.publications[0].doi == "10.1234/abc"
    assert (study.links[0].scheme, study.links[0].description) == ("EMDB", "The map")
    assert [(file.path, file.attributes) for file in study.files()] == [
        ("a.tif", {"Genotype": "wild type"}),
        ("b.tif", {"Genotype": "mutant"}),
    ]


def _submission(**section) -> bytes:
    return json.dumps({"accno": "S-BIAD1", "section": {"type": "Study", **section}}).encode()


def test_of_several_languages_the_english_title_is_taken_and_the_others_are_kept():
    titles = [
        {"name": "Title", "value": "Zellen", "valqual": [{"name": "Language", "value": "de"}]},
        {"name": "Title", "value": "Cells", "valqual": [{"name": "Language", "value": "en"}]},
    ]
    study = parse_pagetab(_submission(attributes=titles))
    assert study.title == "Cells"
    assert [(row.key, row.value, row.understood) for row in study.unplaced] == [("Title", "Zellen", True)]


WRONG = [
    5,
    "text",
    None,
    True,
    [],
    [[]],
    {},
    [None],
    [5],
    ["text"],
    [{}],
    [{"name": 5}],
    [{"name": "Name", "value": {}}],
]


@pytest.mark.parametrize("value", WRONG, ids=repr)
@pytest.mark.parametrize("key", ["attributes", "subsections", "links", "files", "type", "accno"])
def test_wrong_types_anywhere_raise_nothing(key, value):
    inner = {"type": "Author", key: value}
    study = parse_pagetab(_submission(**{"subsections": [inner], key: value}))
    assert study.identifier == "S-BIAD1"
    list(study.files())


@pytest.mark.parametrize("name", ["Title", "License", "Keywords", "Organism", "ReleaseDate", "Description"])
@pytest.mark.parametrize(
    "value", [5, True, [], {}, [1, None], {"a": 1}, "\x00", "x" * 100_000], ids=lambda v: repr(v)[:20]
)
def test_wrong_values_raise_nothing(name, value):
    parse_pagetab(_submission(attributes=[{"name": name, "value": value}]))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"accno": "S-1"}',
        b'{"section": {}}',
        b"\xff\xfe",
        b"[" * 100_000,
        b"Submission\tS-1\n",
        b"a\tb\n",
        b'{"accno": {}, "section": {"type": "Study"}}',
    ],
    ids=lambda content: repr(content[:16]),
)
def test_what_is_no_submission_is_refused_with_a_sentence(content):
    with pytest.raises(BadStudy, match=r"\.$"):
        parse_pagetab(content)


def test_a_file_list_outside_the_folder_is_not_opened(tmp_path):
    (tmp_path / "secret.json").write_text('[{"path": "secret"}]')
    folder = tmp_path / "study"
    folder.mkdir()
    content = _submission(
        attributes=[],
        subsections=[{"type": "Study Component", "attributes": [{"name": "File List", "value": "../secret.json"}]}],
    )
    assert list(parse_pagetab(content, "S", folder).files()) == []


def test_a_file_list_that_breaks_off_is_refused(tmp_path):
    (tmp_path / "list.json").write_text('[{"path": "a.tif"}, {"path":')
    content = _submission(
        subsections=[{"type": "Study Component", "attributes": [{"name": "File List", "value": "list.json"}]}]
    )
    with pytest.raises(BadStudy, match="breaks off"):
        list(parse_pagetab(content, "S", tmp_path).files())
