"""How complete a document is, by tier and section, and what is missing with what answering it buys."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from .model import Document, Field, FieldType, Section, Template, Tier, is_blank, is_unanswered
from .problems import pointer_of


@dataclass(frozen=True, slots=True)
class Count:
    filled: int
    total: int

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means all."""
        return 100 * self.filled // self.total if self.total else 100

    @property
    def complete(self) -> bool:
        return self.filled == self.total


@dataclass(frozen=True, slots=True)
class Missing:
    section: str
    label: str
    pointer: str
    tier: Tier
    why: str


@dataclass(frozen=True, slots=True)
class SectionCount:
    name: str
    label: str
    count: Count


@dataclass(frozen=True, slots=True)
class Completeness:
    """`missing` lists the required and desirable, the required first; optional fields are only counted."""

    required: Count
    desirable: Count
    optional: Count
    sections: tuple[SectionCount, ...]
    missing: tuple[Missing, ...]

    def of(self, tier: Tier) -> Count:
        counts = {Tier.REQUIRED: self.required, Tier.DESIRABLE: self.desirable, Tier.OPTIONAL: self.optional}
        return counts[tier]

    @property
    def ready(self) -> bool:
        """Whether all that is required is filled in; whether it is right is said by `validate`."""
        return self.required.complete

    @property
    def percent(self) -> int:
        """Of what is required and desirable."""
        return Count(self.required.filled + self.desirable.filled, self.required.total + self.desirable.total).percent


@dataclass(frozen=True, slots=True)
class _Answer:
    section: Section
    field: Field
    pointer: str
    filled: bool


def completeness(template: Template, document: Document, wrong: Collection[str] = ()) -> Completeness:
    """`wrong` are the pointers of values that block submission: these do not count as filled."""
    answers = [
        replace(answer, filled=False) if answer.filled and _is_wrong(answer.pointer, wrong) else answer
        for section in template.sections
        for answer in _answers(section, document)
    ]
    ranked = sorted(answers, key=lambda answer: list(Tier).index(answer.field.tier))
    return Completeness(
        required=_count(answer for answer in answers if answer.field.tier is Tier.REQUIRED),
        desirable=_count(answer for answer in answers if answer.field.tier is Tier.DESIRABLE),
        optional=_count(answer for answer in answers if answer.field.tier is Tier.OPTIONAL),
        sections=tuple(_section_count(section, answers) for section in template.sections),
        missing=tuple(
            Missing(a.section.name, a.field.label, a.pointer, a.field.tier, a.field.why)
            for a in ranked
            if not a.filled and a.field.tier is not Tier.OPTIONAL
        ),
    )


def _is_wrong(pointer: str, wrong: Collection[str]) -> bool:
    return any(place == pointer or place.startswith(pointer + "/") for place in wrong)


def _section_count(section: Section, answers: list[_Answer]) -> SectionCount:
    """Of what is required and desirable in it."""
    own = (a for a in answers if a.section is section and a.field.tier is not Tier.OPTIONAL)
    return SectionCount(section.name, section.label, _count(own))


def _count(answers: Iterator[_Answer]) -> Count:
    filled = [answer.filled for answer in answers]
    return Count(sum(filled), len(filled))


def _answers(section: Section, document: Document) -> Iterator[_Answer]:
    """One answer for each field of each item; a repeated section without items asks only for its minimum."""
    value = document.get(section.name)
    if not section.repeat:
        yield from _answers_of(section, value, pointer_of(section.name))
        return
    items = [item for item in value if not is_blank(item)] if isinstance(value, list) else []
    items += [{}] * (section.minimum - len(items))
    for index, item in enumerate(items):
        yield from _answers_of(section, item, pointer_of(section.name, index))


def _answers_of(section: Section, item: object, pointer: str) -> Iterator[_Answer]:
    record = item if isinstance(item, Mapping) else {}
    for field in section.fields:
        place = pointer + pointer_of(field.name)
        yield _Answer(section, field, place, _is_filled(field, record.get(field.name)))


def _is_filled(field: Field, value: object) -> bool:
    if field.type is FieldType.PEOPLE and isinstance(value, list):
        return any(isinstance(person, Mapping) and not is_blank(person.get("name")) for person in value)
    return not is_unanswered(field, value)
