"""What goes into an index: the document, and the engine-neutral fields that every backend writes in the same way."""

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from search import words
from search.facets import VALUES, FacetRegistry, Kind
from search.query import TEXT_FIELDS, Sort
from search.results import Hit

# How much of a text is kept to show why it matched; all of it is searched.
KEPT_TEXT = 4000


@dataclass(frozen=True)
class TermValue:
    """A value of a terms facet with the other words that find it: "human" and "Mammalia" find Homo sapiens."""

    facet: str
    key: str
    synonyms: tuple[str, ...] = ()
    ancestors: tuple[str, ...] = ()


def now_revision() -> int:
    """The moment at which a document was read from the database; an older one never overwrites a newer one."""
    return time.time_ns() // 1000


@dataclass(frozen=True)
class SearchDocument:
    """One dataset or image as an index keeps it. `access` are the tokens of which a reader needs one."""

    id: str
    kind: Kind
    access: tuple[str, ...]
    title: str
    terms: tuple[TermValue, ...] = ()
    numbers: Mapping[str, Sequence[float]] = field(default_factory=dict)
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    source_identifiers: tuple[str, ...] = ()
    date: str = ""
    size: float = 0
    thumbnail: str = ""
    shown: Mapping[str, Any] = field(default_factory=dict)
    revision: int = field(default_factory=now_revision)


class FieldType(StrEnum):
    KEYWORD = "keyword"  # exact, several values, counted by facets
    WORDS = "words"  # tokenised by search.words, separated by spaces
    PREFIXES = "prefixes"  # words again, unstemmed, for what begins a word: neither places nor frequencies are kept
    NUMBER = "number"
    SORT = "sort"  # a string that orders documents, and no two alike
    REVISION = "revision"
    STORED = "stored"


SORT_FIELDS = {
    Sort.NEWEST: ("sort_date", True),
    Sort.OLDEST: ("sort_date", False),
    Sort.TITLE: ("sort_title", False),
    Sort.LARGEST: ("sort_size", True),
    Sort.ACCESSION: ("sort_accession", False),
}
_TEXTS = sorted({name for name in TEXT_FIELDS.values() if name != "title"})


def is_of_values(field_name: str) -> bool:
    """Whether a field holds the names of a facet's values, whole ones among them."""
    return field_name.endswith(VALUES)


def schema(kind: Kind, facets: FacetRegistry) -> dict[str, FieldType]:
    """The fields of an index."""
    found = {"id": FieldType.KEYWORD, "access": FieldType.KEYWORD, "revision": FieldType.REVISION}
    found |= dict.fromkeys(("title", "body", *_TEXTS), FieldType.WORDS)
    found |= dict.fromkeys(("exact", "title_exact"), FieldType.PREFIXES)
    for facet in facets.of(kind):
        found[facet.name] = FieldType.KEYWORD if facet.is_terms else FieldType.NUMBER
        if facet.is_terms:
            found[facet.words_field] = FieldType.WORDS
    found |= dict.fromkeys(sorted({name for name, _ in SORT_FIELDS.values()}), FieldType.SORT)
    found["stored"] = FieldType.STORED
    return found


def fields(document: SearchDocument, facets: FacetRegistry) -> dict[str, Any]:
    """The values of a document for the fields of `schema`."""
    found: dict[str, Any] = {
        "id": [document.id],
        "access": list(document.access),
        "revision": document.revision,
        "title": words.indexed([document.title]),
        "title_exact": words.indexed_unstemmed([document.title]),
        "stored": json.dumps(_stored(document), ensure_ascii=False, separators=(",", ":")),
        **_sort_keys(document),
    }
    identifiers = (document.id, *document.source_identifiers, *document.texts.get("identifier", ()))
    texts = {**document.texts, "identifier": identifiers}
    found |= {name: words.indexed(texts.get(name, ())) for name in _TEXTS}
    everything = [document.title, *(text for values in texts.values() for text in values)]
    for facet in facets.of(document.kind):
        if not facet.is_terms:
            found[facet.name] = [float(value) for value in document.numbers.get(facet.name, ())]
            continue
        values = [term for term in document.terms if term.facet == facet.name]
        # A word of a synonym alone names something else: a mouse is no mouse-ear cress. A broader term's may well.
        named = [name for term in values for name in (term.key, facet.label_of(term.key), *term.ancestors)]
        spoken = [*named, *(name for term in values for name in term.synonyms)]
        found[facet.name] = list(dict.fromkeys(term.key for term in values))
        found[facet.words_field] = f"{words.indexed(dict.fromkeys(named))} {words.GAP} {words.indexed_whole(spoken)}"
        everything += spoken
    found["body"] = words.indexed(dict.fromkeys(everything))
    found["exact"] = words.indexed_unstemmed(everything)
    return found


def _sort_keys(document: SearchDocument) -> dict[str, str]:
    """Strings that end in the id, so that no two are alike and a page can continue after any of them."""
    title = " ".join(words.folded(document.title))[:80]
    keys = {
        "sort_title": title,
        "sort_date": document.date or "0000-00-00",
        "sort_size": f"{int(document.size):020d}",
        "sort_accession": re.sub(r"\d+", lambda match: match.group().zfill(12), document.id),
    }
    return {name: f"{key}\t{document.id}" for name, key in keys.items()}


def _stored(document: SearchDocument) -> dict[str, Any]:
    return {
        "title": document.title,
        "terms": [[term.facet, term.key, list(term.synonyms), list(term.ancestors)] for term in document.terms],
        "texts": {name: [value[:KEPT_TEXT] for value in values] for name, values in document.texts.items() if values},
        "ids": list(document.source_identifiers),
        "thumbnail": document.thumbnail,
        "shown": dict(document.shown),
    }


def hit(document_id: str, stored: Mapping[str, Any], why: tuple, score: float) -> Hit:
    """A hit from what `_stored` kept."""
    return Hit(
        id=document_id,
        accession=document_id,
        title=stored["title"],
        source_identifiers=tuple(stored["ids"]),
        why=why,
        thumbnail=stored["thumbnail"],
        score=score,
        shown=stored["shown"],
    )
