"""Terms out of the database: by exact name, and by the beginnings of words."""

from pathlib import Path

import pytest

from archive.models import TermName, TermWord
from archive.selectors.term_search import current_term, lookup_terms, names_of_terms, search_names
from archive.selectors.terms import resolve_terms, search_terms
from archive.services.terms import store_terms
from archive.terms import Kind, OntologyInfo, Scope, TermIndex
from tests.archive.documents import complete_document
from tests.archive.metadata.builders import TEMPLATES
from tests.archive.terms.builders import TERMS, term

pytestmark = pytest.mark.django_db


def store(name, terms):
    info = OntologyInfo(name, name, "1", "public domain", "https://example.org", Path())
    store_terms(info=info, terms=terms, index=TermIndex(terms))


@pytest.fixture(autouse=True)
def terms():
    for vocabulary in ("T", "M"):
        store(vocabulary, [each for each in TERMS if each.prefix == vocabulary])


def curies(found):
    return [hit.term.curie for hit in found]


def test_an_obsolete_term_leads_to_the_current_one_where_there_is_one():
    assert current_term("T:4").curie == "T:3"
    assert current_term("T:3").curie == "T:3"
    assert current_term("T:5") is current_term("T:6") is current_term("T:99") is None


def test_a_name_of_several_terms_means_the_species_first():
    assert curies(lookup_terms("MOUSE")) == ["T:3", "T:2"]
    assert curies(lookup_terms("M. musculus")) == ["T:3", "T:30"]
    assert lookup_terms("mus")[0].scope is Scope.LABEL
    assert lookup_terms("unicorn") == []


def test_a_curie_is_looked_up_as_a_name_and_follows_replacement():
    assert curies(lookup_terms(" T:3 ")) == ["T:3"]
    assert curies(search_names("T:4")) == ["T:3"]


def test_a_vocabulary_narrows():
    assert lookup_terms("mouse", ["M"]) == []
    assert search_names("mus", ["M"]) == []
    assert search_names("mus", ["unheard of"]) == []


def test_a_search_says_which_synonym_fits():
    hit = search_names("house mo")[0]
    assert (hit.term.curie, hit.name, hit.scope, hit.by_synonym) == ("T:3", "house mouse", Scope.COMMON, True)


def test_exact_comes_before_beginnings_before_words_inside():
    kinds = [hit.kind for hit in search_names("mus")]
    assert kinds == sorted(kinds)
    assert kinds[0] is Kind.EXACT_LABEL
    assert Kind.HAS_WORDS in kinds


@pytest.mark.parametrize("typed", ["illum struct", "STRUCTURED illu", "struct  illum micro", "structured-illumination"])
def test_words_may_be_begun_in_any_order(typed):
    assert curies(search_names(typed)) == ["M:4"]


@pytest.mark.parametrize("typed", ["structured mouse", "", "  ", "?!", "\0", "T:\0", "\ud800:", "%", "_"])
def test_every_word_must_fit(typed):
    assert search_names(typed) == []


def test_preferred_branches_come_first_among_equals():
    assert curies(search_names("light sheet"))[0] == "M:2"
    assert curies(search_names("light sheet", prefer="M:1"))[0] == "M:3"


def test_the_vocabulary_that_is_named_first_comes_first_among_equals():
    store("X", [term("X:1", "Mus")])
    assert curies(search_names("mus", ["X", "T"], limit=2)) == ["X:1", "T:2"]
    assert curies(search_names("mus", ["T", "X"], limit=2)) == ["T:2", "X:1"]


def test_obsolete_terms_are_not_suggested():
    assert "T:4" not in curies(search_names("mus"))
    assert search_names("mus old") == []


def test_the_number_of_suggestions_is_bounded():
    assert len(search_names("m", limit=2)) == 2


def test_beginnings_are_found_beyond_the_alphabet():
    store("X", [term("X:1", "\u03b2-cell"), term("X:2", "\U0001d6fd"), term("X:3", "\U0010fffd\u9f98")])
    assert curies(search_names("\u03b2", ["X"])) == ["X:2", "X:1"]
    assert curies(search_names("\u9f98", ["X"])) == ["X:3"]


def test_names_of_one_document_are_found_with_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        found = names_of_terms(["Mice", "SIM-like", "nothing", "SPIM"], ["T", "M"])
    assert {place: each.curie for place, each in found.items()} == {("mice", "T"): "T:2", ("spim", "M"): "M:3"}


def test_storing_again_replaces_the_names(terms):
    store("M", [term("M:9", "another method")])
    assert search_names("structured") == []
    assert curies(search_names("another")) == ["M:9"]
    assert TermName.objects.filter(ontology="M").count() == 1
    assert TermWord.objects.filter(ontology="M").count() == 2


def test_a_suggestion_says_what_it_is_a_kind_of():
    first, second = search_terms("mouse", ["T"])
    assert (first.label, first.synonym, first.parent, first.relation) == ("Mus musculus", "mouse", "Mus", "is_a")
    assert (second.label, second.parent) == ("Mus", "Animalia")
    assert search_terms("imaging method")[0].parent == ""


@pytest.mark.parametrize("typed", ["mus", "struct illum", "T:4"])
def test_suggestions_cost_a_fixed_number_of_queries(django_assert_max_num_queries, typed):
    with django_assert_max_num_queries(8):
        search_terms(typed)


def test_terms_of_a_document_are_called_by_their_labels(django_assert_num_queries):
    template = TEMPLATES.default
    document = complete_document()
    terms = [
        {"curie": "NCBITaxon:3", "label": "house mouse"},
        {"curie": "NCBITaxon:3", "label": ""},
        {"curie": "NCBITaxon:3", "label": "another beast"},
        {"curie": "", "label": "HOUSE mouse"},
        {"curie": ["odd"], "label": "x"},
        "house mouse",
        "odd",
    ]
    store("NCBITaxon", [term("NCBITaxon:3", "Mus musculus", names={"house mouse": Scope.COMMON})])
    document["biosample"]["organism"] = terms
    with django_assert_num_queries(2):
        resolved = resolve_terms(template, document)["biosample"]["organism"]
    mouse = {"curie": "NCBITaxon:3", "label": "Mus musculus"}
    assert resolved == [mouse, mouse, terms[2], mouse, terms[4], mouse, {"curie": "", "label": "odd"}]
