"""Whether a value fits its field: type, shape, bounds, choices. Documents and terms are validation.py's."""

import datetime as dt
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .identifiers import is_orcid
from .model import (
    LIST_TYPES,
    RECORD_LIST_TYPES,
    RECORD_TYPES,
    STRING_TYPES,
    Field,
    FieldType,
    Tier,
    is_blank,
    is_unanswered,
)
from .problems import Code, Problem, pointer_of
from .registries import advice, identify
from .shaped import ADVICE, CURIE, has_shape, is_date

# What a longer text than this would do to pages and index is nobody's wish; a field's own maximum is lower.
MAXIMUM_LENGTH = 50_000
MAXIMUM_ITEM_LENGTH = 500
EARLIEST_YEAR = 1900
_KEY_OF_TERM = ("curie", "label")
_SHAPE_CODES = {
    FieldType.URL: Code.URL,
    FieldType.DOI: Code.DOI,
    FieldType.ORCID: Code.ORCID,
    FieldType.EMAIL: Code.EMAIL,
    FieldType.PMID: Code.PMID,
    FieldType.IDENTIFIER: Code.IDENTIFIER,
    FieldType.DATE: Code.DATE,
}


def check_value(field: Field, value: Any, pointer: str) -> Iterator[Problem]:
    """The problems of an answered field."""
    if field.type in STRING_TYPES:
        yield from _check_string(field, value, pointer)
    elif field.type in LIST_TYPES:
        yield from _check_list(field, value, pointer)
    else:
        yield from _CHECKS[field.type](field, value, pointer)


def check_parts(fields: tuple[Field, ...], record: Mapping[str, Any], pointer: str) -> Iterator[Problem]:
    """The problems of the fields of an object: a section, an item of one, a record."""
    for field in fields:
        value = record.get(field.name)
        place = pointer + pointer_of(field.name)
        if not is_unanswered(field, value):
            yield from check_value(field, value, place)
        elif field.required:
            yield Problem(place, Code.REQUIRED, _missing(field))
    known = {field.name for field in fields}
    for name, value in record.items():
        if name not in known and not is_blank(value):
            message = f"“{name}” is not a field of this template. It is kept; move it to a field if it should be found."
            yield Problem(pointer + pointer_of(name), Code.UNKNOWN_FIELD, message, Tier.OPTIONAL)


def _missing(field: Field) -> str:
    verb = {FieldType.CHOICE: "Choose", FieldType.PEOPLE: "Add at least one of"}.get(field.type, "Fill in")
    return f"{verb} “{field.label}”." + (f" {field.help}" if field.help else "")


def _check_string(field: Field, value: Any, pointer: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield _wrong_type(field, pointer, "a text")
        return
    yield from _check_length(field, value, pointer)
    if field.type is FieldType.CHOICE:
        yield from _check_choice(field, value, pointer)
    elif not _fits(field.type, value):
        yield Problem(pointer, _SHAPE_CODES[field.type], _misshapen(field.type, value))
    elif field.type is FieldType.DATE:
        yield from _check_day(field, value, pointer)
    if field.pattern and re.search(field.pattern, value) is None:
        wanted = field.pattern_help or "It does not have the form that is asked for. Compare it with the example."
        yield Problem(pointer, Code.PATTERN, f"“{field.label}”: {wanted}")


def _check_day(field: Field, value: str, pointer: str) -> Iterator[Problem]:
    """Not to come, with a day's grace for time zones; and hardly before photographs were taken through microscopes."""
    day = dt.date.fromisoformat(value)
    if day > dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1):
        message = f"“{field.label}” is {value}, which is still to come. Correct the day, or leave it empty."
        yield Problem(pointer, Code.DATE_FUTURE, message)
    elif day.year < EARLIEST_YEAR:
        message = f"“{field.label}” is {value}, before {EARLIEST_YEAR}. Check the year; if it is right, it is kept."
        yield Problem(pointer, Code.DATE_EARLY, message, Tier.DESIRABLE)


def _fits(kind: FieldType, value: str) -> bool:
    special: dict[FieldType, Callable[[str], bool]] = {
        FieldType.ORCID: is_orcid,
        FieldType.DATE: is_date,
        FieldType.IDENTIFIER: lambda text: identify(text) is not None,
    }
    return special[kind](value) if kind in special else has_shape(kind, value)


def _misshapen(kind: FieldType, value: str) -> str:
    if kind is FieldType.IDENTIFIER:
        return advice(value)
    shown = value if len(value) <= 80 else value[:79] + "…"
    if kind is FieldType.ORCID and has_shape(kind, value):
        return f"“{shown}” has a wrong check digit: a digit is mistyped. Copy the ORCID iD from its page."
    return f"“{shown}” does not fit. {ADVICE[kind]}"


def _check_length(field: Field, value: str, pointer: str) -> Iterator[Problem]:
    maximum = int(field.maximum or MAXIMUM_LENGTH)
    if field.minimum and len(value.strip()) < field.minimum:
        message = f"“{field.label}” has {_characters(len(value.strip()))}. Say more, at least {int(field.minimum)}."
        yield Problem(pointer, Code.TOO_SHORT, message)
    if len(value) > maximum:
        message = f"“{field.label}” has {len(value):,} characters. Shorten it to {maximum:,}."
        yield Problem(pointer, Code.TOO_LONG, message)


