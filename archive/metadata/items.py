"""PURE: items that name each other, such as the components that use a biosample, and what is wrong with such names.

An item is called by the first field of its section; a field of type `items` holds such names. REMBI calls these links
associations (Sarkans et al. 2021).
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from .model import Document, Field, FieldType, Section, Template
from .problems import Code, Problem, pointer_of

_MOST_OPTIONS = 6


def items_of(document: Document, section: str) -> list[Mapping[str, Any]]:
    """The items of a repeated section, whatever a draft holds in its place."""
    value = document.get(section)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def names_of(template: Template, document: Document, section: str) -> list[str]:
    """What the items of a section are called, in their order, with those of the same name."""
    declared = template.section(section)
    found = [item.get(declared.name_field) for item in items_of(document, section)] if declared else []
    return [name.strip() for name in found if isinstance(name, str) and name.strip()]


def named_in(value: Any) -> list[str]:
    """The names that a field of type `items` holds."""
    return [name.strip() for name in value if isinstance(name, str)] if isinstance(value, list) else []


def check_items(template: Template, document: Document) -> Iterator[Problem]:
    """Names that no item has, and items that a name cannot tell apart."""
    sections = [section for section in template.sections if section.name in named_sections(template)]
    counts = {section.name: Counter(names_of(template, document, section.name)) for section in sections}
    meant: dict[str, set[str]] = {section.name: set() for section in sections}
    for field, pointer, value in _fields(template, document):
        section = template.section(field.of)
        for index, name in enumerate(named_in(value) if section else ()):
            meant[field.of].add(name)
            if section and name and not counts[field.of][name]:
                yield Problem(pointer + pointer_of(index), Code.NO_SUCH_ITEM, _advice(section, name, counts[field.of]))
    for section in sections:
        twice = {name for name in meant[section.name] if counts[section.name][name] > 1}
        yield from _same_names(section, document, twice)


def named_sections(template: Template) -> frozenset[str]:
    """The sections whose items others may name."""
    return frozenset(field.of for _, field in template.fields() if field.of)


def _advice(section: Section, name: str, known: Mapping[str, int]) -> str:
    noun = section.item_label or section.label
    first = f"No {noun} is called “{name[:80]}”."
    if not known:
        return f"{first} Describe it under “{section.label}”, or take the name out here."
    options = ", ".join(f"“{option[:80]}”" for option in list(known)[:_MOST_OPTIONS])
    return f"{first} Choose one of {options}{' and so on' if len(known) > _MOST_OPTIONS else ''}, or add it."


def _same_names(section: Section, document: Document, twice: set[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    value = document.get(section.name)
    for index, item in enumerate(value if isinstance(value, list) else []):
        name = item.get(section.name_field) if isinstance(item, Mapping) else None
        if not isinstance(name, str) or name not in twice:
            continue
        if name in seen:
            message = f"Another {section.item_label or section.label} is called “{name[:80]}” too. Rename one of them."
            yield Problem(pointer_of(section.name, index, section.name_field), Code.SAME_NAME, message)
        seen.add(name)


def _fields(template: Template, document: Document) -> Iterator[tuple[Field, str, Any]]:
    """Each field of type `items` with its place and value."""
    for section in template.sections:
        fields = [field for field in section.fields if field.type is FieldType.ITEMS]
        value = document.get(section.name) if fields else None
        items = enumerate(value) if section.repeat and isinstance(value, list) else [(None, value)]
        for index, item in items:
            steps = (section.name,) if index is None else (section.name, index)
            record = item if isinstance(item, Mapping) else {}
            yield from ((field, pointer_of(*steps, field.name), record.get(field.name)) for field in fields)


def follow_renames(template: Template, before: Document, after: Document) -> dict[str, Any]:
    """`after`, where what names an item that was called otherwise before names it by its new name.

    An item is the same one by its place in the list, and renamed when no item has the old name any longer.
    """
    renamed = {of: _renamed(template, before, after, of) for of in named_sections(template)}
    document = dict(after)
    for section in template.sections:
        fields = [field for field in section.fields if field.type is FieldType.ITEMS and renamed[field.of]]
        value = document.get(section.name)
        if not fields or not value:
            continue
        items = value if section.repeat and isinstance(value, list) else [value]
        new = [_following(item, fields, renamed) for item in items]
        document[section.name] = new if section.repeat and isinstance(value, list) else new[0]
    return document


def _following(item: Any, fields: list[Field], renamed: Mapping[str, Mapping[str, str]]) -> Any:
    if not isinstance(item, Mapping):
        return item
    named = {field.name: named_in(item.get(field.name)) for field in fields if field.name in item}
    of = {field.name: renamed[field.of] for field in fields}
    return {**item, **{field: [of[field].get(name, name) for name in names] for field, names in named.items() if names}}


def _renamed(template: Template, before: Document, after: Document, section: str) -> dict[str, str]:
    old, new = (names_of(template, document, section) for document in (before, after))
    if len(old) != len(new):
        return {}
    return {was: now for was, now in zip(old, new, strict=True) if was != now and was not in new and now not in old}
