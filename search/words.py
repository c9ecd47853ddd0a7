"""PURE: the one tokeniser. Documents, queries and the explanation of a hit all go through it.

Every engine receives words that are already folded and stemmed, separated by spaces, so that Tantivy, Elasticsearch
and OpenSearch find exactly the same things.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import tantivy

_WORD = re.compile(r"[^\W_]+")
_STEMMER = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(tantivy.Filter.stemmer("english")).build()
LONGEST_WORD = 60
SHORT_TEXT = 120
# Stands between two values of one field; nobody can type it, so that no phrase matches across values.
GAP = "¶"
# Begins a whole name that is indexed as one word; no word of a text does.
WHOLE = "="


@dataclass(frozen=True)
class Token:
    """A word of a text: as it is compared, and where it stands."""

    stem: str
    start: int
    end: int


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """Lower case without accents: "Müller" and "muller" are one word."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))[:LONGEST_WORD]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The English stem of a word; words with digits (GFP2, H2B) stay as they are."""
    folded = fold(word)
    if not folded or not folded.isalpha():
        return folded
    return _STEMMER.analyze(folded)[0]


def tokens(text: str) -> list[Token]:
    """The words of a text with their places, in order."""
    return [Token(stem(match.group()), *match.span()) for match in _WORD.finditer(text)]


def stems(text: str) -> tuple[str, ...]:
    """The stems of a text, in order."""
    return _short_stems(text) if len(text) <= SHORT_TEXT else tuple(stem(word) for word in _WORD.findall(text))


def folded(text: str) -> tuple[str, ...]:
    """The words of a text without stemming, for prefixes and suggestions."""
    return _short_folded(text) if len(text) <= SHORT_TEXT else tuple(fold(word) for word in _WORD.findall(text))


# Documents of one dataset share names, terms and titles: most short texts come again at once.
@lru_cache(maxsize=32_768)
def _short_stems(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in _WORD.findall(text))


@lru_cache(maxsize=32_768)
def _short_folded(text: str) -> tuple[str, ...]:
    return tuple(fold(word) for word in _WORD.findall(text))


def whole(text: str) -> str:
    """A name as one word, that only the whole name equals: "mouse" is not in "mouse-ear cress".

    Names of one word begin with another mark than longer ones, so that a prefix finds no longer one either.
    """
    found = stems(text)
    return f"{WHOLE * (2 if len(found) > 1 else 1)}{'_'.join(found)}"


def indexed_whole(values: Iterable[str]) -> str:
    """Several names, each as one word."""
    return " ".join(dict.fromkeys(whole(value) for value in values if stems(value)))


def indexed(values: Iterable[str]) -> str:
    """Several values as the one string that an engine indexes."""
    return f" {GAP} ".join(" ".join(stems(value)) for value in values if value)


def indexed_unstemmed(values: Iterable[str]) -> str:
    """The distinct unstemmed words of several values, for prefix queries."""
    return " ".join(dict.fromkeys(word for value in values if value for word in folded(value)))
