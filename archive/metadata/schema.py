"""The JSON Schema (draft 2020-12) of a template, for programs that deposit.

It describes documents as `clean_document` leaves them, and refuses what `validate` blocks, but for what a schema cannot
say: the check digit of an ORCID iD, whether a date exists, whether a term or an item of a name does, which archive an
identifier is of.
"""

from collections.abc import Callable
from typing import Any

from .model import RECORD_LIST_TYPES, RECORD_TYPES, STRING_TYPES, Field, FieldType, Section, Template
from .shaped import CURIE, PATTERNS
from .values import MAXIMUM_ITEM_LENGTH, MAXIMUM_LENGTH

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def json_schema(template: Template, identifier: str = "") -> Schema:
    """`identifier` is the address at which the schema is served ($id)."""
    schema: Schema = {"$schema": DIALECT}
    if identifier:
        schema["$id"] = identifier
    return schema | {
        "title": f"{template.title}, version {template.version}",
        "description": template.description,
        "type": "object",
        "properties": {section.name: _section(section) for section in template.sections},
        "required": [section.name for section in template.sections if section.required],
    }


def _section(section: Section) -> Schema:
    item = _object(section.fields)
    if not section.repeat:
        return _described(section.label, section.help) | item
    schema = _described(section.label, section.help) | {"type": "array", "items": item, "minItems": section.minimum}
    if section.maximum is not None:
        schema["maxItems"] = section.maximum
    return schema


def _object(fields: tuple[Field, ...]) -> Schema:
    return {
        "type": "object",
        "properties": {field.name: field_schema(field) for field in fields},
        "required": [field.name for field in fields if field.required],
    }


def field_schema(field: Field) -> Schema:
    schema = _described(field.label, field.help) | {"x-tier": field.tier.value} | _value(field)
    if field.default is not None:
        schema["default"] = field.default
    return schema


def _value(field: Field) -> Schema:
    if field.type is FieldType.CHOICE:
        return {"type": "string", "oneOf": [_choice(c.value, c.label, c.help) for c in field.choices]}
    if field.type in STRING_TYPES:
        return _string(field)
    if field.type in RECORD_TYPES:
        return _object(field.parts)
    if field.type in RECORD_LIST_TYPES:
        return _array(field, _object(field.parts))
    return _VALUES[field.type](field)


def _choice(value: str, label: str, help_text: str) -> Schema:
    return {"const": value} | _described(label, help_text)


def _string(field: Field) -> Schema:
    schema: Schema = {"type": "string", "minLength": int(field.minimum or 1)}
    schema["maxLength"] = int(field.maximum or MAXIMUM_LENGTH)
    patterns = [pattern for pattern in (PATTERNS.get(field.type), field.pattern) if pattern]
    if len(patterns) == 1:
        schema["pattern"] = patterns[0]
    elif patterns:
        schema["allOf"] = [{"pattern": pattern} for pattern in patterns]
    if field.type is FieldType.DATE:
        schema["format"] = "date"
    return schema


def _array(field: Field, items: Schema) -> Schema:
    schema: Schema = {"type": "array", "items": items, "minItems": int(field.minimum or (1 if field.required else 0))}
    if field.maximum is not None:
        schema["maxItems"] = int(field.maximum)
    return schema


def _strings(field: Field) -> Schema:
    items: Schema = {"type": "string", "minLength": 1, "maxLength": MAXIMUM_ITEM_LENGTH}
    return _array(field, items | ({"pattern": field.pattern} if field.pattern else {}))


def _items(field: Field) -> Schema:
    """What a schema cannot say: that an item of this name is there."""
    return _strings(field) | {"x-items-of": field.of}


def _term(field: Field) -> Schema:
    return {
        "type": "object",
        "properties": {
            "curie": {"type": "string", "pattern": f"^$|{CURIE}", "description": "Empty for free text."},
            "label": {"type": "string", "maxLength": MAXIMUM_ITEM_LENGTH},
        },
        "x-vocabularies": list(field.vocabularies),
    }


def _number(field: Field) -> Schema:
    schema: Schema = {"type": "number"}
    if field.minimum is not None:
        schema["minimum"] = field.minimum
    if field.maximum is not None:
        schema["maximum"] = field.maximum
    if field.type is FieldType.NUMBER and field.units:
        schema["x-unit"] = field.units[0]
    return schema


def _quantity(field: Field) -> Schema:
    return {
        "type": "object",
        "properties": {"value": _number(field), "unit": {"enum": list(field.units)}},
        "required": ["value", "unit"],
    }


def _boolean(_field: Field) -> Schema:
    return {"type": "boolean"}


def _terms(field: Field) -> Schema:
    return _array(field, _term(field))


def _described(label: str, help_text: str) -> Schema:
    return {"title": label} | ({"description": help_text} if help_text else {})


_VALUES: dict[FieldType, Callable[[Field], Schema]] = {
    FieldType.BOOLEAN: _boolean,
    FieldType.NUMBER: _number,
    FieldType.QUANTITY: _quantity,
    FieldType.STRINGS: _strings,
    FieldType.ITEMS: _items,
    FieldType.TERM: _term,
    FieldType.TERMS: _terms,
}
