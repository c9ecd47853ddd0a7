"""Files of terms are streamed, and a faulty one is refused with its line."""

import gzip

import pytest

from archive.terms import BadTerms, Parent, Scope, Synonym, read_terms

from .builders import write_terms


def test_a_row_becomes_a_term(tmp_path):
    row = "T:2\tbeast\tcommon:the beast|abbrev:B.\tT:1|part_of:T:9\t\t\tA beast.\tspecies"
    (term,) = read_terms(write_terms(tmp_path / "t.gz", row), "T", "2024")
    assert term.synonyms == (Synonym("the beast", Scope.COMMON), Synonym("B.", Scope.ABBREVIATION))
    assert term.parents == (Parent("T:1"), Parent("T:9", "part_of"))
    assert (term.definition, term.rank, term.ontology, term.version) == ("A beast.", "species", "T", "2024")
    assert term.prefix == "T"


def test_an_obsolete_row_names_its_replacements(tmp_path):
    (term,) = read_terms(write_terms(tmp_path / "t.gz", "T:2\told\t\t\t1\tT:3|T:4\t\t"), "T")
    assert term.obsolete
    assert term.replaced_by == ("T:3", "T:4")


def test_quotation_marks_are_letters(tmp_path):
    (term,) = read_terms(write_terms(tmp_path / "t.gz", 'T:2\t5" beast\texact:"b\t\t\t\t\t'), "T")
    assert term.label == '5" beast'


def test_terms_are_streamed(tmp_path):
    terms = read_terms(write_terms(tmp_path / "t.gz", "T:1\tgood\t\t\t\t\t\t", "broken"), "T")
    assert next(terms).label == "good"
    with pytest.raises(BadTerms, match="line 3"):
        next(terms)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        pytest.param("T:1\tx", "line 2: 2 cells instead of 8", id="short row"),
        pytest.param("T1\tx\t\t\t\t\t\t", "line 2: a term needs a CURIE", id="no CURIE"),
        pytest.param("T:1\t\t\t\t\t\t\t", "line 2: a term needs a CURIE and a label", id="no label"),
        pytest.param("T:1\tx\tnickname:y\t\t\t\t\t", "line 2: 'nickname'", id="unknown scope"),
    ],
)
def test_a_faulty_row_is_told_by_its_line(tmp_path, row, sentence):
    with pytest.raises(BadTerms, match=sentence):
        list(read_terms(write_terms(tmp_path / "t.gz", row), "T"))


def test_other_columns_are_refused(tmp_path):
    with pytest.raises(BadTerms, match="columns must begin"):
        list(read_terms(write_terms(tmp_path / "t.gz", header="id\tname"), "T"))


def test_a_file_that_is_absent_cut_or_no_gzip_is_refused(tmp_path):
    whole = gzip.compress(b"id\tlabel\n" * 1000)
    (tmp_path / "cut.gz").write_bytes(whole[:20])
    (tmp_path / "plain.gz").write_text("id\tlabel\n", encoding="utf-8")
    (tmp_path / "latin.gz").write_bytes(gzip.compress("id\tGröße\n".encode("latin-1")))
    for name in ("absent.gz", "cut.gz", "plain.gz", "latin.gz"):
        with pytest.raises(BadTerms, match=name):
            list(read_terms(tmp_path / name, "T"))
