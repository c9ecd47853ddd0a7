"""First checks for slips that spreadsheets and hurry make in free text: notices, never refusals.

Genes that a spreadsheet turned into dates, identifiers that it turned into numbers, several values in one cell, units
that are misspelt or stray.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .model import TERM_TYPES, Document, Field, FieldType, Template, Tier
from .problems import Code, Problem, pointer_of


@dataclass(frozen=True, slots=True)
class Slip:
    """The text that looks wrong, and a sentence with the fix."""

    found: str
    message: str


# Families of genes whose names read as dates: septins, membrane-associated RING fingers, and others.
_GENES = {"sep": "SEPTIN{n}", "mar": "MARCHF{n}", "dec": "DELEC{n}", "apr": "apr-{n}", "oct": "OCT{n}"}
_GENE_DATE = re.compile(r"(?<![\w-])(\d{1,2})-(Sep|Mar|Dec|Apr|Oct)(?![\w-])", re.IGNORECASE)
_FLOAT_ID = re.compile(r"(?<![\w.])\d\.\d{1,6}E\+(1[0-9]|0?[5-9])(?!\w)")
_MICRO = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s?(um|mcm|micron|microns|uM|ul|uL|ug)(?!\w)")
_SPACELESS = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)(µm|nm|mm|kV|ms|min)(?![\w²³/])")
_UNIT_ALONE = re.compile(r"(µm|um|nm|mm|cm|Å|px|pixels?|kV|ms|s|min|h|%|°C)", re.IGNORECASE)
# Of a longer cell only the beginning is looked at.
MAXIMUM_CELL = 1_000
_SEPARATORS = re.compile(r"\s*(?:;|\||\t)\s*")
_PLACEHOLDER = re.compile(r"(n/?a|none|null|nan|tbd|to ?do|xxx+|test|\?+|-+|unknown|#n/a|#ref!|#value!)", re.IGNORECASE)


def check_text(text: str) -> Iterator[Slip]:
    """Slips in running text."""
    for match in _GENE_DATE.finditer(text):
        number, month = int(match[1]), match[2].lower()
        gene = _GENES[month].format(n=number)
        yield Slip(match[0], f"“{match[0]}” looks like a gene that a spreadsheet made a date. Did you mean {gene}?")
    for match in _FLOAT_ID.finditer(text):
        yield Slip(match[0], f"“{match[0]}” looks like an identifier that a spreadsheet made a number. Write it out.")
    for match in _MICRO.finditer(text):
        unit = {"mcm": "µm", "micron": "µm", "microns": "µm"}.get(match[2], match[2].replace("u", "µ"))
        yield Slip(match[0], f"“{match[0]}” has a unit that programs do not know. Write {match[1]} {unit}.")


def check_cell(text: str) -> Iterator[Slip]:
    """Slips in a short value: a cell of a table, a keyword, a name."""
    stripped = text.strip()[:MAXIMUM_CELL]
    if _PLACEHOLDER.fullmatch(stripped):
        yield Slip(stripped, f"“{stripped}” says nothing. Leave it empty, or say what is known.")
        return
    if _UNIT_ALONE.fullmatch(stripped):
        yield Slip(stripped, f"“{stripped}” is a unit without a number. Add the number or leave it out.")
        return
    values = [value for value in _SEPARATORS.split(stripped) if value]
    if len(values) > 1:
        yield Slip(stripped, f"“{stripped[:80]}” holds {len(values)} values. Give each a row of its own.")
    for match in _SPACELESS.finditer(stripped):
        yield Slip(match[0], f"“{match[0]}” lacks the space before the unit. Write {match[1]} {match[2]}.")
    yield from check_text(stripped)


def find_typos(template: Template, document: Document) -> tuple[Problem, ...]:
    """Notices (tier optional) over all free text of a document."""
    problems: list[Problem] = []
    for section in template.sections:
        value = document.get(section.name)
        items = list(enumerate(value)) if section.repeat and isinstance(value, list) else [(None, value)]
        for index, item in items:
            steps = (section.name,) if index is None else (section.name, index)
            problems += _check_record(section.fields, item, pointer_of(*steps))
    return tuple(problems)


def _check_record(fields: tuple[Field, ...], record: Any, pointer: str) -> Iterator[Problem]:
    if not isinstance(record, Mapping):
        return
    for field in fields:
        for place, text, check in _texts(field, record.get(field.name), pointer + pointer_of(field.name)):
            yield from (Problem(place, Code.TYPO, slip.message, Tier.OPTIONAL) for slip in check(text))
        if field.parts:
            value = record.get(field.name)
            rows = value if isinstance(value, list) else [value]
            for index, row in enumerate(rows):
                step = pointer_of(field.name, index) if isinstance(value, list) else pointer_of(field.name)
                yield from _check_record(field.parts, row, pointer + step)


def _texts(field: Field, value: Any, pointer: str) -> Iterator[tuple[str, str, Callable[[str], Iterator[Slip]]]]:
    """Free text of a field, and how strictly to look at it."""
    if field.type in (FieldType.TEXT, FieldType.LONGTEXT) and isinstance(value, str):
        yield pointer, value, check_text
    elif field.type is FieldType.STRINGS and isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, str):
                yield pointer + pointer_of(index), item, check_cell
    elif field.type in TERM_TYPES:
        terms = value if isinstance(value, list) else [value]
        for index, term in enumerate(terms):
            if isinstance(term, Mapping) and not term.get("curie") and isinstance(term.get("label"), str):
                yield pointer + (pointer_of(index) if isinstance(value, list) else ""), term["label"], check_cell
