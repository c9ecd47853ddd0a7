"""Whether a document fits its template, as problems that each say what to do. Nothing is changed or thrown away."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from .cleaning import clean_document
from .errors import UnusableDocument
from .model import TERM_TYPES, Document, Field, FieldType, Section, Template, Tier, is_blank
from .problems import Code, Problem, pointer_of
from .values import check_parts

_BY_SEVERITY = {tier: rank for rank, tier in enumerate(Tier)}


class KnownTerm(Protocol):
    """What validation asks of a term."""

    @property
    def label(self) -> str: ...
    @property
    def obsolete(self) -> bool: ...
    @property
    def replaced_by(self) -> tuple[str, ...]: ...


class TermLookup(Protocol):
    """Where terms are looked up: `archive.terms.TermIndex`, or a table of a database."""

    def get(self, curie: str) -> KnownTerm | None: ...

    def covers(self, vocabulary: str) -> bool:
        """Whether the whole vocabulary is here, so that a missing term is an unknown one."""
        ...


def validate(template: Template, document: Document, terms: TermLookup | None = None) -> tuple[Problem, ...]:
    """All problems: what blocks submission first, then in the order of the form."""
    try:
        document = clean_document(template, document)
    except UnusableDocument as error:
        return (Problem("", Code.TYPE, str(error)),)
    problems = list(_walk(template, document))
    if terms is not None:
        problems += _check_terms(template, document, terms)
    problems += _strays(template, document)
    return tuple(sorted(problems, key=lambda problem: _BY_SEVERITY[problem.tier]))


def curies_in(template: Template, document: Document) -> frozenset[str]:
    """All terms that a document names: what a lookup in a database can fetch at once."""
    document = clean_document(template, document)
    return frozenset(term["curie"] for _, _, term in _terms_in(template, document) if term["curie"])


def _walk(template: Template, document: Document) -> Iterator[Problem]:
    for section in template.sections:
        yield from _check_section(section, document.get(section.name))
    known = {section.name for section in template.sections}
    for name, value in document.items():
        if name not in known and not is_blank(value):
            message = f"“{name}” is not a section of this template. It is kept, but no page shows it."
            yield Problem(pointer_of(name), Code.UNKNOWN_FIELD, message, Tier.OPTIONAL)


def _check_section(section: Section, value: Any) -> Iterator[Problem]:
    pointer = pointer_of(section.name)
    if not section.repeat:
        yield from _check_item(section, value, pointer)
        return
    items = [] if value is None else value
    if not isinstance(items, list):
        yield Problem(pointer, Code.TYPE, f"“{section.label}” is repeated. Send a list of objects.")
        return
    count = sum(not is_blank(item) for item in items)
    noun = section.item_label or section.label
    if count < section.minimum:
        yield Problem(pointer, Code.TOO_FEW, f"“{section.label}” has {count}. Add at least {section.minimum} ({noun}).")
    if section.maximum is not None and len(items) > section.maximum:
        yield Problem(pointer, Code.TOO_MANY, f"“{section.label}” has {len(items)}. Keep at most {section.maximum}.")
    for index, item in enumerate(items):
        yield from _check_item(section, item, pointer + pointer_of(index))


def _check_item(section: Section, value: Any, pointer: str) -> Iterator[Problem]:
    record = {} if value is None else value
    if not isinstance(record, Mapping):
        yield Problem(pointer, Code.TYPE, f"“{section.label}” must be an object of fields. Send {{field: value}}.")
        return
    yield from check_parts(section.fields, record, pointer)


def _terms_in(template: Template, document: Document) -> Iterator[tuple[Field, str, Mapping[str, Any]]]:
    """Every term value: its field, its pointer, itself."""
    for section in template.sections:
        fields = [field for field in section.fields if field.type in TERM_TYPES]
        for steps, record in _records(section, document.get(section.name)):
            for field in fields:
                value = record.get(field.name)
                values = value if field.type is FieldType.TERMS else [value]
                for index, term in enumerate(values if isinstance(values, list) else []):
                    place = pointer_of(section.name, *steps, field.name)
                    if isinstance(term, Mapping) and all(isinstance(term.get(k, ""), str) for k in ("curie", "label")):
                        yield field, place + (pointer_of(index) if field.type is FieldType.TERMS else ""), term


def _records(section: Section, value: Any) -> Iterator[tuple[tuple[int, ...], Mapping[str, Any]]]:
    if section.repeat and isinstance(value, list):
        yield from (((index,), item) for index, item in enumerate(value) if isinstance(item, Mapping))
    elif not section.repeat and isinstance(value, Mapping):
        yield (), value


def _strays(template: Template, document: Document) -> Iterator[Problem]:
    """Terms that searches will not find: free text, and terms of another vocabulary."""
    for field, pointer, term in _terms_in(template, document):
        curie, label = term.get("curie", ""), term.get("label", "").strip()
        wanted = " or ".join(field.vocabularies)
        if not curie and label:
            message = f"“{label[:80]}” is free text. Choose a term of {wanted}, so that searches find it."
            yield Problem(pointer, Code.TERM_FREE_TEXT, message, Tier.DESIRABLE)
        elif curie and curie.partition(":")[0] not in field.vocabularies:
            message = (
                f"“{field.label}” takes terms of {wanted}, and {curie[:80]} is none. Choose one of the suggestions."
            )
            yield Problem(pointer, Code.TERM_VOCABULARY, message, Tier.DESIRABLE)


def _check_terms(template: Template, document: Document, terms: TermLookup) -> Iterator[Problem]:
    for field, pointer, term in _terms_in(template, document):
        curie = term.get("curie", "")
        if curie:
            yield from _check_term(field, pointer, curie, term.get("label", ""), terms)


def _check_term(field: Field, pointer: str, curie: str, label: str, terms: TermLookup) -> Iterator[Problem]:
    vocabulary = curie.partition(":")[0]
    known = terms.get(curie)
    if known is None:
        if terms.covers(vocabulary):
            message = f"{vocabulary} has no term {curie}. Choose one of the suggestions for “{field.label}”."
            yield Problem(pointer, Code.TERM_UNKNOWN, message)
        return
    if known.obsolete:
        yield Problem(pointer, Code.TERM_OBSOLETE, _obsolete(curie, known, terms), Tier.DESIRABLE)
    elif label and label.casefold() != known.label.casefold():
        message = f"{curie} is “{known.label}”, not “{label[:80]}”. Check which of the two is meant."
        yield Problem(pointer, Code.TERM_LABEL, message, Tier.DESIRABLE)


def _obsolete(curie: str, known: KnownTerm, terms: TermLookup) -> str:
    if not known.replaced_by:
        return f"{curie} ({known.label}) is obsolete. Choose a current term."
    named = [(other, terms.get(other)) for other in known.replaced_by]
    options = " or ".join(f"{other} ({term.label})" if term else other for other, term in named)
    return f"{curie} ({known.label}) is obsolete. Use {options} instead."
