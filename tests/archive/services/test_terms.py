"""Ontologies into the database, and suggestions out of it."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from archive.metadata import load_templates, validate
from archive.models import Term, Vocabulary
from archive.selectors import terms
from archive.services import terms as services
from archive.services.terms import load_ontology
from archive.terms import SHIPPED, shipped
from tests.archive.documents import complete_document

pytestmark = pytest.mark.django_db

PEOPLE_TYPE = {
    "human": "Homo sapiens",
    "mice": "Mus musculus",
    "mouse": "Mus musculus",
    "fruit fly": "Drosophila melanogaster",
    "fruit fl": "Drosophila melanogaster",
    "zebraf": "Danio rerio",
    "bakers yeast": "Saccharomyces cerevisiae",
    "thale cress": "Arabidopsis thaliana",
    "C. elegans": "Caenorhabditis elegans",
    "hum": "Homo sapiens",
}
METHODS_TYPED = {
    "confocal": "confocal microscopy",
    "TEM": "transmission electron microscopy (TEM)",
    "fluorescence": "fluorescence microscopy",
}


@pytest.fixture
def fbbi():
    return load_ontology(shipped("FBbi"))


def test_loading_twice_changes_nothing(fbbi):
    before = list(Term.objects.values_list("pk", flat=True))
    again = load_ontology(shipped("FBbi"))

    assert (fbbi.changed, again.changed) == (True, False)
    assert fbbi.count == again.count == len(before)
    assert list(Term.objects.values_list("pk", flat=True)) == before


def test_loading_again_replaces_without_doubling(fbbi):
    Term.objects.filter(ontology="FBbi").update(label="spoilt")
    load_ontology(shipped("FBbi"), again=True)

    assert Term.objects.filter(ontology="FBbi").count() == fbbi.count
    assert not Term.objects.filter(label="spoilt").exists()


def test_the_organisms_are_loaded_with_ancestors_and_synonyms():
    load_ontology(shipped("NCBITaxon"))
    human = Term.objects.get(curie="NCBITaxon:9606")

    assert human.label == "Homo sapiens"
    assert "NCBITaxon:40674" in human.ancestors
    assert terms.search_terms("human", ["NCBITaxon"])[0] == terms.Suggestion(
        "NCBITaxon:9606", "Homo sapiens", "human", "NCBITaxon", human.rank, human.definition, "Homo", "is_a"
    )
    for typed, label in PEOPLE_TYPE.items():
        assert terms.search_terms(typed, ["NCBITaxon"], 1)[0].label == label


def test_methods_are_found_by_what_people_type(fbbi):
    for typed, label in METHODS_TYPED.items():
        assert terms.search_terms(typed, ["FBbi"], 1)[0].label == label
    assert terms.search_terms("light sheet", ["FBbi"], prefer="FBbi:00000222")[0].label == "SPIM"


def test_parents_in_another_vocabulary_are_above_a_term_whether_that_is_loaded_or_not():
    load_ontology(shipped("CL"))
    assert any(curie.startswith("UBERON:") for curie in Term.objects.get(label="hepatocyte").ancestors)


def test_the_vocabularies_to_load_are_those_of_another_version(fbbi):
    assert [info.name for info in SHIPPED if info.name != "FBbi"] == [i.name for i in terms.vocabularies_to_load()]
    Vocabulary.objects.update(version="0.1")
    assert len(terms.vocabularies_to_load()) == len(SHIPPED)


def test_an_unknown_term_is_a_problem_only_where_all_terms_are_here(fbbi):
    document = complete_document()
    document["acquisition"]["imaging_method"] = [{"curie": "FBbi:99999999", "label": "wishful thinking"}]
    document["biosample"]["organism"] = [{"curie": "NCBITaxon:999999999", "label": "Rarus rarus"}]
    found = validate(load_templates().default, document, terms.terms_of_document(document))

    assert [problem.pointer for problem in found if problem.blocks] == ["/acquisition/imaging_method/0"]


def test_free_text_that_is_a_terms_name_becomes_the_term(fbbi):
    document = complete_document()
    label = Term.objects.filter(is_obsolete=False, ontology="FBbi").exclude(label="").order_by("-pk")[0].label
    document["acquisition"]["imaging_method"] = [
        {"curie": "", "label": label.upper()},
        {"curie": "", "label": "nothing of that name"},
    ]
    first, second = terms.resolve_terms(load_templates().default, document)["acquisition"]["imaging_method"]

    assert first["label"] == label
    assert first["curie"].startswith("FBbi:")
    assert second == {"curie": "", "label": "nothing of that name"}


def test_the_command_says_what_it_did_and_refuses_an_unknown_ontology():
    out = io.StringIO()
    call_command("load_terms", "fbbi", stdout=out)
    call_command("load_terms", "fbbi", stdout=out)

    assert "loaded" in out.getvalue()
    assert "was here already" in out.getvalue()
    with pytest.raises(CommandError, match="FBbi"):
        call_command("load_terms", "astrology")


@pytest.mark.django_db(transaction=True)
def test_a_loading_that_was_cut_off_begins_anew_and_others_write_meanwhile(monkeypatch):
    def cut(numbers):
        assert not connection.in_atomic_block, "others would wait for all of it"
        raise KeyboardInterrupt

    monkeypatch.setattr(services, "pack", cut)
    with pytest.raises(KeyboardInterrupt):
        load_ontology(shipped("FBbi"))
    assert "FBbi" in [info.name for info in terms.vocabularies_to_load()]
    monkeypatch.undo()
    loaded = load_ontology(shipped("FBbi"))
    assert loaded.changed
    assert Term.objects.filter(ontology="FBbi").count() == loaded.count
    assert "FBbi" not in [info.name for info in terms.vocabularies_to_load()]
