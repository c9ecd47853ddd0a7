"""The query language, its errors, and the round trip through the URL."""

from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.address import decode_cursor, encode_cursor, from_params, to_url
from search.facets import Kind
from search.language import LONGEST_QUERY, parse
from search.query import And, Not, Or, Phrase, Prefix, QueryError, Range, Word


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("", None),
        ("*", None),
        ("cell", Word("cell")),
        ("a b", And((Word("a"), Word("b")))),
        ("a AND b", And((Word("a"), Word("b")))),
        ('"nuclear envelope"', Phrase("nuclear envelope")),
        ("light-sheet", Phrase("light-sheet")),
        ("-a", Not(Word("a"))),
        ("NOT NOT a", Word("a")),
        ("a b OR c", Or((And((Word("a"), Word("b"))), Word("c")))),
        ("a (b OR c)", And((Word("a"), Or((Word("b"), Word("c")))))),
        ("mito*", Prefix("mito")),
        ("species:mouse", Word("mouse", "organism_named")),
        ("pixel_size:<65nm", Range("pixel_size", high=0.065, include_high=False)),
        ("size_z:2..10", Range("size_z", 2, 10)),
        (")) a", Word("a")),
        ("PDB:1abc", Word("1ABC", "identifier")),
    ],
)
def test_a_query_means(text, node):
    assert parse(text, Kind.IMAGE) == node


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("specie:mouse", 'Did you mean "species"?'),
        ("images:>3", "Unknown field"),
        ("PDB:12", "“12” is not an identifier of PDB; those look like 1ABC."),
        ("pixel_size:small", "needs a number"),
        ("released:yesterday", "needs a day"),
        ("a*", "at least two letters"),
        ("(" * 40 + "a", "levels of parentheses"),
        ("a " * 60, "shorten it to 50"),
        ('"never closed', 'Write "never closed" for these words'),
        ('a "', "Leave it out"),
        ("…", "holds no word"),
        ("AND OR (", "only join words"),
        ("organism:", "right after the colon"),
        ("cell title: envelope", "right after the colon"),
        ("a" * (LONGEST_QUERY + 1), "shorten it to 1000"),
    ],
    ids=[
        "typo",
        "other-kind",
        "wrong-identifier",
        "word-for-number",
        "word-for-day",
        "short-prefix",
        "deep",
        "many",
        "unclosed",
        "one-mark",
        "no-word",
        "keywords",
        "no-value",
        "space-before-value",
        "long",
    ],
)
def test_a_query_that_cannot_be_run_says_what_to_write(text, sentence):
    with pytest.raises(QueryError, match=sentence.replace("?", r"\?")):
        parse(text, Kind.IMAGE)


@given(st.text(alphabet='ab:"()-*<>. ORNT…\\', max_size=60))
def test_whatever_is_typed_gives_a_query_or_a_sentence(text):
    try:
        parse(text, Kind.IMAGE)
    except QueryError as error:
        assert str(error).endswith((".", "?"))


def test_a_search_survives_its_url():
    params = {
        "q": ["human cell"],
        "organism": ["Homo sapiens", "Mus musculus"],
        "pixel_size.min": ["65"],
        "pixel_size.unit": ["nm"],
        "released.max": ["2026-02"],
        "sort": ["title"],
        "size": ["10"],
    }
    query = from_params(Kind.IMAGE, params)
    assert from_params(Kind.IMAGE, parse_qs(to_url(query))) == query


def test_every_problem_is_told_at_once():
    with pytest.raises(QueryError) as caught:
        from_params(
            Kind.IMAGE, {"q": ["specie:x"], "sort": ["nwest"], "size": ["0"], "size_x.min": ["9"], "size_x.max": ["1"]}
        )
    assert {name for name, _ in caught.value.problems} == {"q", "sort", "size", "size_x.min"}


@pytest.mark.parametrize("cursor", ["x", "e30", "WyJkYXRlIiwxXQ", "WzFd", "ü"])
def test_a_foreign_page_mark_is_refused(cursor):
    with pytest.raises(QueryError, match="first page"):
        decode_cursor(from_params(Kind.IMAGE, {"cursor": [cursor]}))


def test_a_page_mark_comes_back():
    query = from_params(Kind.IMAGE, {"sort": ["title"]})
    marked = from_params(Kind.IMAGE, {"sort": ["title"], "cursor": [encode_cursor(query, [10, "key"])]})
    assert decode_cursor(marked) == [10, "key"]