def _characters(count: int) -> str:
    return "1 character" if count == 1 else f"{count:,} characters"


def _check_choice(field: Field, value: str, pointer: str) -> Iterator[Problem]:
    if any(choice.value == value for choice in field.choices):
        return
    for refusal in field.refused:
        if re.search(refusal.pattern, value, re.IGNORECASE):
            yield Problem(pointer, Code.REFUSED, refusal.reason)
            return
    options = ", ".join(choice.value for choice in field.choices)
    yield Problem(
        pointer, Code.CHOICE, f"“{value[:80]}” cannot be chosen for “{field.label}”. Choose one of: {options}."
    )


def _check_list(field: Field, value: Any, pointer: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield _wrong_type(field, pointer, "a list")
        return
    count = sum(not is_blank(item) for item in value)
    if field.minimum and count < field.minimum:
        yield Problem(pointer, Code.TOO_FEW, f"“{field.label}” has {count}. Add some, at least {int(field.minimum)}.")
    if field.maximum and len(value) > field.maximum:
        message = f"“{field.label}” has {len(value)}. Keep the most important {int(field.maximum)}."
        yield Problem(pointer, Code.TOO_MANY, message)
    check = _item_check(field.type)
    for index, item in enumerate(value):
        if not is_blank(item):
            yield from check(field, item, pointer + pointer_of(index))


def _item_check(kind: FieldType) -> Callable[[Field, Any, str], Iterator[Problem]]:
    if kind in RECORD_LIST_TYPES:
        return _check_record
    return _check_term if kind is FieldType.TERMS else _check_item


def _check_item(field: Field, value: Any, pointer: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield _wrong_type(field, pointer, "a text")
    elif len(value) > MAXIMUM_ITEM_LENGTH:
        yield Problem(
            pointer,
            Code.TOO_LONG,
            f"One of “{field.label}” has {len(value):,} characters. Shorten it to {MAXIMUM_ITEM_LENGTH}.",
        )
    elif field.pattern and re.search(field.pattern, value) is None:
        yield Problem(pointer, Code.PATTERN, f"“{value[:80]}”: {field.pattern_help or 'correct its form.'}")


def _check_term(field: Field, value: Any, pointer: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping) or not all(isinstance(value.get(key, ""), str) for key in _KEY_OF_TERM):
        yield _wrong_type(field, pointer, "a term with curie and label")
        return
    curie, label = value.get("curie", ""), value.get("label", "")
    if curie and re.fullmatch(CURIE[1:-1], curie) is None:
        message = f"“{curie[:80]}” is not a term's identifier. Choose a term, or leave the identifier empty."
        yield Problem(pointer + pointer_of("curie"), Code.CURIE, message)
    if len(label) > MAXIMUM_ITEM_LENGTH:
        yield Problem(
            pointer + pointer_of("label"),
            Code.TOO_LONG,
            f"A term's label has at most {MAXIMUM_ITEM_LENGTH} characters. Shorten it.",
        )


def _check_record(field: Field, value: Any, pointer: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield _wrong_type(field, pointer, f"an object with {', '.join(part.name for part in field.parts)}")
        return
    yield from check_parts(field.parts, value, pointer)


def _check_boolean(field: Field, value: Any, pointer: str) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield _wrong_type(field, pointer, "yes or no")


def _check_number(field: Field, value: Any, pointer: str) -> Iterator[Problem]:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        hint = f" The unit is {field.units[0]} already." if field.type is FieldType.NUMBER and field.units else ""
        yield _wrong_type(field, pointer, "a number with a decimal point and without a unit", hint)
        return
    if field.minimum is not None and value < field.minimum:
        yield Problem(pointer, Code.TOO_SMALL, f"“{field.label}” is {value:g}. Give at least {field.minimum:g}.")
    if field.maximum is not None and value > field.maximum:
        yield Problem(pointer, Code.TOO_LARGE, f"“{field.label}” is {value:g}. Give at most {field.maximum:g}.")


def _check_quantity(field: Field, value: Any, pointer: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield _wrong_type(field, pointer, "a number with a unit")
        return
    yield from _check_number(field, value.get("value"), pointer + pointer_of("value"))
    unit = value.get("unit")
    if unit not in field.units:
        message = f"“{field.label}” cannot be in “{unit or ''}”. Choose one of: {', '.join(field.units)}."
        yield Problem(pointer + pointer_of("unit"), Code.UNIT, message)


def _wrong_type(field: Field, pointer: str, wanted: str, hint: str = "") -> Problem:
    return Problem(pointer, Code.TYPE, f"“{field.label}” must be {wanted}. Correct what was typed.{hint}")


_CHECKS: dict[FieldType, Callable[[Field, Any, str], Iterator[Problem]]] = {
    FieldType.BOOLEAN: _check_boolean,
    FieldType.NUMBER: _check_number,
    FieldType.QUANTITY: _check_quantity,
    FieldType.TERM: _check_term,
    **dict.fromkeys(RECORD_TYPES, _check_record),
}
