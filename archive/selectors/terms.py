"""Terms of the local ontologies: looked up for validation, and suggested while somebody types."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from archive.errors import NotFound
from archive.metadata import Field, Template
from archive.metadata.model import TERM_TYPES
from archive.models import Term, Vocabulary
from archive.selectors.term_search import Hit, lookup_terms, names_of_terms, search_names
from archive.terms import SHIPPED, OntologyInfo, Scope
from archive.terms.model import IS_A
from archive.terms.words import key

_MOST_SUGGESTIONS = 50


@dataclass(frozen=True, slots=True)
class StoredTerm:
    """A term as validation asks for it."""

    label: str
    obsolete: bool
    replaced_by: tuple[str, ...]
    # Of the label and of the synonyms that mean the same.
    keys: frozenset[str]

    def is_called(self, name: str) -> bool:
        return key(name) in self.keys


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`synonym` is the name that fits what was typed, where that is not the label.

    `parent` is what it is a kind of, or with another `relation` a part of, so that terms of one name are told apart.
    """

    curie: str
    label: str
    synonym: str
    ontology: str
    rank: str
    definition: str
    parent: str = ""
    relation: str = ""


class DocumentTerms:
    """The terms of one document, fetched with few queries (archive.metadata.TermLookup)."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._asked = set(_curies(document))
        self._terms = _stored(self._asked) if self._asked else {}
        self._labels = set(_labels(document))
        self._named: dict[tuple[str, str], Term] | None = None
        self._complete: dict[str, bool] | None = None

    def get(self, curie: str) -> StoredTerm | None:
        if curie not in self._asked:
            self._asked.add(curie)
            self._terms |= _stored({curie})
        return self._terms.get(curie)

    def covers(self, vocabulary: str) -> bool:
        """Whether all of the vocabulary is here."""
        return self._vocabularies.get(vocabulary, False)

    def knows(self, vocabulary: str) -> bool:
        """Whether some of the vocabulary is here."""
        return vocabulary in self._vocabularies

    @property
    def _vocabularies(self) -> dict[str, bool]:
        if self._complete is None:
            self._complete = dict(Vocabulary.objects.values_list("name", "is_complete"))
        return self._complete

    def named(self, label: str, vocabulary: str) -> str:
        if label not in self._labels:
            found = lookup_terms(label, [vocabulary])
            return next((hit.term.curie for hit in found if hit.scope.is_exact), "")
        if self._named is None:
            self._named = names_of_terms(self._labels, self._vocabularies)
        term = self._named.get((key(label), vocabulary))
        return term.curie if term else ""


def terms_of_document(document: Mapping[str, Any]) -> DocumentTerms:
    """What validation looks terms up in."""
    return DocumentTerms(document)


def _stored(curies: set[str]) -> dict[str, StoredTerm]:
    rows = Term.objects.filter(curie__in=curies)
    return {
        row.curie: StoredTerm(row.label, row.is_obsolete, tuple(row.replaced_by.split()), frozenset(_keys(row)))
        for row in rows
    }


def _keys(row: Term) -> Iterator[str]:
    yield key(row.label)
    yield from (key(name["text"]) for name in row.synonyms if Scope(name["scope"]).is_exact)


def _curies(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        curie = value.get("curie")
        if isinstance(curie, str) and curie:
            yield curie
        for part in value.values():
            yield from _curies(part)
    elif isinstance(value, list):
        for item in value:
            yield from _curies(item)


def _labels(value: Any) -> Iterator[str]:
    """What may be the name of a term: what is said to be one, and texts in lists."""
    if isinstance(value, Mapping):
        label = value.get("label")
        if isinstance(label, str) and label.strip():
            yield label.strip()
        for part in value.values():
            yield from _labels(part)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, str):
                yield item
            yield from _labels(item)


def resolve_terms(template: Template, document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with terms as they are called: free text that is exactly a term's name, in one of the field's
    vocabularies, has become the term, and a term under a synonym or without a name has its label. A bare text, as the
    fields of earlier templates have it, is free text.

    Somebody who types without suggestions gets terms all the same; whatever is no name of a term stays as it was.
    """
    resolver = _Resolver(template, document)
    resolved = dict(document)
    for section in template.sections:
        fields = [field for field in section.fields if field.type in TERM_TYPES]
        value = resolved.get(section.name)
        if not fields:
            continue
        if isinstance(value, Mapping):
            resolved[section.name] = resolver.record(fields, value)
        elif isinstance(value, list):
            resolved[section.name] = [
                resolver.record(fields, item) if isinstance(item, Mapping) else item for item in value
            ]
    return resolved


