"""The shipped vocabularies: whole, sound, licensed, and answering to the names that people use."""

import gzip
import os
from pathlib import Path

import pytest

from archive.metadata import load_templates, validate
from archive.terms import SHIPPED, TermMatcher, load_shipped, shipped
from archive.terms.shipped import DATA


@pytest.fixture(scope="module")
def index():
    return load_shipped()


@pytest.fixture(scope="module")
def matcher(index):
    return TermMatcher(index)


def test_organisms_and_methods_are_here(index):
    assert sum(term.ontology == "NCBITaxon" for term in index) > 17_000
    assert sum(term.ontology == "FBbi" for term in index) > 600
    assert {term.version for term in index} == {ontology.version for ontology in SHIPPED}


@pytest.mark.parametrize("ontology", SHIPPED, ids=lambda ontology: ontology.name)
def test_source_and_licence_stand_beside_the_data(ontology):
    sources = (DATA / "SOURCES.md").read_text(encoding="utf-8")
    assert ontology.file.name.partition(".")[0] in sources
    assert ontology.version in sources
    assert ontology.licence in sources
    if ontology.licence != "public domain":
        assert (DATA / "LICENCES" / f"{ontology.licence}.txt").is_file()


def test_every_parent_and_replacement_exists_and_no_term_is_above_itself(index):
    for term in index:
        for parent in term.parents:
            assert index.get(parent.curie) is not None and not index.get(parent.curie).obsolete
        assert term.curie not in {above.curie for above in index.ancestors(term.curie)}


@pytest.mark.parametrize(
    ("name", "vocabulary", "curie"),
    [
        ("HeLa", "cellosaurus", "cellosaurus:CVCL_0030"),
        ("U-2 OS", "cellosaurus", "cellosaurus:CVCL_0042"),
        ("liver", "UBERON", "UBERON:0002107"),
        ("hepatocyte", "CL", "CL:0000182"),
        ("mitotic spindle", "GO", "GO:0072686"),
        ("breast cancer", "MONDO", "MONDO:0007254"),
        ("binuclear cell phenotype", "CMPO", "CMPO:0000213"),
    ],
)
def test_every_field_of_a_sample_has_the_names_that_people_use(index, name, vocabulary, curie):
    assert index.find(name, vocabulary).curie == curie


def test_groups_hold_their_members(index):
    above = {term.label for term in index.ancestors("NCBITaxon:10090")}
    assert {"Mus", "Mammalia", "Metazoa"} <= above
    confocal = {term.label for term in index.ancestors(index.find("confocal microscopy").curie)}
    assert {"light microscopy", "imaging method"} <= confocal


def test_a_text_of_a_study_gives_its_organism_and_method(matcher):
    text = "C. elegans embryos, grown at 20 degrees, were imaged by spinning disk confocal microscopy."
    labels = [term.label for term in matcher.terms(text)]
    assert labels == ["Caenorhabditis elegans", "spinning disk confocal microscopy"]


def test_an_index_is_what_validation_looks_terms_up_in(index):
    template = load_templates().default
    document = {"acquisition": {"imaging_method": [{"curie": "FBbi:99999999", "label": "magic"}]}}
    assert any(problem.code == "term-unknown" for problem in validate(template, document, index))


def test_an_organism_outside_the_choice_is_believed_and_an_unknown_method_is_not(index):
    assert index.covers("FBbi")
    assert not index.covers("NCBITaxon")
    template = load_templates().default
    document = {"biosample": {"organism": [{"curie": "NCBITaxon:99999999", "label": "Rare beast"}]}}
    (problem,) = [p for p in validate(template, document, index) if p.pointer.startswith("/biosample/organism")]
    assert problem.code == "term-unchecked"
    assert not problem.blocks


def test_the_vocabularies_of_all_fields_are_shipped():
    names = {ontology.name for ontology in SHIPPED}
    for template in load_templates():
        assert template.vocabularies <= names


def test_one_vocabulary_can_be_loaded_alone():
    methods = load_shipped("fbbi")
    assert {term.ontology for term in methods} == {"FBbi"}
    with pytest.raises(LookupError, match="NCBITaxon, FBbi"):
        shipped("astrology")


def test_the_files_are_small():
    assert sum(ontology.file.stat().st_size for ontology in SHIPPED) < 8_000_000


@pytest.mark.shared_data
def test_the_copies_are_those_of_the_shared_data():
    if "PORTAL_SHARED_DATA" not in os.environ:
        pytest.fail("Set PORTAL_SHARED_DATA to the folder of the shared data.")
    for ontology in SHIPPED:
        source = Path(os.environ["PORTAL_SHARED_DATA"]) / "vocab" / ontology.file.name
        assert gzip.decompress(source.read_bytes()) == gzip.decompress(ontology.file.read_bytes())
