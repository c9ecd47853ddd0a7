"""PURE: the list by which files that only their names join are read as one: which file holds which plane.

The portal writes it beside the files when a depositor has said that they are one image: one list for all images of the
group, by which they are checked and described, and one for each image, by which it is looked at.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_MEMBERS
from archive.imaging.name_parts import AxisName
from archive.imaging.name_patterns import Axis, Member
from archive.imaging.sniff import SERIES_HEAD

Plane = tuple[int, int, int]  # channel, section, time, as far as the names tell


@dataclass(frozen=True)
class Part:
    """One image: its number, its well and field ("" where the names hold none), and the file of each plane."""

    index: int
    well: str
    field: str
    planes: dict[Plane, str]


@dataclass(frozen=True)
class SeriesManifest:
    """`image`: the number of the one image whose files are listed; None where all are.

    `is_checked`: the files were compared before and have not changed since, so that nobody has to open them all again.
    """

    label: str
    axes: tuple[Axis, ...]
    members: tuple[Member, ...]
    image: int | None = None
    is_checked: bool = False

    def values(self, name: AxisName) -> tuple[str, ...]:
        """What the names say along an axis; () where they do not count it."""
        return next((axis.values for axis in self.axes if axis.name is name), ())

    def parts(self) -> list[Part]:
        """The images in the order of their wells and fields."""
        found: dict[tuple[str, str], dict[Plane, str]] = {}
        for member in sorted(self.members, key=lambda member: member.places):
            at = {axis.name: place for axis, place in zip(self.axes, member.places, strict=True)}
            image = (self._value(AxisName.WELL, at), self._value(AxisName.FIELD, at))
            plane = (at.get(AxisName.C, 0), at.get(AxisName.Z, 0), at.get(AxisName.T, 0))
            found.setdefault(image, {})[plane] = member.path
        numbers = range(len(found)) if self.image is None else (self.image,)
        return [Part(at, *image, planes) for at, (image, planes) in zip(numbers, found.items(), strict=True)]

    def _value(self, name: AxisName, at: dict[AxisName, int]) -> str:
        values = self.values(name)
        return values[at[name]] if values else ""

    def images(self) -> Iterator["SeriesManifest"]:
        """A list for each image, checked as this one was."""
        places = {member.path: member for member in self.members}
        for part in self.parts():
            members = tuple(places[path] for path in part.planes.values())
            yield SeriesManifest(self.label, self.axes, members, part.index, is_checked=True)


def written(manifest: SeriesManifest) -> bytes:
    """As a file; its first bytes tell what it is."""
    document = {
        "image-series": 1,
        "label": manifest.label,
        "axes": [{"name": axis.name, "values": axis.values} for axis in manifest.axes],
        "members": [[member.path, *member.places] for member in manifest.members],
        "image": manifest.image,
        "checked": manifest.is_checked,
    }
    data = json.dumps(document, ensure_ascii=False).encode()
    assert data.startswith(SERIES_HEAD)
    return data


def parsed(data: bytes) -> SeriesManifest:
    """Raises Unreadable for what is no such list."""
    try:
        document = json.loads(data)
        axes = tuple(Axis(AxisName(axis["name"]), tuple(map(str, axis["values"]))) for axis in document["axes"])
        members = tuple(Member(str(path), tuple(map(int, places))) for path, *places in document["members"])
        image = None if document["image"] is None else int(document["image"])
        manifest = SeriesManifest(str(document["label"]), axes, members, image, bool(document["checked"]))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as problem:
        raise _broken() from problem
    lengths = [len(axis.values) for axis in axes]
    names = {axis.name for axis in axes}
    if not 0 < len(members) <= MAX_MEMBERS or len(names) < len(axes):
        raise _broken()
    for member in members:
        if len(member.places) != len(axes) or any(
            not 0 <= at < length for at, length in zip(member.places, lengths, strict=True)
        ):
            raise _broken()
    if len({member.places for member in members}) < len(members):
        raise _broken()
    if image is not None and len(manifest.parts()) != 1:
        raise _broken()
    return manifest


def _broken() -> Unreadable:
    return Unreadable("broken", "This list of files that belong together is broken. Confirm the group again.")
