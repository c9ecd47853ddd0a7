"""From the mappings of a YAML file to a Template, with every key checked."""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from .errors import TemplateError
from .model import (
    LIST_TYPES,
    RECORD_LIST_TYPES,
    RECORD_TYPES,
    TERM_TYPES,
    Choice,
    Field,
    FieldType,
    Refusal,
    Section,
    Template,
    Tier,
)
from .shapes import FIXED_PARTS
from .values import check_value

NAME = re.compile(r"[a-z][a-z0-9_]*")
TEMPLATE_NAME = re.compile(r"[a-z][a-z0-9-]*")
VERSION = re.compile(r"\d+(\.\d+)*")
# What the archive itself reads from every document: the record page, the DOI, the licence, the gate for human material.
STUDY_FIELDS = {
    "title": FieldType.TEXT,
    "description": FieldType.LONGTEXT,
    "licence": FieldType.CHOICE,
    "human_material": FieldType.CHOICE,
    "authors": FieldType.PEOPLE,
}

_TEMPLATE_KEYS = ("name", "version", "title", "description", "standard", "default", "sections")
_SECTION_KEYS = ("name", "label", "help", "advanced", "repeat", "min", "max", "item_label", "fields")
_INCLUDE_KEYS = ("include", "first", "replace", "omit", *_SECTION_KEYS)
_FIELD_KEYS = (
    *(
        "name",
        "label",
        "type",
        "tier",
        "help",
        "why",
        "placeholder",
        "advanced",
        "commas",
        "default",
        "min",
        "max",
        "of",
    ),
    *(
        "pattern",
        "pattern_help",
        "unit",
        "units",
        "vocabulary",
        "vocabularies",
        "prefer",
        "choices",
        "refused",
        "parts",
    ),
)
_TEXT_KEYS = ("help", "why", "placeholder", "pattern", "pattern_help", "prefer", "of")


