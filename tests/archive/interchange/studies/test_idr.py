"""Studies of IDR: the study file with its tables."""

from pathlib import Path

import pytest

from archive.interchange.studies import BadStudy, parse_idr, read_idr
from archive.interchange.studies.model import TermRef

STUDY = Path("tests/data/studies/idr/idr0021-lawo-pericentriolarmaterial")


def test_a_study_is_read_with_its_tables():
    study = read_idr(STUDY)
    assert (study.origin, study.identifier) == ("idr", "idr0021")
    assert (study.title[:20], study.licence) == ("Subdiffraction imagi", "CC-BY-4.0")
    assert study.organisms == (TermRef("Homo sapiens", "NCBITaxon:9606"),)
    assert study.methods == (TermRef("structured illumination microscopy (SIM)", "FBbi:00000332"),)
    assert study.publications[0].doi == "10.1038/ncb2591"
    assert study.file_count == 1244
    assert study.samples[-1].cell_lines == ("HeLa",)


def test_contacts_are_joined_to_the_authors_of_the_paper():
    authors = read_idr(STUDY).authors
    assert [author.name for author in authors] == ["Lawo S", "Monica Hasegan", "Gupta GD", "Laurence Pelletier"]
    assert "@" in authors[3].email


def test_files_and_annotations_are_listed_with_their_columns():
    files = list(read_idr(STUDY).files())
    assert files[0].path.endswith("Centrin_PCNT_Cep215_20110506_Fri-1545_0_SIR_PRJ.dv")
    assert files[0].attributes["dataset"] == "CDK5RAP2-C"
    assert files[-1].attributes["Characteristics [Cell Line]"] == "HeLa"


def test_every_line_found_a_field_or_is_kept():
    study = read_idr(STUDY)
    assert all(row.understood for row in study.unplaced)
    assert "Experiment Size" in {row.key for row in study.unplaced}


@pytest.mark.parametrize(
    "content",
    [b"", b"no study\tat all\n", b"Study Title\tCells\n", b"Study Title\t\x00\n", b"\xff\xff", b'Study Title\t"open\n'],
    ids=repr,
)
def test_what_is_no_study_file_is_refused_with_a_sentence(content):
    with pytest.raises(BadStudy, match=r"\.$"):
        parse_idr(content)


@pytest.mark.parametrize(
    "lines",
    [
        "",
        "Study DOI\n",
        "Study DOI\tnone\t\t10.1/x\n",
        "Study Organism\ta\tb\nStudy Organism Term Accession\t\tNCBITaxon_9606\n",
        "Study Public Release Date\tsoon\n",
        "Screen Number\n",
        "Experiment Number\t1\nProtocol Description\ta\tb\tc\n",
        "Study Person Last Name\tA\tB\nStudy Person Email\tx\n",
    ],
)
def test_missing_and_odd_lines_raise_nothing(lines):
    head = "Comment[IDR Study Accession]\tidr9999\nStudy Title\tCells\n"
    assert parse_idr((head + lines).encode()).title == "Cells"
