"""Files that look like one image, as the deposit page asks about them: one card for all groups of a pattern."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from archive.models import Deposition, Grouping, Image
from archive.selectors import groupings
from archive.selectors.groupings import Question
from archive.states import GroupingState

_MOST_NAMES = 3
_MOST_ABSENT = 6
_MOST_ONE_BY_ONE = 100
_WORDS = {
    "well": ("well", "wells"),
    "field": ("field", "fields"),
    "t": ("time point", "time points"),
    "c": ("channel", "channels"),
    "z": ("section", "sections"),
}


@dataclass(frozen=True)
class AxisRow:
    """`skipped`: the numbers that are left out between the others."""

    words: str
    values: str
    skipped: str


@dataclass(frozen=True)
class Card:
    """One question, or its answer. `groups` are listed where there are several, to be answered one by one."""

    question: Question
    heading: str
    axes: tuple[AxisRow, ...]
    names: tuple[str, ...]
    absent: tuple[str, ...]
    image: Image | None
    groups: tuple[Grouping, ...]
    is_working: bool

    @property
    def grouping(self) -> Grouping:
        return self.question.first

    @property
    def is_open(self) -> bool:
        return self.question.state == GroupingState.PROPOSED

    @property
    def more_absent(self) -> int:
        return self.question.absent - len(self.absent)

    @property
    def more_names(self) -> int:
        return self.grouping.member_count - len(self.names)


def cards_of(deposition: Deposition) -> list[Card]:
    return [_card(deposition, question) for question in groupings.questions_of(deposition)]


def _card(deposition: Deposition, question: Question) -> Card:
    first = question.first
    rows = groupings.groupings_of(deposition).filter(state=question.state, pattern=question.pattern)
    several = question.groups > 1
    names = [path.rsplit("/", 1)[-1] for path in first.paths]
    return Card(
        question=question,
        heading=_heading(question),
        axes=tuple(_axis(axis) for axis in first.axes),
        names=tuple(names[: _MOST_NAMES if len(names) > _MOST_NAMES + 1 else len(names)]),
        absent=tuple(_place(text) for text in first.absent[:_MOST_ABSENT]),
        image=_picture(first),
        groups=tuple(rows.defer("members", "absent")[:_MOST_ONE_BY_ONE]) if several else (),
        is_working=question.state == GroupingState.CONFIRMED and rows.filter(images__isnull=True).exists(),
    )


def _picture(grouping: Grouping) -> Image | None:
    """Of the joined image, or of the first file."""
    images = Image.objects.select_related("dataset").filter(dataset=grouping.dataset_id, until_version__isnull=True)
    own = images.filter(grouping=grouping).order_by("series").first()
    return own or images.filter(file__path=grouping.members[0][0]).first()


def _heading(question: Question) -> str:
    verb = {
        GroupingState.PROPOSED: "look like",
        GroupingState.CONFIRMED: "are",
        GroupingState.DECLINED: "stay apart, although they look like",
        GroupingState.UNFIT: "could not be joined to",
    }[question.state]
    images = "one image" if question.images == 1 else f"{question.images:,} images"
    if question.groups == 1 and any(axis["name"] == "well" for axis in question.first.axes):
        images += " of one plate"
    each = " each" if question.groups > 1 else ""
    grid = " × ".join(_count(axis) for axis in question.first.axes)
    return f"{question.files:,} files {verb} {images}: {grid}{each}"


def _count(axis: dict[str, Any]) -> str:
    return f"{len(axis['values']):,} {_WORDS[axis['name']][1]}"


def _axis(axis: dict[str, Any]) -> AxisRow:
    values = axis["values"]
    shown = ", ".join(values) if len(values) <= 4 else f"{values[0]}, {values[1]} … {values[-1]}"
    return AxisRow(_count(axis), shown, _skipped(values))


def _skipped(values: Sequence[str]) -> str:
    """Where the numbers go by steps of one size but for gaps."""
    if len(values) < 3 or not all(value.isdecimal() for value in values):
        return ""
    numbers = [int(value) for value in values]
    step = min(after - before for before, after in pairwise(numbers))
    missing = sorted(set(range(numbers[0], numbers[-1], step)) - set(numbers))
    if step < 1 or not missing or any((number - numbers[0]) % step for number in numbers):
        return ""
    width = len(values[0]) if values[0].startswith("0") else 0
    more = f" and {len(missing) - _MOST_ABSENT:,} more" if len(missing) > _MOST_ABSENT else ""
    return ", ".join(f"{number:0{width}}" for number in missing[:_MOST_ABSENT]) + more


def _place(text: str) -> str:
    """As a person says it: channel 2, section 1."""
    said = (part.split(" ", 1) for part in text.split(", "))
    return ", ".join(f"{_WORDS[name][0]} {value}" for name, value in said)
