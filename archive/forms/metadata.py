"""A metadata template as controls that a page can draw: names, ids, values as they were typed, problems at their place.

The template is data, so there is no Django form for it; names are those of archive.metadata.formdata, and checking is
archive.metadata.validation's.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archive.metadata import Field, FieldType, Problem, Section, Template
from archive.metadata.model import LIST_TYPES, RECORD_LIST_TYPES, RECORD_TYPES, TERM_TYPES, Document, is_blank

_MOST_RADIOS = 4
_LONG_TYPES = {FieldType.LONGTEXT, FieldType.STRINGS}


@dataclass(frozen=True)
class Row:
    """One entry of a list of records, or one item of a repeated section."""

    number: int | str
    controls: "tuple[Control, ...]"
    more: "tuple[Control, ...]" = ()


@dataclass(frozen=True)
class Control:
    """One field on the page. `note` is advice that stops nobody.

    `rows` are the entries of a list of records, `blank` the row that "add another" copies.
    """

    field: Field
    name: str
    values: tuple[str, ...] = ()
    problem: str = ""
    note: str = ""
    unit: str = ""
    rows: tuple[Row, ...] = ()
    blank: Row | None = None

    @property
    def id(self) -> str:
        """An id without dots, so that it can stand in a selector."""
        return "f-" + self.name.replace(".", "-")

    @property
    def error_id(self) -> str:
        return "e-" + self.name.replace(".", "-")

    @property
    def note_id(self) -> str:
        return "n-" + self.name.replace(".", "-")

    @property
    def described_by(self) -> str:
        """The ids of its help, where there is some, of its problem and of its note."""
        places = f"{self.error_id} {self.note_id}"
        return f"{self.id}-help {places}" if self.field.help else places

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    @property
    def text(self) -> str:
        return "\n".join(self.values)

    @property
    def is_several_lines(self) -> bool:
        """Whether a cell of a table needs more than one line for it."""
        return self.field.type is FieldType.LONGTEXT or self.field.type in LIST_TYPES

    @property
    def open_values(self) -> tuple[str, ...]:
        """The chosen terms or items, and an empty place for the next one."""
        return self.values if self.field.type is FieldType.TERM and self.values else (*self.values, "")

    @property
    def widget(self) -> str:
        return f"archive/deposit/controls/{_widget(self.field)}.html"

    @property
    def is_filled(self) -> bool:
        return any(self.values) or any(control.is_filled for row in self.rows for control in row.controls)


def _widget(field: Field) -> str:
    if field.type is FieldType.CHOICE:
        return "radios" if len(field.choices) <= _MOST_RADIOS else "select"
    if field.type in _LONG_TYPES:
        return "textarea"
    if field.type in TERM_TYPES:
        return "terms"
    if field.type is FieldType.ITEMS:
        return "items"
    if field.type in RECORD_LIST_TYPES:
        return "rows"
    if field.type in RECORD_TYPES:
        return "record"
    return {FieldType.QUANTITY: "quantity", FieldType.BOOLEAN: "yesno"}.get(field.type, "input")


@dataclass(frozen=True)
class SectionForm:
    """A section of the page; a repeated one has `rows` instead of `controls`, or where these are too many `names`."""

    section: Section
    controls: tuple[Control, ...] = ()
    more: tuple[Control, ...] = ()
    rows: tuple[Row, ...] = ()
    blank: Row | None = None
    names: tuple[str, ...] = ()
    wrong_items: int = 0

    @property
    def all_controls(self) -> Iterator[Control]:
        """Every control that can hold a problem, those of rows included."""
        inside = [control for row in self.rows for control in (*row.controls, *row.more)]
        for control in (*self.controls, *self.more, *inside):
            yield control
            for row in control.rows:
                yield from row.controls

    @property
    def problems(self) -> int:
        return self.wrong_items + sum(1 for control in self.all_controls if control.problem)

    @property
    def is_filled(self) -> bool:
        return bool(self.rows or self.names) or any(control.is_filled for control in (*self.controls, *self.more))

    @property
    def has_more(self) -> bool:
        """Whether something behind "add more" is filled in or wrong, so that it must stand open."""
        return any(control.is_filled or control.problem for control in self.more)


class _Builder:
    def __init__(self, problems: Sequence[Problem], more: str, most_cards: int | None) -> None:
        self.more = more
        self.most_cards = most_cards
        self.problems = {problem.pointer: problem.message for problem in reversed(problems) if problem.blocks}
        self.notes = {problem.pointer: problem.message for problem in reversed(problems) if not problem.blocks}

    def section(self, section: Section, value: Any) -> SectionForm:
        if section.repeat:
            items = list(value) if isinstance(value, list) else []
            if self.most_cards is not None and len(items) > self.most_cards:
                return self._folded(section, items)
            items += [{}] if self.more == section.name else []
            rows = tuple(self._item(section, item, number) for number, item in enumerate(items))
            return SectionForm(section, rows=rows, blank=self._item(section, {}, "__n__"))
        record = value if isinstance(value, Mapping) else {}
        return SectionForm(
            section,
            self._controls(section.basic_fields, record, section.name),
            self._controls(section.more_fields, record, section.name),
        )

    def _folded(self, section: Section, items: Sequence[Any]) -> SectionForm:
        """Named, and edited in their table: hundreds of cards would be a page that nobody scrolls."""
        found = (item.get(section.name_field) if isinstance(item, Mapping) else "" for item in items)
        wrong = [pointer for pointer in self.problems if pointer.startswith(f"/{section.name}/")]
        return SectionForm(section, names=tuple(_text(name) for name in found), wrong_items=len(wrong))

    def _item(self, section: Section, item: Any, number: int | str) -> Row:
        record = item if isinstance(item, Mapping) else {}
        prefix = f"{section.name}.{number}"
        return Row(
            number,
            self._controls(section.basic_fields, record, prefix),
            self._controls(section.more_fields, record, prefix),
        )

    def _controls(self, fields: Sequence[Field], record: Mapping[str, Any], prefix: str) -> tuple[Control, ...]:
        return tuple(self.control(field, record.get(field.name), f"{prefix}.{field.name}") for field in fields)

    def control(self, field: Field, value: Any, name: str) -> Control:
        pointer = "/" + name.replace(".", "/")
        if field.type in RECORD_LIST_TYPES:
            return self._list(field, value, name, pointer)
        if field.type in RECORD_TYPES:
            record = value if isinstance(value, Mapping) else {}
            row = Row(0, self._controls(field.parts, record, name))
            return Control(field, name, problem=self.problems.get(pointer, ""), rows=(row,))
        problem, note = _said_of(pointer, self.problems), _said_of(pointer, self.notes)
        if field.type is FieldType.QUANTITY and isinstance(value, Mapping):
            return Control(field, name, (_text(value.get("value")),), problem, note, str(value.get("unit", "")))
        return Control(field, name, _values(value), problem, note)

    def _list(self, field: Field, value: Any, name: str, pointer: str) -> Control:
        """The records of a list; the first row stands there from the start when something is asked for."""
        records = list(value) if isinstance(value, list) else []
        records += [{}] if self.more == name or (field.required and not records) else []
        rows = tuple(
            Row(number, self._controls(field.parts, record if isinstance(record, Mapping) else {}, f"{name}.{number}"))
            for number, record in enumerate(records)
        )
        blank = Row("__n__", self._controls(field.parts, {}, f"{name}.__n__"))
        return Control(field, name, problem=self.problems.get(pointer, ""), rows=rows, blank=blank)


def _said_of(pointer: str, sentences: Mapping[str, str]) -> str:
    """What is said of a field, or else of its first item (a term, a string), which has no control of its own."""
    found = sorted(place for place in sentences if place == pointer or place.startswith(pointer + "/"))
    return sentences[found[0]] if found else ""


def _values(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, list):
        return tuple(_text(item) for item in value if not is_blank(item))
    return (_text(value),)


def _text(value: Any) -> str:
    """A value as a person types it: a term as "label (CURIE)"."""
    if isinstance(value, Mapping):
        label, curie = str(value.get("label", "")), str(value.get("curie", ""))
        return f"{label} ({curie})" if label and curie else label or curie
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def readable(value: Any) -> str:
    """Any value of a document in a line, as one person shows it to another."""
    if isinstance(value, Mapping) and not set(value) <= {"curie", "label"}:
        return ", ".join(text for part in value.values() if (text := readable(part)))
    if isinstance(value, list):
        return "; ".join(text for item in value if (text := readable(item)))
    return _text(value)


def build_form(
    template: Template,
    document: Document,
    problems: Sequence[Problem] = (),
    more: str = "",
    *,
    most_cards: int | None = None,
) -> tuple[SectionForm, ...]:
    """The sections of the page, in the template's order; `more` names a list that gets one more empty row.

    Of a list with more than `most_cards` items there are the names alone.
    """
    builder = _Builder(problems, more, most_cards)
    return tuple(builder.section(section, document.get(section.name)) for section in template.sections)


def place_of(pointer: str, sections: Sequence[SectionForm]) -> str:
    """The id of the control that a problem is about: its own, or the nearest one above."""
    ids = {"/" + control.name.replace(".", "/"): control.id for form in sections for control in form.all_controls}
    ids |= {f"/{form.section.name}": form.section.name for form in sections if form.names}
    while pointer:
        if pointer in ids:
            return ids[pointer]
        pointer = pointer.rpartition("/")[0]
    return "main"
