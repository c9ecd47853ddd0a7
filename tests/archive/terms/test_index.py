"""By CURIE, up the tree, and by name."""

import pytest

from archive.terms import Scope, TermIndex
from archive.terms.postings import pack, unpack
from archive.terms.ranking import standing
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


def test_ancestors_are_nearest_first():
    assert [term.curie for term in INDEX.ancestors("T:3")] == ["T:2", "T:1"]
    assert INDEX.ancestors("T:99") == ()


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
    assert curies(INDEX.lookup("T:4")) == ["T:3"]


def test_a_vocabulary_narrows():
    assert INDEX.lookup("mouse", "M") == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [("C. elegans", "c-elegans"), ("baker's yeast", "bakers yeast"), ("Ångström", "angstrom"), ("a_b", "A B")],
)
def test_names_with_the_same_words_are_the_same(one, other):
    assert key(one) == key(other)


def test_words_leave_punctuation_out():
    assert words("H2B-mCherry (live), 37 °C") == ("h2b", "mcherry", "live", "37", "c")


def test_a_term_is_called_by_its_exact_names_alone():
    mouse, spim = INDEX.get("T:3"), INDEX.get("M:3")
    assert mouse.is_called("House-Mouse") and mouse.is_called("mus musculus")
    assert not spim.is_called("SIM-like")


def test_numbers_of_names_are_packed_the_smallest_first():
    assert unpack(pack({70_000, 3, 12})) == (3, 12, 70_000)
    assert unpack(pack(())) == ()


def test_a_standing_fits_into_the_databases_numbers():
    worst = term("T:" + "1" * 58, "x" * 2000)
    assert 0 <= standing(worst, worst.names()[0]) < 2**31
