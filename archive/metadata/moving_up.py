"""PURE: what differs between two versions of a template, in words for somebody whose draft may be moved up."""

from collections.abc import Iterator

from .model import TERM_TYPES, Field, Section, Template, Tier

_TIERS = {
    Tier.REQUIRED: "is required now",
    Tier.DESIRABLE: "is asked for now, and need not be answered",
    Tier.OPTIONAL: "is optional now",
}


def differences(old: Template, new: Template) -> list[str]:
    """One sentence for each, in the order of the form."""
    found = [sentence for section in new.sections for sentence in _of_section(old.section(section.name), section)]
    gone = [section for section in old.sections if new.section(section.name) is None]
    return found + [f"“{section.label}” is no longer asked; what it says is kept." for section in gone]


def _of_section(before: Section | None, section: Section) -> Iterator[str]:
    if before is None:
        yield _sentence(f"New: “{section.label}”.", section.help)
        return
    if before.label != section.label:
        yield f"“{before.label}” is called “{section.label}” now."
    for field in section.fields:
        yield from _of_field(section, before.field(field.name), field)
    for field in before.fields:
        if section.field(field.name) is None:
            yield f"{section.label}: “{field.label}” is no longer asked; what it says is kept."


def _of_field(section: Section, before: Field | None, field: Field) -> Iterator[str]:
    if before is None:
        required = " It is required." if field.required else ""
        yield _sentence(f"{section.label}: “{field.label}” is new.{required}", field.help)
        return
    what = f"{section.label}: “{field.label}”"
    if before.label != field.label:
        yield f"{section.label}: “{before.label}” is called “{field.label}” now."
    if before.type != field.type:
        yield f"{what} is {_kind(field)} now; what you wrote is carried over."
    elif before.vocabularies != field.vocabularies:
        yield f"{what} is chosen from {', '.join(field.vocabularies)} now."
    if before.tier != field.tier:
        yield f"{what} {_TIERS[field.tier]}."


def _kind(field: Field) -> str:
    return f"chosen from {', '.join(field.vocabularies)}" if field.type in TERM_TYPES else "asked in another form"


def _sentence(first: str, more: str) -> str:
    return f"{first} {more}".strip()
