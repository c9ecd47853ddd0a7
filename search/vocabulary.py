"""Ontology terms as facet values: the term's own label, and the words that find it (synonyms, broader terms).

The label is the facet's key, so that addresses read well (`organism=Homo sapiens`) and free text that is a term's label
is the same value. The CURIE is among the words that find it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from archive.models import Term
from search.backends.document import TermValue

# Synonyms that mean the same; those of scope broad, narrow and related would find what was not asked for.
_SAME = frozenset({"common", "exact", "abbrev", "scientific", "misspelling"})
_SPOKEN = frozenset({"common", "exact", "abbrev"})
_AT_ONCE = 500


class TermBook:
    """The terms that documents need, loaded in few queries and kept while one stream of documents is built."""

    def __init__(self) -> None:
        self._by_curie: dict[str, Term | None] = {}
        self._by_label: dict[str, Term | None] = {}

    def load(self, values: Iterable[Mapping[str, Any]]) -> None:
        """Make the terms named by these metadata values known, with their ancestors."""
        named = [(str(value.get("curie") or ""), str(value.get("label") or "").strip()) for value in values]
        self._load("curie", self._by_curie, {curie for curie, _ in named})
        self._load("label", self._by_label, {label for curie, label in named if not curie})
        terms = [*self._by_curie.values(), *self._by_label.values()]
        self._load("curie", self._by_curie, {curie for term in terms if term for curie in term.ancestors})

    def _load(self, column: str, book: dict[str, Term | None], keys: set[str]) -> None:
        missing = sorted(key for key in keys if key and key not in book)
        book |= dict.fromkeys(missing)
        for at in range(0, len(missing), _AT_ONCE):
            terms = Term.objects.filter(**{f"{column}__in": missing[at : at + _AT_ONCE]}, is_obsolete=False)
            book |= {getattr(term, column): term for term in terms.defer("definition")}

    def value(self, facet: str, named: Mapping[str, Any]) -> TermValue | None:
        """A metadata value `{curie, label}` as a facet's value; None for one that says nothing."""
        curie, label = str(named.get("curie") or ""), str(named.get("label") or "").strip()
        term = self._by_curie.get(curie) or self._by_label.get(label)
        if term is None:
            return TermValue(facet, label or curie, (curie,) if curie and label else ()) if label or curie else None
        other = (label,) if label and label != term.label else ()
        synonyms = dict.fromkeys((*other, *_texts(term, _SAME), term.curie))
        above = [parent for parent in map(self._by_curie.get, term.ancestors) if parent]
        ancestors = dict.fromkeys(word for parent in above for word in (parent.label, *_texts(parent, _SPOKEN)))
        return TermValue(facet, term.label, tuple(synonyms), tuple(ancestors))


def _texts(term: Term, scopes: frozenset[str]) -> list[str]:
    return [str(synonym["text"]) for synonym in term.synonyms if synonym.get("scope") in scopes]
