"""Terms of the local ontologies: looked up for validation, and suggested while somebody types."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from archive.errors import NotFound
from archive.metadata import Field, Template
from archive.metadata.model import TERM_TYPES
from archive.models import Term
from archive.terms import TermIndex
from archive.terms.model import Scope, Synonym
from archive.terms.model import Term as TermValue

# Of these only a part is here (organisms of imaging studies), so that a missing term need not be a wrong one.
PARTIAL = frozenset({"NCBITaxon"})
_MOST_SUGGESTIONS = 50
_LONGEST_TYPED = 200


@dataclass(frozen=True, slots=True)
class StoredTerm:
    """A term as validation asks for it."""

    label: str
    obsolete: bool
    replaced_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`synonym` is the name that fits what was typed, where that is not the label."""

    curie: str
    label: str
    synonym: str
    ontology: str
    rank: str
    definition: str


class DocumentTerms:
    """The terms of one document, fetched with one query (archive.metadata.TermLookup)."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._asked = set(_curies(document))
        self._terms = _stored(self._asked) if self._asked else {}
        self._ontologies: frozenset[str] | None = None

    def get(self, curie: str) -> StoredTerm | None:
        if curie not in self._asked:
            self._asked.add(curie)
            self._terms |= _stored({curie})
        return self._terms.get(curie)

    def covers(self, vocabulary: str) -> bool:
        """Whether all of the vocabulary is here."""
        if self._ontologies is None:
            self._ontologies = loaded_ontologies()
        return vocabulary in self._ontologies - PARTIAL


def terms_of_document(document: Mapping[str, Any]) -> DocumentTerms:
    """What validation looks terms up in."""
    return DocumentTerms(document)


def _stored(curies: set[str]) -> dict[str, StoredTerm]:
    rows = Term.objects.filter(curie__in=curies)
    return {row.curie: StoredTerm(row.label, row.is_obsolete, tuple(row.replaced_by.split())) for row in rows}


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


def resolve_free_text(template: Template, document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy in which free text that is exactly a term's name, in one of the field's vocabularies, has become the term.

    Somebody who types without suggestions gets terms all the same; whatever is no name of a term stays as it was.
    """
    resolved = dict(document)
    for section in template.sections:
        fields = [field for field in section.fields if field.type in TERM_TYPES]
        value = resolved.get(section.name)
        if not fields:
            continue
        if isinstance(value, Mapping):
            resolved[section.name] = _resolved_record(fields, value)
        elif isinstance(value, list):
            resolved[section.name] = [
                _resolved_record(fields, item) if isinstance(item, Mapping) else item for item in value
            ]
    return resolved


def _resolved_record(fields: list[Field], record: Mapping[str, Any]) -> dict[str, Any]:
    resolved = dict(record)
    for field in fields:
        value = resolved.get(field.name)
        if isinstance(value, list):
            resolved[field.name] = [_resolved(field, term) for term in value]
        elif value is not None:
            resolved[field.name] = _resolved(field, value)
    return resolved


def _resolved(field: Field, term: Any) -> Any:
    label = term.get("label") if isinstance(term, Mapping) else None
    if not isinstance(label, str) or not label.strip() or term.get("curie"):
        return term
    for vocabulary in field.vocabularies:
        found = _index().lookup(label, vocabulary)
        if found and found[0].scope.is_exact:
            return {"curie": found[0].term.curie, "label": found[0].term.label}
    return term


def loaded_ontologies() -> frozenset[str]:
    """Those that `load_terms` has read."""
    return frozenset(Term.objects.order_by().values_list("ontology", flat=True).distinct())


def get_term(curie: str) -> Term:
    """One term by its CURIE; raises NotFound."""
    term = Term.objects.filter(curie=curie).first()
    if term is None:
        raise NotFound(f"There is no term {curie} here. Look for it by its name.")
    return term


def search_terms(text: str, ontology: str = "", limit: int = 10) -> list[Suggestion]:
    """What is meant by the beginnings of words, the best first; obsolete terms are never suggested."""
    found = _index().search(text[:_LONGEST_TYPED], ontology, limit=min(max(limit, 1), _MOST_SUGGESTIONS))
    return [
        Suggestion(
            curie=hit.term.curie,
            label=hit.term.label,
            synonym=hit.name if hit.by_synonym else "",
            ontology=hit.term.prefix,
            rank=hit.term.rank,
            definition=hit.term.definition,
        )
        for hit in found
    ]


def _index() -> TermIndex:
    """All terms in memory, kept per process until terms are loaded anew."""
    newest = Term.objects.order_by("-pk").values_list("pk", "curie", "version").first()
    return _built(newest, Term.objects.count())


@lru_cache(maxsize=1)
def _built(_newest: tuple | None, _count: int) -> TermIndex:
    return TermIndex(_value(term) for term in Term.objects.order_by("pk").iterator(chunk_size=5000))


def _value(term: Term) -> TermValue:
    return TermValue(
        curie=term.curie,
        label=term.label,
        synonyms=tuple(Synonym(entry["text"], Scope(entry["scope"])) for entry in term.synonyms),
        obsolete=term.is_obsolete,
        replaced_by=tuple(term.replaced_by.split()),
        definition=term.definition,
        rank=term.rank,
        ontology=term.ontology,
        version=term.version,
    )
