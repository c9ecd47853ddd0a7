"""Between the flat names of an HTML form and a document. What was typed is never lost.

| field | names in the form |
|---|---|
| most | `study.title`; in a repeated section `components.0.name` |
| strings, items | the same name several times, or lines of one input |
| term, terms | the same name several times, or lines; each as JSON, as "label (CURIE)", a CURIE, or free text |
| quantity | `acquisition.pixel_size.value` and `.unit` |
| record | `study.publication.doi` |
| list of records | `study.authors.0.name` |

A value that cannot be read (letters for a number) stays as it was typed, for `validate` to point at. A field that the
form does not show keeps the value of `base`; an empty input named like the field (`study.authors`) says that it was
shown, so that its last row can be removed.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .cleaning import clean_document
from .model import (
    RECORD_LIST_TYPES,
    RECORD_TYPES,
    Document,
    Field,
    FieldType,
    Section,
    Template,
    is_blank,
)
from .shaped import CURIE

Data = Mapping[str, Sequence[str]]
_LABEL_AND_CURIE = re.compile(rf"(?P<label>.+?)\s*[(\[](?P<curie>{CURIE[1:-1]})[)\]]")
_LINES, _COMMAS = re.compile(r"[\r\n]+"), re.compile(r"[\r\n,;]+")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_YES, _NO = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})
# Rows of one list; a form with a higher number in a name is not ours.
MAXIMUM_ROWS = 10_000
# A longer text is not taken apart; it stays free text.
MAXIMUM_TERM_LENGTH = 1_000


def to_document(
    template: Template, data: Mapping[str, str | Sequence[str]], base: Document | None = None
) -> dict[str, Any]:
    """The document that a form's data say. `data` has a list of values per name, as a QueryDict's `lists()`."""
    lists = {name: [value] if isinstance(value, str) else list(value) for name, value in data.items()}
    document: dict[str, Any] = dict(base or {})
    for section in template.sections:
        given = _below(lists, section.name)
        if not given:
            continue
        if section.repeat:
            document[section.name] = _items(section, given, document.get(section.name))
        else:
            before = document.get(section.name)
            document[section.name] = _record(section.fields, given, before if isinstance(before, Mapping) else {})
    return clean_document(template, document)


def to_form(template: Template, document: Document) -> dict[str, list[str]]:
    """The flat names and values that show a document; the inverse of `to_document`."""
    data: dict[str, list[str]] = {}
    for section in template.sections:
        value = document.get(section.name)
        items = enumerate(value) if section.repeat and isinstance(value, list) else [(None, value)]
        for index, item in items:
            prefix = section.name if index is None else f"{section.name}.{index}"
            if isinstance(item, Mapping):
                data |= _flat_record(section.fields, item, prefix)
    return data


def pointer_to_name(pointer: str) -> str:
    """The form's name for a problem's JSON pointer: `/study/authors/0/name` → `study.authors.0.name`."""
    steps = pointer.removeprefix("/").split("/")
    return ".".join(step.replace("~1", "/").replace("~0", "~") for step in steps)


def _below(data: Data, prefix: str) -> dict[str, list[str]]:
    """The entries of `prefix` and of what is below it, named from there; the prefix itself is named ""."""
    below = {"": list(data[prefix])} if prefix in data else {}
    start = prefix + "."
    return below | {name[len(start) :]: list(values) for name, values in data.items() if name.startswith(start)}


def _rows(given: Data) -> list[tuple[int, dict[str, list[str]]]]:
    """`0.name`, `2.name` → each number with its row, in order."""
    heads = {name.partition(".")[0] for name in given}
    numbers = {int(head) for head in heads if re.fullmatch("[0-9]{1,5}", head)}
    return [(number, _below(given, str(number))) for number in sorted(numbers) if number < MAXIMUM_ROWS]


def _items(section: Section, given: Data, before: Any) -> list[Any]:
    """Rows keep the fields that the form does not show, by their number; gaps close."""
    old = dict(enumerate(before)) if isinstance(before, list) else {}
    bases = ((row, old.get(number)) for number, row in _rows(given))
    return [_record(section.fields, row, base if isinstance(base, Mapping) else {}) for row, base in bases]


def _record(fields: Iterable[Field], given: Data, base: Mapping[str, Any]) -> dict[str, Any]:
    record = dict(base)
    known = set()
    for field in fields:
        known.add(field.name)
        own = _below(given, field.name)
        if own:
            record[field.name] = _value(field, own)
    for name, values in given.items():
        if name and name.partition(".")[0] not in known and not is_blank(values):
            record[name] = values[-1] if len(values) == 1 else list(values)
    return record


def _value(field: Field, own: Data) -> Any:
    typed = [text for text in own.get("", ()) if text.strip()]
    if field.type in RECORD_LIST_TYPES:
        rows = [_record(field.parts, row, {}) for _, row in _rows(own)]
        return rows if rows or not typed else _json_or_text(typed[-1])
    if field.type in RECORD_TYPES:
        parts = {name: values for name, values in own.items() if name}
        return _record(field.parts, parts, {}) if parts or not typed else _json_or_text(typed[-1])
    if field.type is FieldType.QUANTITY:
        return _json_or_text(typed[-1]) if typed else _quantity(own)
    if field.type in (FieldType.STRINGS, FieldType.ITEMS):
        return [part for text in typed for part in _split(field, text)]
    if field.type is FieldType.TERMS:
        return [term for text in typed for term in _terms(text)]
    return _single(field, typed[-1] if typed else "")


def _single(field: Field, text: str) -> Any:
    if field.type is FieldType.TERM:
        return next(iter(_terms(text)), None)
    if field.type is FieldType.NUMBER:
        return _number(text)
    return _flag(text) if field.type is FieldType.BOOLEAN else text


def _split(field: Field, text: str) -> list[str]:
    parts = (_COMMAS if field.commas else _LINES).split(text)
    return [part.strip() for part in parts if part.strip()]


def _json_or_text(text: str) -> Any:
    """A whole list or record as JSON in one input, as scripts send it; else as it was typed."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value if isinstance(value, dict | list) else text


