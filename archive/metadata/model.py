"""A template as values: sections of fields, each field with a type, a tier, help, and what answering it buys.

The document that a template describes is JSON: `{section: {field: value}}`, and for a repeated section
`{section: [{field: value}, …]}`. The shape of a value depends on the field's type:

| type | value |
|---|---|
| text, longtext, choice, url, doi, date, orcid, email, pmid | a string; dates are YYYY-MM-DD, DOIs bare (10.…) |
| identifier | a string as registries.py writes it: `PDB:1ABC`, a bare DOI, or an address |
| boolean, number | true or false; a number |
| quantity | {"value": number, "unit": one of the field's units} |
| term, terms | {"curie", "label"}, or a list of them; free text has an empty curie |
| strings | a list of strings |
| items | a list of names of items in the section that the field is `of` |
| record, publication | an object with the field's parts |
| records, people, identifiers, grants | a list of such objects |
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

# A document and its values are JSON, as kept in the database; their shape is what templates describe.
Document = Mapping[str, Any]


class Tier(StrEnum):
    """How much is asked: without `required` nothing is submitted, `desirable` makes the images easier to find."""

    REQUIRED = "required"
    DESIRABLE = "desirable"
    OPTIONAL = "optional"


class FieldType(StrEnum):
    TEXT = "text"
    LONGTEXT = "longtext"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    NUMBER = "number"
    QUANTITY = "quantity"
    DATE = "date"
    URL = "url"
    DOI = "doi"
    ORCID = "orcid"
    EMAIL = "email"
    PMID = "pmid"
    IDENTIFIER = "identifier"
    STRINGS = "strings"
    ITEMS = "items"
    TERM = "term"
    TERMS = "terms"
    RECORD = "record"
    RECORDS = "records"
    # Records whose parts are fixed, because exports rely on them (see shapes.py).
    PUBLICATION = "publication"
    PEOPLE = "people"
    IDENTIFIERS = "identifiers"
    GRANTS = "grants"


RECORD_TYPES = frozenset({FieldType.RECORD, FieldType.PUBLICATION})
RECORD_LIST_TYPES = frozenset({FieldType.RECORDS, FieldType.PEOPLE, FieldType.IDENTIFIERS, FieldType.GRANTS})
TERM_TYPES = frozenset({FieldType.TERM, FieldType.TERMS})
LIST_TYPES = RECORD_LIST_TYPES | {FieldType.TERMS, FieldType.STRINGS, FieldType.ITEMS}
STRING_TYPES = frozenset(
    {
        FieldType.TEXT,
        FieldType.LONGTEXT,
        FieldType.CHOICE,
        FieldType.DATE,
        FieldType.URL,
        FieldType.DOI,
        FieldType.ORCID,
        FieldType.EMAIL,
        FieldType.PMID,
        FieldType.IDENTIFIER,
    }
)


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A value that is refused with its reason instead of "is not one of": `pattern` is searched, case ignored."""

    pattern: str
    reason: str


@dataclass(frozen=True, slots=True)
class Field:
    """`minimum` and `maximum` bound the length of texts, the value of numbers, the count of lists."""

    name: str
    label: str
    type: FieldType
    tier: Tier = Tier.OPTIONAL
    help: str = ""
    why: str = ""
    placeholder: str = ""
    advanced: bool = False
    commas: bool = False  # strings: typed in one input, commas separate them as lines do
    default: Any = None
    minimum: float | None = None
    maximum: float | None = None
    pattern: str = ""
    pattern_help: str = ""
    units: tuple[str, ...] = ()
    vocabularies: tuple[str, ...] = ()
    prefer: str = ""  # the CURIE whose descendants are suggested first
    of: str = ""  # items: the repeated section whose items it names
    choices: tuple[Choice, ...] = ()
    refused: tuple[Refusal, ...] = ()
    parts: tuple["Field", ...] = ()

    @property
    def required(self) -> bool:
        return self.tier is Tier.REQUIRED

    @property
    def vocabulary(self) -> str:
        """The first of its vocabularies: the one whose terms it is about."""
        return self.vocabularies[0] if self.vocabularies else ""

    def part(self, name: str) -> "Field | None":
        return next((part for part in self.parts if part.name == name), None)


@dataclass(frozen=True, slots=True)
class Section:
    """`advanced` sections wait behind "add more"; a `repeat` section is a list of items, named by `item_label`."""

    name: str
    label: str
    fields: tuple[Field, ...]
    help: str = ""
    advanced: bool = False
    repeat: bool = False
    minimum: int = 0
    maximum: int | None = None
    item_label: str = ""

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)

    @property
    def name_field(self) -> str:
        """The field that an item is called by: its first."""
        return self.fields[0].name

    @property
    def basic_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if not field.advanced)

    @property
    def more_fields(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields if field.advanced)

    @property
    def required(self) -> bool:
        """Whether a document without this section lacks something required."""
        return self.minimum > 0 if self.repeat else any(field.required for field in self.fields)


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of study. Published versions never change: a deposit keeps the name and the version it was made with."""

    name: str
    version: str
    title: str
    description: str
    sections: tuple[Section, ...]
    standard: str = ""
    default: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.name, self.version

    @property
    def version_numbers(self) -> tuple[int, ...]:
        return tuple(int(number) for number in self.version.split("."))

    def section(self, name: str) -> Section | None:
        return next((section for section in self.sections if section.name == name), None)

    def field(self, path: str) -> Field | None:
        """The field at `section.field`, or None."""
        section_name, _, field_name = path.partition(".")
        section = self.section(section_name)
        return section.field(field_name) if section else None

    def fields(self) -> Iterator[tuple[Section, Field]]:
        for section in self.sections:
            for field in section.fields:
                yield section, field

    @property
    def vocabularies(self) -> frozenset[str]:
        return frozenset(name for _, field in self.fields() for name in field.vocabularies)


def is_blank(value: Any) -> bool:
    """Whether a value says nothing: absent, empty, white space, or a container of nothing but such."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(is_blank(part) for part in value.values())
    if isinstance(value, list | tuple):
        return all(is_blank(item) for item in value)
    return False


def is_unanswered(field: Field, value: Any) -> bool:
    """Like `is_blank`, and a quantity with a unit alone: forms send the unit that was preselected."""
    if field.type is FieldType.QUANTITY and isinstance(value, Mapping):
        return is_blank({name: part for name, part in value.items() if name != "unit"})
    return is_blank(value)


def blank_document(template: Template) -> dict[str, Any]:
    """A new deposit's document: every section, with the defaults and nothing else."""
    document: dict[str, Any] = {}
    for section in template.sections:
        defaults = {field.name: field.default for field in section.fields if field.default is not None}
        document[section.name] = [dict(defaults) for _ in range(section.minimum)] if section.repeat else defaults
    return document
