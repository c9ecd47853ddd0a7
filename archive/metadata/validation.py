"""Whether a document fits its template, as problems that each say what to do. Nothing is changed or thrown away."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from .cleaning import clean_document
from .errors import UnusableDocument
from .items import check_items
from .model import Document, Section, Template, Tier, is_blank
from .problems import Code, Problem, pointer_of
from .shaped import LOCAL_PARTS
from .term_values import TermValue, term_values
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
    def is_called(self, name: str) -> bool:
        """Whether this is its label, or a synonym that means the same."""
        ...


class TermLookup(Protocol):
    """Where terms are looked up: `archive.terms.TermIndex`, or a table of a database."""

    def get(self, curie: str) -> KnownTerm | None: ...

    def covers(self, vocabulary: str) -> bool:
        """Whether the whole vocabulary is here, so that a missing term is an unknown one."""
        ...

    def knows(self, vocabulary: str) -> bool:
        """Whether some terms of the vocabulary are here."""
        ...

    def named(self, label: str, vocabulary: str) -> str:
        """The CURIE of the vocabulary's term of exactly this name, or nothing."""
        ...


def validate(template: Template, document: Document, terms: TermLookup | None = None) -> tuple[Problem, ...]:
    """All problems: what blocks submission first, then in the order of the form."""
    try:
        document = clean_document(template, document)
    except UnusableDocument as error:
        return (Problem("", Code.TYPE, str(error)),)
    problems = [*_walk(template, document), *check_items(template, document)]
    if terms is not None:
        problems += _check_terms(template, document, terms)
    problems += _strays(template, document, terms)
    return tuple(sorted(problems, key=lambda problem: _BY_SEVERITY[problem.tier]))


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


def _strays(template: Template, document: Document, terms: TermLookup | None) -> Iterator[Problem]:
    """Terms that searches will not find: free text, and terms of another vocabulary."""
    for value in term_values(template, document):
        wanted = " or ".join(value.field.vocabularies)
        if not value.curie and value.label:
            yield Problem(value.pointer, Code.TERM_FREE_TEXT, _free_text(value, wanted, terms), Tier.DESIRABLE)
        elif value.curie and value.curie.partition(":")[0] not in value.field.vocabularies:
            message = (
                f"“{value.field.label}” takes terms of {wanted}, and {value.curie[:80]} is none. "
                "Choose one of the suggestions."
            )
            yield Problem(value.pointer, Code.TERM_VOCABULARY, message, Tier.DESIRABLE)


def _free_text(value: TermValue, wanted: str, terms: TermLookup | None) -> str:
    meant = [terms.named(value.label, vocabulary) for vocabulary in value.field.vocabularies] if terms else []
    curie = next((found for found in meant if found), "")
    if curie:
        return f"“{value.label[:80]}” is a name of {curie}. Choose that term, so that searches for it find this."
    return (
        f"“{value.label[:80]}” is no term of {wanted}. It is kept as free text and flagged for a curator; "
        "choose a suggestion if one fits, so that searches for the term find it."
    )


def _check_terms(template: Template, document: Document, terms: TermLookup) -> Iterator[Problem]:
    for value in term_values(template, document):
        if value.curie:
            yield from _check_term(value, terms)


def _check_term(value: TermValue, terms: TermLookup) -> Iterator[Problem]:
    curie, label = value.curie, value.label
    known = terms.get(curie)
    if known is None:
        yield from _check_unknown(value, terms)
    elif known.obsolete:
        yield Problem(value.pointer, Code.TERM_OBSOLETE, _obsolete(curie, known, terms), Tier.DESIRABLE)
    elif label and not known.is_called(label):
        message = f"{curie} is “{known.label}”, not “{label[:80]}”. Check which of the two is meant."
        yield Problem(value.pointer, Code.TERM_LABEL, message, Tier.DESIRABLE)


def _check_unknown(value: TermValue, terms: TermLookup) -> Iterator[Problem]:
    """Wrong where that can be told. Of a vocabulary that is here in part, a well-formed identifier is believed."""
    curie, label, pointer = value.curie, value.label, value.pointer
    vocabulary, _, local = curie.partition(":")
    if vocabulary not in value.field.vocabularies:
        return  # said by _strays
    advice = f"Choose one of the suggestions for “{value.field.label}”, or write the name alone."
    shape = LOCAL_PARTS.get(vocabulary)
    meant = terms.named(label, vocabulary) if label else ""
    if terms.covers(vocabulary) or (shape and re.fullmatch(shape, local) is None):
        yield Problem(pointer, Code.TERM_UNKNOWN, f"{vocabulary} has no term {curie[:80]}. {advice}")
    elif meant:
        message = f"“{label[:80]}” is {meant}, not {curie[:80]}. {advice}"
        yield Problem(pointer, Code.TERM_UNKNOWN, message)
    elif terms.knows(vocabulary):
        message = f"{curie[:80]} is not among the terms of {vocabulary} here and was not checked. Compare it again."
        yield Problem(pointer, Code.TERM_UNCHECKED, message, Tier.DESIRABLE)


def _obsolete(curie: str, known: KnownTerm, terms: TermLookup) -> str:
    if not known.replaced_by:
        return f"{curie} ({known.label}) is obsolete. Choose a current term."
    named = [(other, terms.get(other)) for other in known.replaced_by]
    options = " or ".join(f"{other} ({term.label})" if term else other for other, term in named)
    return f"{curie} ({known.label}) is obsolete. Use {options} instead."
