"""Terms that a text mentions."""

import pytest

from archive.terms import Scope, TermMatcher

from .builders import TERMS, term

MATCHER = TermMatcher(TERMS)


def found(text):
    return [(mention.text, mention.term.curie) for mention in MATCHER.find(text)]


def test_the_longest_name_is_taken():
    assert found("The house mouse and a mouse.") == [("house mouse", "T:3"), ("mouse", "T:3")]


def test_a_mention_knows_its_place_name_and_scope():
    text = "With Light-Sheet  microscopy."
    (mention,) = MATCHER.find(text)
    assert text[mention.start : mention.end] == "Light-Sheet  microscopy"
    assert (mention.name, mention.scope) == ("light sheet microscopy", Scope.EXACT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("sim", [], id="an abbreviation in small letters"),
        pytest.param("mus", [], id="a genus in small letters"),
        pytest.param("SIM-like", [("SIM", "M:4")], id="related names are not meant"),
        pytest.param("Mus old", [("Mus", "T:2")], id="obsolete"),
        pytest.param("mousetrap", [], id="inside a word"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_what_is_not_meant_is_not_found(text, expected):
    assert found(text) == expected


def test_everyday_words_are_not_taxa():
    matcher = TermMatcher([term("T:1", "Cancer", rank="genus"), term("T:2", "spot")])
    assert matcher.find("Cancer cells with a spot") == ()


def test_each_term_is_told_once_the_most_mentioned_first():
    terms = MATCHER.terms("SPIM of a mouse. The mouse was young; mice are.")
    assert [t.curie for t in terms] == ["T:3", "M:3", "T:2"]


def test_mentions_do_not_overlap_and_come_in_order():
    mentions = MATCHER.find("structured illumination microscopy SPIM house mouse mouse" * 3)
    ends = [0] + [mention.end for mention in mentions]
    assert all(mention.start >= end for mention, end in zip(mentions, ends, strict=False))