class TemplateReader:
    """Reads one template; `parts` are the included files by name."""

    def __init__(self, path: Path, parts: Mapping[str, tuple[Path, Any]]) -> None:
        self._path = path
        self._parts = parts

    def read(self, raw: Any) -> Template:
        self._check_keys(raw, _TEMPLATE_KEYS, ("name", "version", "title", "sections"), "")
        name = self._name(raw, TEMPLATE_NAME, "")
        version = raw["version"]
        if not isinstance(version, str) or not VERSION.fullmatch(version):
            self._refuse("version", 'The version is numbers with dots, in quotation marks. Write for example "1.0".')
        template = Template(
            name=name,
            version=version,
            title=self._text(raw, "title", ""),
            description=self._text(raw, "description", ""),
            standard=self._text(raw, "standard", ""),
            default=self._flag(raw, "default", ""),
            sections=self._sections(raw["sections"]),
        )
        self._check_study(template)
        self._check_items(template)
        return template

    def _sections(self, raw: Any) -> tuple[Section, ...]:
        if not isinstance(raw, list) or not raw:
            self._refuse("sections", "A template has a list of sections. Add at least `- include: study`.")
        sections = tuple(self._section(item, f"sections[{index}]") for index, item in enumerate(raw))
        self._refuse_twice([section.name for section in sections], "sections", "section")
        return sections

    def _section(self, raw: Any, place: str) -> Section:
        raw = self._resolve(raw, place)
        self._check_keys(raw, _SECTION_KEYS, ("name", "label", "fields"), place)
        name = self._name(raw, NAME, place)
        place = f"{place} ({name})"
        repeat = self._flag(raw, "repeat", place)
        if not repeat and ("min" in raw or "max" in raw):
            self._refuse(place, "Only a repeated section has min and max. Add `repeat: true` or leave them out.")
        return Section(
            name=name,
            label=self._text(raw, "label", place),
            fields=self._fields(raw["fields"], f"{place}.fields"),
            help=self._text(raw, "help", place),
            advanced=self._flag(raw, "advanced", place),
            repeat=repeat,
            minimum=int(self._number(raw, "min", place) or 0),
            maximum=int(raw["max"]) if self._number(raw, "max", place) is not None else None,
            item_label=self._text(raw, "item_label", place),
        )

    def _resolve(self, raw: Any, place: str) -> Any:
        """A section that includes a part: `first`, the part less `omit` with keys of `replace`, then `fields`."""
        if not isinstance(raw, Mapping) or "include" not in raw:
            return raw
        self._check_keys(raw, _INCLUDE_KEYS, ("include",), place)
        part = self._part(raw["include"], place)
        names = [field.get("name") for field in part["fields"] if isinstance(field, Mapping)]
        replace, omit = raw.get("replace") or {}, raw.get("omit") or []
        for name in [*replace, *omit]:
            if name not in names:
                self._refuse(place, f"Part “{raw['include']}” has no field “{name}”.{_hint(str(name), names)}")
        kept = [{**field, **replace.get(field["name"], {})} for field in part["fields"] if field["name"] not in omit]
        own = {key: value for key, value in raw.items() if key not in (*_INCLUDE_KEYS[:4], "fields")}
        return {**part, **own, "fields": [*(raw.get("first") or []), *kept, *(raw.get("fields") or [])]}

    def _part(self, name: Any, place: str) -> Mapping[str, Any]:
        if name not in self._parts:
            self._refuse(place, f"There is no part “{name}” to include.{_hint(str(name), list(self._parts))}")
        path, part = self._parts[name]
        if isinstance(part, Mapping) and "include" in part:
            part = self._resolve(part, f"part “{name}”")
        fields = part.get("fields") if isinstance(part, Mapping) else None
        if not isinstance(fields, list) or not all(isinstance(f, Mapping) and "name" in f for f in fields):
            raise TemplateError(
                path, "fields", "A part is one section with a list of named fields. Add what is missing."
            )
        return part

    def _fields(self, raw: Any, place: str) -> tuple[Field, ...]:
        if not isinstance(raw, list) or not raw:
            self._refuse(place, "A list of fields is needed here. Add at least one.")
        fields = tuple(self._field(item, f"{place}[{index}]") for index, item in enumerate(raw))
        self._refuse_twice([field.name for field in fields], place, "field")
        return fields

    def _field(self, raw: Any, place: str) -> Field:
        self._check_keys(raw, _FIELD_KEYS, ("name", "label", "type"), place)
        name = self._name(raw, NAME, place)
        place = f"{place} ({name})"
        kind = self._member(FieldType, raw["type"], place, "type")
        self._check_fit(raw, kind, place)
        texts = {key: self._text(raw, key, place) for key in _TEXT_KEYS}
        self._check_pattern(texts["pattern"], place)
        field = Field(
            name=name,
            label=self._text(raw, "label", place),
            type=kind,
            tier=self._member(Tier, raw.get("tier", "optional"), place, "tier"),
            advanced=self._flag(raw, "advanced", place),
            commas=self._flag(raw, "commas", place),
            default=raw.get("default"),
            minimum=self._number(raw, "min", place),
            maximum=self._number(raw, "max", place),
            units=self._strings(raw, "units", "unit", place),
            vocabularies=self._strings(raw, "vocabularies", "vocabulary", place),
            choices=self._choices(raw.get("choices") or [], place),
            refused=self._refusals(raw.get("refused") or [], place),
            parts=FIXED_PARTS.get(kind) or (self._fields(raw["parts"], f"{place}.parts") if "parts" in raw else ()),
            **texts,
        )
        for problem in check_value(field, field.default, place) if field.default is not None else ():
            self._refuse(place, f"The default does not fit: {problem.message}")
        return field

    def _check_fit(self, raw: Mapping[str, Any], kind: FieldType, place: str) -> None:
        """Keys that a type needs, and those that mean nothing to it."""
        own_parts = kind in (FieldType.RECORD, FieldType.RECORDS)
        needs = {
            "choices": kind is FieldType.CHOICE,
            "units": kind is FieldType.QUANTITY,
            "parts": own_parts,
            "vocabulary": kind in TERM_TYPES,
            "of": kind is FieldType.ITEMS,
        }
        plural = {
            "units": raw.get("units") or raw.get("unit"),
            "vocabulary": raw.get("vocabularies") or raw.get("vocabulary"),
        }
        given = {**raw, **plural}
        for key, needed in needs.items():
            if needed and not given.get(key):
                self._refuse(place, f"A field of type {kind} needs `{key}`. Add it.")
            if given.get(key) and not needed and not (key == "units" and kind is FieldType.NUMBER):
                self._refuse(place, f"A field of type {kind} has no `{key}`. Leave it out or change the type.")
        parts = raw.get("parts") or []
        nested = RECORD_LIST_TYPES | RECORD_TYPES | LIST_TYPES
        if any(isinstance(part, Mapping) and part.get("type") in nested for part in parts):
            self._refuse(place, "Parts are single values. Make a repeated section of what holds lists.")

    def _strings(self, raw: Mapping[str, Any], many: str, one: str, place: str) -> tuple[str, ...]:
        values = raw.get(many) or ([raw[one]] if one in raw else [])
        if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
            self._refuse(place, f"`{many}` is a list of texts. Write for example `{many}: [a, b]`, or `{one}: a`.")
        return tuple(values)

    def _choices(self, raw: Any, place: str) -> tuple[Choice, ...]:
        choices = []
        for index, item in enumerate(raw):
            item = {"value": item, "label": item} if isinstance(item, str) else item
            self._check_keys(item, ("value", "label", "help"), ("value", "label"), f"{place}.choices[{index}]")
            if not isinstance(item["value"], str):
                self._refuse(f"{place}.choices[{index}]", "A choice's value is text. Put it in quotation marks.")
            choices.append(Choice(item["value"], str(item["label"]), str(item.get("help", ""))))
        return tuple(choices)

    def _refusals(self, raw: Any, place: str) -> tuple[Refusal, ...]:
        refusals = []
        for index, item in enumerate(raw):
            self._check_keys(item, ("pattern", "reason"), ("pattern", "reason"), f"{place}.refused[{index}]")
            self._check_pattern(str(item["pattern"]), f"{place}.refused[{index}]")
            refusals.append(Refusal(str(item["pattern"]), str(item["reason"]).strip()))
        return tuple(refusals)

    def _check_pattern(self, pattern: str, place: str) -> None:
        try:
            re.compile(pattern)
        except re.error as error:
            raise TemplateError(self._path, place, f"The pattern cannot be used: {error}. Correct it.") from error

    def _check_study(self, template: Template) -> None:
        for name, kind in STUDY_FIELDS.items():
            field = template.field(f"study.{name}")
            if field is None or field.type is not kind or not field.required:
                sentence = f"Every template asks for study.{name}, required, as {kind}. Begin with `- include: study`."
                self._refuse("sections", sentence)

    def _check_items(self, template: Template) -> None:
        for section, field in template.fields():
            named = template.section(field.of) if field.of else None
            if field.of and (named is None or not named.repeat):
                sentence = f"`of` names a repeated section of this template, and “{field.of}” is none. Correct it."
                self._refuse(f"{section.name}.{field.name}", sentence)

    def _check_keys(self, raw: Any, known: Any, needed: Any, place: str) -> None:
        if not isinstance(raw, Mapping):
            self._refuse(place, f"A mapping with {', '.join(needed)} is needed here. Compare with a built-in template.")
        for key in raw:
            if key not in known:
                self._refuse(place, f"“{key}” means nothing here.{_hint(str(key), known)}")
        missing = [key for key in needed if raw.get(key) in (None, "")]
        if missing:
            self._refuse(place, f"{' and '.join(f'`{key}`' for key in missing)} is missing. Add it.")

    def _name(self, raw: Mapping[str, Any], shape: re.Pattern[str], place: str) -> str:
        name = raw["name"]
        if not isinstance(name, str) or not shape.fullmatch(name):
            self._refuse(place, f"“{name}” is not a name. Use small letters and digits, beginning with a letter.")
        return str(name)

    def _text(self, raw: Mapping[str, Any], key: str, place: str) -> str:
        value = raw.get(key, "")
        if not isinstance(value, str):
            self._refuse(place, f"`{key}` is text. Put it in quotation marks.")
        return str(value).strip()

    def _flag(self, raw: Mapping[str, Any], key: str, place: str) -> bool:
        if not isinstance(raw.get(key, False), bool):
            self._refuse(place, f"`{key}` is true or false. Correct it.")
        return bool(raw.get(key, False))

    def _number(self, raw: Mapping[str, Any], key: str, place: str) -> float | None:
        value = raw.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            self._refuse(place, f"`{key}` is a number. Correct it.")
        return value

    def _member(self, kind: Any, value: Any, place: str, key: str) -> Any:
        known = [member.value for member in kind]
        if value not in known:
            self._refuse(place, f"There is no {key} “{value}”. Choose one of: {', '.join(known)}.")
        return kind(value)

    def _refuse_twice(self, names: list[str], place: str, noun: str) -> None:
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            self._refuse(place, f"There are two of the {noun} “{twice[0]}”. Rename one.")

    def _refuse(self, place: str, sentence: str) -> NoReturn:
        raise TemplateError(self._path, place, sentence)


def _hint(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word, [str(name) for name in known], n=1)
    return f" Did you mean “{close[0]}”?" if close else " Leave it out or correct it."