def _quantity(own: Data) -> Any:
    value = "".join(own.get("value", ())[-1:]).strip()
    unit = "".join(own.get("unit", ())[-1:]).strip()
    return {"value": _number(value), "unit": unit} if value else None


def _terms(text: str) -> list[dict[str, str]]:
    """One input's terms: JSON (an object or a list of them), "label (CURIE)", a CURIE, or free text."""
    text = text.strip()
    value = _json_or_text(text)
    rows = value if isinstance(value, list) else [value]
    if all(isinstance(row, Mapping) for row in rows):
        return [{"curie": str(row.get("curie", "")), "label": str(row.get("label", ""))} for row in rows]
    if "\n" in text:
        return [term for line in text.splitlines() for term in _terms(line)]
    both = _LABEL_AND_CURIE.fullmatch(text) if len(text) <= MAXIMUM_TERM_LENGTH else None
    if both:
        return [{"curie": both["curie"], "label": both["label"]}]
    if re.fullmatch(CURIE[1:-1], text):
        return [{"curie": text, "label": ""}]
    return [{"curie": "", "label": text}] if text else []


def _number(text: str) -> Any:
    """A number, or the text where it is none: `validate` says so."""
    text = text.strip()
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        return text
    return int(text) if re.fullmatch("[+-]?[0-9]+", text) else float(text)


def _flag(text: str) -> Any:
    word = text.strip().lower()
    return word in _YES if word in _YES | _NO else text


def _flat_record(fields: Iterable[Field], record: Mapping[str, Any], prefix: str) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    types = {field.name: field for field in fields}
    for name, value in record.items():
        field = types.get(name)
        path = f"{prefix}.{name}"
        data |= _flat(field, value, path) if field else {path: [_text(value)]}
    return data


def _flat(field: Field, value: Any, path: str) -> dict[str, list[str]]:
    if field.type is FieldType.QUANTITY and isinstance(value, Mapping):
        return {f"{path}.{part}": [_text(value[part])] for part in ("value", "unit") if part in value}
    if field.type in RECORD_TYPES and isinstance(value, Mapping):
        return _flat_record(field.parts, value, path)
    if field.type in RECORD_LIST_TYPES and isinstance(value, list):
        data: dict[str, list[str]] = {}
        for index, row in enumerate(value):
            if isinstance(row, Mapping):
                data |= _flat_record(field.parts, row, f"{path}.{index}")
        return data
    if isinstance(value, list):
        return {path: [_text(item) for item in value]}
    return {path: [_text(value)]}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
