"""By CURIE, by tree, by name, by the beginning of words."""

import pytest

from archive.terms import Scope, TermIndex
from archive.terms.index import Kind
from archive.terms.words import key, words

from .builders import TERMS, term

INDEX = TermIndex(TERMS)


def curies(found):
    return [hit.term.curie for hit in found]


def test_terms_are_found_by_curie_obsolete_ones_too():
    assert INDEX.get("T:3").label == "Mus musculus"
    assert INDEX.get("T:4").obsolete
    assert INDEX.get("T:99") is None
    assert len(INDEX) == len(list(INDEX)) == len(TERMS)


def test_the_vocabularies_that_are_here_are_known():
    assert INDEX.covers("T")
    assert not INDEX.covers("X")
    assert not TermIndex(TERMS, partial=["T"]).covers("T")


def test_ancestors_are_nearest_first_and_descendants_their_inverse():
    assert [term.curie for term in INDEX.ancestors("T:3")] == ["T:2", "T:1"]
    assert [term.curie for term in INDEX.descendants("T:1")] == ["T:2", "T:30", "T:3"]
    assert [term.curie for term in INDEX.children("T:2")] == ["T:3"]
    assert INDEX.ancestors("T:99") == INDEX.children("T:99") == ()


def test_a_cycle_of_parents_ends():
    round_about = TermIndex([term("A:1", "a", "A:2"), term("A:2", "b", "A:1")])
    assert [above.curie for above in round_about.ancestors("A:1")] == ["A:2"]


def test_an_obsolete_term_leads_to_the_current_one_where_there_is_one():
    assert INDEX.current("T:4").curie == "T:3"
    assert INDEX.current("T:3").curie == "T:3"
    assert INDEX.current("T:5") is None
    assert INDEX.current("T:6") is None
    assert INDEX.current("T:99") is None


def test_a_name_of_several_terms_means_the_species_first():
    assert curies(INDEX.lookup("mouse")) == ["T:3", "T:2"]
    assert INDEX.find("MOUSE").curie == "T:3"
    assert INDEX.find("unicorn") is None


def test_an_abbreviation_of_two_species_means_the_one_with_everyday_names():
    assert curies(INDEX.lookup("M. musculus")) == ["T:3", "T:30"]


def test_a_label_wins_over_synonyms():
    assert INDEX.lookup("mus")[0].scope is Scope.LABEL


def test_a_curie_is_looked_up_as_a_name_and_follows_replacement():
    assert curies(INDEX.lookup(" T:3 ")) == ["T:3"]
    assert curies(INDEX.search("T:4")) == ["T:3"]


def test_a_vocabulary_narrows():
    assert INDEX.lookup("mouse", "M") == ()
    assert curies(INDEX.search("mus", "M")) == []


def test_a_search_says_which_synonym_fits():
    hit = INDEX.search("house mo")[0]
    assert (hit.term.curie, hit.name, hit.scope, hit.by_synonym) == ("T:3", "house mouse", Scope.COMMON, True)


def test_exact_comes_before_beginnings_before_words_inside():
    kinds = [hit.kind for hit in INDEX.search("mus")]
    assert kinds == sorted(kinds)
    assert kinds[0] is Kind.EXACT_LABEL
    assert Kind.HAS_WORDS in kinds


@pytest.mark.parametrize("typed", ["illum struct", "STRUCTURED illu", "struct  illum micro", "structured-illumination"])
def test_words_may_be_begun_in_any_order(typed):
    assert curies(INDEX.search(typed)) == ["M:4"]


def test_every_word_must_fit():
    assert INDEX.search("structured mouse") == ()
    assert INDEX.search("") == INDEX.search("  ") == INDEX.search("?!") == ()


def test_preferred_branches_come_first_among_equals():
    assert curies(INDEX.search("light sheet"))[0] == "M:2"
    assert curies(INDEX.search("light sheet", prefer="M:1"))[0] == "M:3"


def test_obsolete_terms_are_not_suggested():
    assert "T:4" not in curies(INDEX.search("mus"))
    assert INDEX.search("mus old") == ()


def test_the_number_of_suggestions_is_bounded():
    assert len(INDEX.search("m", limit=2)) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [("C. elegans", "c-elegans"), ("baker's yeast", "bakers yeast"), ("Ångström", "angstrom"), ("a_b", "A B")],
)
def test_names_with_the_same_words_are_the_same(one, other):
    assert key(one) == key(other)


def test_words_leave_punctuation_out():
    assert words("H2B-mCherry (live), 37 °C") == ("h2b", "mcherry", "live", "37", "c")
