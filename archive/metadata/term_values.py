"""The term values of a document: where they stand, which identifiers they name, and which are free text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archive.terms.words import key

from .cleaning import clean_document
from .errors import UnusableDocument
from .model import TERM_TYPES, Document, Field, FieldType, Section, Template
from .problems import pointer_of

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class TermValue:
    """`path` is the field as `section.field`, without the number of an item."""

    field: Field
    path: str
    pointer: str
    curie: str
    label: str


@dataclass(frozen=True, slots=True)
class FreeTerm:
    """Words in a term field that are no term; the same `key` is the same words."""

    field: str
    text: str
    key: str


def term_values(template: Template, document: Document) -> Iterator[TermValue]:
    """Every term value of a cleaned document."""
    for section in template.sections:
        fields = [field for field in section.fields if field.type in TERM_TYPES]
        for steps, record in _records(section, document.get(section.name)):
            for field in fields:
                value = record.get(field.name)
                values = value if field.type is FieldType.TERMS else [value]
                for index, term in enumerate(values if isinstance(values, list) else []):
                    place = pointer_of(section.name, *steps, field.name)
                    if isinstance(term, Mapping) and all(isinstance(term.get(k, ""), str) for k in ("curie", "label")):
                        pointer = place + (pointer_of(index) if field.type is FieldType.TERMS else "")
                        path = f"{section.name}.{field.name}"
                        yield TermValue(field, path, pointer, term.get("curie", ""), term.get("label", "").strip())


def _records(section: Section, value: Any) -> Iterator[tuple[tuple[int, ...], Mapping[str, Any]]]:
    if section.repeat and isinstance(value, list):
        yield from (((index,), item) for index, item in enumerate(value) if isinstance(item, Mapping))
    elif not section.repeat and isinstance(value, Mapping):
        yield (), value


def curies_in(template: Template, document: Document) -> frozenset[str]:
    """All terms that a document names: what a lookup in a database can fetch at once."""
    return frozenset(value.curie for value in term_values(template, clean_document(template, document)) if value.curie)


def free_terms(template: Template, document: Document) -> tuple[FreeTerm, ...]:
    """The free text in term fields, once for each field; none of a document that cannot be read."""
    try:
        document = clean_document(template, document)
    except UnusableDocument:
        return ()
    found: dict[tuple[str, str], FreeTerm] = {}
    for value in term_values(template, document):
        if value.label and not value.curie:
            words = key(value.label)[:_LONGEST]
            found.setdefault((value.path, words), FreeTerm(value.path, value.label[:_LONGEST], words))
    return tuple(found.values())
