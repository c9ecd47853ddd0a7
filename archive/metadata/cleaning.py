"""A document as it is stored: trimmed, without blanks, with DOIs and ORCID iDs in their bare form.

Nothing that says something is thrown away: values of a wrong type and unknown fields stay as they came.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from .errors import UnusableDocument
from .model import (
    RECORD_LIST_TYPES,
    RECORD_TYPES,
    STRING_TYPES,
    Document,
    Field,
    FieldType,
    Section,
    Template,
    is_blank,
    is_unanswered,
)
from .registries import identify
from .shaped import canonical

# Lists of records in repeated sections are four levels down; deeper is an attack on recursion, or a mistake.
MAXIMUM_DEPTH = 20
# Vertical tabs and form feeds are line ends that slides and PDFs leave; the rest has no place in XML.
_BREAKS, _UNWRITABLE = re.compile(r"[\x0b\x0c]"), re.compile(r"[\x00-\x08\x0e-\x1f\ufffe\uffff]")
LARGEST_INTEGER = 2**63
_TERM_PARTS = (Field("curie", "Identifier", FieldType.TEXT), Field("label", "Name", FieldType.TEXT))


def clean_document(template: Template, document: Document) -> dict[str, Any]:
    """The document as the JSON Schema describes it; sections that say nothing are left out.

    Raises UnusableDocument for what is no object, or nested too deeply.
    """
    if not isinstance(document, Mapping):
        raise UnusableDocument("The metadata must be an object of sections. Send {section: {field: value}}.")
    document = _storable(document, 0)
    cleaned: dict[str, Any] = {}
    for name, value in document.items():
        section = template.section(name)
        value = _clean_section(section, value) if section else value
        if not is_blank(value):
            cleaned[name] = value
    return cleaned


def _storable(value: Any, depth: int) -> Any:
    """Without what databases refuse in JSON, and XML in exports: control characters, lone surrogates, numbers that are
    none or far too large."""
    if depth > MAXIMUM_DEPTH:
        raise UnusableDocument(f"The metadata are nested more than {MAXIMUM_DEPTH} levels deep. Send them flatter.")
    if isinstance(value, str):
        text = _BREAKS.sub("\n", value).encode("utf-8", "replace").decode("utf-8")
        return _UNWRITABLE.sub("", text)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return str(value)
    if isinstance(value, Mapping):
        return {_storable(str(name), depth): _storable(part, depth + 1) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(item, depth + 1) for item in value]
    return value


def clean_value(field: Field, value: Any) -> Any:
    if field.type in STRING_TYPES:
        return _clean_string(field.type, value) if isinstance(value, str) else value
    if field.type is FieldType.ITEMS and isinstance(value, str):
        value = [value]
    if field.type in (FieldType.STRINGS, FieldType.ITEMS) and isinstance(value, list):
        items = (item.strip() if isinstance(item, str) else item for item in value)
        return [item for item in items if not is_blank(item)]
    if field.type is FieldType.TERMS and isinstance(value, list):
        return [_clean_term(item) for item in value if not is_blank(item)]
    if field.type in RECORD_LIST_TYPES and isinstance(value, list):
        items = (_clean_record(field.parts, item) for item in value)
        return [item for item in items if not is_blank(item)]
    if field.type is FieldType.TERM:
        return _clean_term(value)
    return _clean_record(field.parts, value) if field.type in RECORD_TYPES else value


def _clean_string(kind: FieldType, text: str) -> str:
    found = identify(text) if kind is FieldType.IDENTIFIER else None
    return found.text if found else canonical(kind, text)


def _clean_term(value: Any) -> Any:
    """With both curie and label: free text is told by its empty curie."""
    record = _clean_record(_TERM_PARTS, value)
    return {"curie": "", "label": ""} | record if isinstance(record, dict) else record


def _clean_section(section: Section, value: Any) -> Any:
    if section.repeat and isinstance(value, list):
        items = (_clean_record(section.fields, item) for item in value)
        return [item for item in items if not is_blank(item)]
    return _clean_record(section.fields, value)


def _clean_record(fields: tuple[Field, ...], record: Any) -> Any:
    if not isinstance(record, Mapping):
        return record
    known = {field.name: field for field in fields}
    cleaned = {}
    for name, value in record.items():
        field = known.get(name)
        blank = is_unanswered(field, value) if field else is_blank(value)
        if not blank:
            cleaned[name] = clean_value(field, value) if field else value
    return cleaned
