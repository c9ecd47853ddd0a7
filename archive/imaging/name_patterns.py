"""PURE: files that only their names join: one plane per file, with Z, C, T, the well or the field in the name.

It proposes, a person confirms. It looks at names alone: that the planes are of one size and type is for the caller to
check, and OME-TIFFs are left out, since they say themselves what belongs together. Two files are joined only if their
names are the same but for the parts that were understood.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from pathlib import PurePosixPath

from archive.imaging.name_parts import (
    ONLY_NUMBER,
    WORD,
    AxisName,
    Parsed,
    by_convention,
    by_letter,
    by_number,
    by_tokens,
)


@dataclass(frozen=True)
class Axis:
    """`values` as the names write them (wells as B03), in order; at least two."""

    name: AxisName
    values: tuple[str, ...]


@dataclass(frozen=True)
class Member:
    """`places` are indices into the values of the group's axes, in their order."""

    path: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class Group:
    """Files that make one image, or the images of one plate or of several fields.

    `absent` names the planes that a full grid would have and that are not there. `key` stays the same when files of the
    same kind of name come or go; groups of one `pattern` are alike but for numbers and folders.
    """

    label: str
    axes: tuple[Axis, ...]
    members: tuple[Member, ...]
    absent: tuple[str, ...]
    why: str
    key: str = ""
    pattern: str = ""

    def images(self) -> dict[tuple[str, str], tuple[Member, ...]]:
        """The members of each image, by (well, field); "" where the names hold none."""
        found: dict[tuple[str, str], list[Member]] = defaultdict(list)
        for member in self.members:
            values = {axis.name: axis.values[at] for axis, at in zip(self.axes, member.places, strict=True)}
            found[values.get(AxisName.WELL, ""), values.get(AxisName.FIELD, "")].append(member)
        return {key: tuple(members) for key, members in found.items()}


_Parse = Callable[[str], Parsed | None]
_PLANE_SUFFIXES = frozenset({".tif", ".tiff", ".png", ".jpg", ".jpeg", ".jp2", ".bmp"})
_OME = re.compile(r"\.ome\.(tiff?|tf2|tf8|btf)$", re.IGNORECASE)
# Of such names the folder says more.
_SAYS_NOTHING = frozenset({"img", "image", "slice", "plane", "section", "frame", "stack", "scan"})
_LEAST_NUMBERED = 3  # files that only a trailing number joins


def propose(paths: Iterable[str]) -> tuple[Group, ...]:
    """Groups of at least two files, in the order of their first members; no file is in two of them."""
    left = [path for path in dict.fromkeys(paths) if _is_plane(path)]
    groups: list[Group] = []
    for parse in (by_convention, by_tokens, by_letter, by_number):
        found = list(_grouped(left, parse))
        taken = {member.path for group in found for member in group.members}
        left = [path for path in left if path not in taken]
        groups += found
    return tuple(sorted(groups, key=lambda group: group.members[0].path))


def _is_plane(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in _PLANE_SUFFIXES and not _OME.search(path)


def _grouped(paths: list[str], parse: _Parse) -> Iterator[Group]:
    """Files of one folder and one kind whose names differ only in what was understood."""
    families: dict[tuple[str, str, str, str], list[tuple[str, Parsed]]] = defaultdict(list)
    for path in paths:
        name = PurePosixPath(path)
        parsed = parse(name.stem)
        if parsed is not None:
            families[str(name.parent), name.suffix.lower(), parsed.how, parsed.template].append((path, parsed))
    for (folder, suffix, how, template), family in families.items():
        group = _group(family)
        if group is not None:
            axes = " ".join(axis.name for axis in group.axes)
            alike = (suffix, how, axes, re.sub(r"\d+", "#", template))
            yield replace(group, key="\n".join((folder, suffix, how, template)), pattern="\n".join(alike))


def _group(family: list[tuple[str, Parsed]]) -> Group | None:
    first = family[0][1]
    axes = tuple(axis for name in AxisName if (axis := _axis(name, family)) is not None)
    numbered = [(axis.name, {value: at for at, value in enumerate(axis.values)}) for axis in axes]
    places = [tuple(at[parsed.values[name]] for name, at in numbered) for _, parsed in family]
    if not axes or len(set(places)) < len(places) or not _is_counted(axes, first.how, len(family)):
        return None
    images = sum(axis.name in (AxisName.WELL, AxisName.FIELD) for axis in axes)  # those come first
    present = {place[:images] for place in places}
    planes = len(present) * prod(len(axis.values) for axis in axes[images:])
    if planes >= 2 * len(family):
        return None
    grid = product(sorted(present), product(*(range(len(axis.values)) for axis in axes[images:])))
    absent = sorted({image + plane for image, plane in grid} - set(places))
    members = sorted((Member(path, place) for (path, _), place in zip(family, places, strict=True)), key=_in_order)
    said = ", ".join(f"{axis.name} {axis.values[0]} to {axis.values[-1]} ({len(axis.values)})" for axis in axes)
    template = _filled(first, axes)
    why = f"The names differ only in {said}, by {first.how}: {template}."
    label = _label(family[0][0], template)
    return Group(label, axes, tuple(members), tuple(_told(axes, at) for at in absent), why)


def _filled(parsed: Parsed, axes: tuple[Axis, ...]) -> str:
    """The template with what is the same in all names."""
    template = parsed.template
    for name, value in parsed.values.items():
        if name not in {axis.name for axis in axes}:
            template = template.replace(f"{{{name}}}", value)
    return template


def _in_order(member: Member) -> tuple[int, ...]:
    return member.places


def _axis(name: AxisName, family: list[tuple[str, Parsed]]) -> Axis | None:
    """None where all names say the same; the values of numbers must differ as numbers."""
    values = {parsed.values.get(name, "") for _, parsed in family}
    if len(values) < 2 or "" in values:
        return None
    order = _well_order if name is AxisName.WELL else _number_order
    return Axis(name, tuple(sorted(values, key=order)))


def _number_order(value: str) -> tuple[int, str]:
    return (int(value), value) if value.isdecimal() else (-1, value)


def _well_order(value: str) -> tuple[int, str]:
    """AA01 comes after Z24."""
    return (len(value), value)


def _is_counted(axes: tuple[Axis, ...], how: str, count: int) -> bool:
    """No two values are one number; what only a number joins has several files, one after the other."""
    for axis in axes:
        numbers = [int(value) for value in axis.values if value.isdecimal()]
        if len(set(numbers)) < len(numbers):
            return False
        if how == ONLY_NUMBER and axis.name is AxisName.T:
            widths = {len(value) for value in axis.values}
            if count < _LEAST_NUMBERED or len(widths) > 1 or numbers[-1] - numbers[0] + 1 != len(numbers):
                return False
    return True


def _told(axes: tuple[Axis, ...], place: tuple[int, ...]) -> str:
    return ", ".join(f"{axis.name} {axis.values[at]}" for axis, at in zip(axes, place, strict=True))


def _label(path: str, template: str) -> str:
    """How the names begin, without the word that says what comes next; else the name of their folder."""
    start = re.sub(rf"(?i:(?<![A-Za-z])(?:{WORD}))[_=]?$", "", template.partition("{")[0])
    common = re.sub(r"[\s_\-.()\[\]]+", " ", start).strip()
    says = re.search(r"[A-Za-z]{2}", common) and common.lower() not in _SAYS_NOTHING
    return common if says else PurePosixPath(path).parent.name or common or "series"