class _Resolver:
    """Two queries for a document, whatever it holds."""

    def __init__(self, template: Template, document: Mapping[str, Any]) -> None:
        self._terms = _stored(set(_curies(document)))
        self._named = names_of_terms(_labels(document), template.vocabularies)

    def record(self, fields: list[Field], record: Mapping[str, Any]) -> dict[str, Any]:
        resolved = dict(record)
        for field in fields:
            value = resolved.get(field.name)
            if isinstance(value, list):
                resolved[field.name] = [self._value(field, term) for term in value]
            elif value is not None:
                resolved[field.name] = self._value(field, value)
        return resolved

    def _value(self, field: Field, term: Any) -> Any:
        if isinstance(term, str):
            term = {"curie": "", "label": term}
        label = term.get("label") if isinstance(term, Mapping) else None
        curie = term.get("curie") if isinstance(term, Mapping) else None
        if not isinstance(term, Mapping) or not isinstance(label or "", str) or not isinstance(curie or "", str):
            return term
        if curie:
            known = self._terms.get(curie)
            return {**term, "label": known.label} if known and (not label or known.is_called(label)) else term
        named = (self._named.get((key(label or ""), vocabulary)) for vocabulary in field.vocabularies)
        found = next((each for each in named if each), None)
        return {"curie": found.curie, "label": found.label} if found else term


def vocabularies_to_load() -> list[OntologyInfo]:
    """Of those that are shipped, and wanted here, the ones that are not here in this version."""
    wanted = set(settings.PORTAL_VOCABULARIES) or {info.name for info in SHIPPED}
    present = dict(Vocabulary.objects.values_list("name", "version"))
    return [info for info in SHIPPED if info.name in wanted and present.get(info.name) != info.version]


def get_term(curie: str) -> Term:
    """One term by its CURIE; raises NotFound."""
    term = Term.objects.filter(curie=curie).first()
    if term is None:
        raise NotFound(f"There is no term {curie} here. Look for it by its name.")
    return term


def search_terms(text: str, vocabularies: Sequence[str] = (), limit: int = 10, *, prefer: str = "") -> list[Suggestion]:
    """What is meant by the beginnings of words, the best first; obsolete terms are never suggested.

    Without vocabularies all are searched; terms below `prefer` come first among those that fit as well.
    """
    found = search_names(text, vocabularies, prefer=prefer, limit=min(max(limit, 1), _MOST_SUGGESTIONS))
    above = {hit.term.parents[0]["curie"] for hit in found if hit.term.parents}
    labels = dict(Term.objects.filter(curie__in=above).values_list("curie", "label")) if above else {}
    return [_suggestion(hit, labels) for hit in found]


def _suggestion(hit: Hit, labels: Mapping[str, str]) -> Suggestion:
    nearest = hit.term.parents[0] if hit.term.parents else {"curie": "", "relation": ""}
    parent = labels.get(nearest["curie"], "")
    return Suggestion(
        curie=hit.term.curie,
        label=hit.term.label,
        synonym=hit.name if hit.by_synonym else "",
        ontology=hit.term.ontology,
        rank=hit.term.rank,
        definition=hit.term.definition,
        parent=parent,
        relation=(nearest["relation"] or IS_A) if parent else "",
    )
