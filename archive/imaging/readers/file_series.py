"""PURE: files that only their names join, read as one image by the list that the portal wrote beside them.

Every plane comes from the one file that holds it, through that file's own reader. A file may hold sections, times or
channels of its own where the names do not count them. A plane of the grid that no file holds is zeros.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from math import prod
from pathlib import Path

import numpy as np

from archive.imaging import paths, registry
from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_JSON_BYTES, MAX_SERIES, check_read, check_sizes
from archive.imaging.model import (
    Channel,
    Description,
    ImageMetadata,
    Outcome,
    PlateMetadata,
    WellMetadata,
)
from archive.imaging.name_parts import AxisName
from archive.imaging.naming import telling
from archive.imaging.readers.base import Reader, Region
from archive.imaging.readers.edge import reading
from archive.imaging.readers.tiff_pages import checked_region
from archive.imaging.series_manifest import Part, SeriesManifest, parsed
from archive.imaging.sniff import sniff

SLUG = "file_series"
_WORD = re.compile(r"[^\W\d_]{2}")
_WELL = re.compile(r"^([A-Z]{1,2})(\d{1,2})$")
_PLATES = ((8, 12), (16, 24), (32, 48))  # rows and columns of plates with 96, 384 and 1536 wells
_COUNTED = {AxisName.Z: "sections", AxisName.T: "times", AxisName.C: "channels"}


def detect(path: Path) -> bool:
    return sniff(path).reader == SLUG


def describe(path: Path, root: Path) -> Description:
    name = path.relative_to(root).as_posix()
    manifest, parts = _listed(path)
    members = tuple(member.path for member in manifest.members)
    missing = tuple(member for member in members if not paths.located(root, member).is_file())
    if missing:
        return Description(name, Outcome.INCOMPLETE, members=members, missing=missing)
    if len(parts) > MAX_SERIES:
        raise Unreadable("too-many-images", f"The files make {len(parts)} images; at most {MAX_SERIES} can be read.")
    if not manifest.is_checked:
        _check_alike(root, manifest, members)
    images = tuple(_image(root, manifest, part) for part in parts.values())
    plates = _plates(manifest, list(parts.values()))
    return Description(name, Outcome.READ, images, plates, members=members)


def levels(path: Path, root: Path, series: int) -> Sequence[tuple[int, int]]:
    """Of the files' full resolution alone: smaller copies inside them need not be alike."""
    part = _part(_listed(path)[1], series)
    first = next(iter(part.planes.values()))
    return list(_reader(root, first).levels(paths.located(root, first), root, 0))[:1]


def read_plane(
    path: Path, root: Path, series: int, *, c: int, z: int, t: int, level: int, region: Region | None
) -> np.ndarray:
    manifest, parts = _listed(path)
    part = _part(parts, series)
    asked = {AxisName.C: c, AxisName.Z: z, AxisName.T: t}
    lengths = {name: len(manifest.values(name)) for name in asked}
    if level != 0 or any(lengths[name] and not 0 <= at < lengths[name] for name, at in asked.items()):
        raise Unreadable("plane-outside", "The image has no such plane.")
    # What the names do not count is the file's own.
    own = {name.value: 0 if lengths[name] else at for name, at in asked.items()}
    c, z, t = (at if lengths[name] else 0 for name, at in asked.items())
    member = part.planes.get((c, z, t))
    if member is None:
        return _blank(root, next(iter(part.planes.values())), region, own)
    located = paths.located(root, member)
    return _reader(root, member).read_plane(located, root, 0, **own, level=0, region=region)


def _blank(root: Path, like: str, region: Region | None, own: dict[str, int]) -> np.ndarray:
    """Zeros of the kind that another file of the image holds."""
    reader, located = _reader(root, like), paths.located(root, like)
    width, height = reader.levels(located, root, 0)[0]
    _, _, w, h = checked_region(region, width, height)
    pixel = reader.read_plane(located, root, 0, **own, level=0, region=(0, 0, 1, 1))
    check_read(w, h, pixel.nbytes)
    return np.zeros((h, w, *pixel.shape[2:]), pixel.dtype)


def _listed(path: Path) -> tuple[SeriesManifest, dict[int, Part]]:
    with reading("list of files"):
        state = path.stat()
    if state.st_size > MAX_JSON_BYTES:
        raise Unreadable("too-many-files", "The list of files that belong together is too long to be read.")
    return _parsed(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=8)
def _parsed(path: Path, mtime_ns: int, size: int) -> tuple[SeriesManifest, dict[int, Part]]:
    """Remembered, because every plane asks for it."""
    manifest = parsed(path.read_bytes())
    return manifest, {part.index: part for part in manifest.parts()}


def _part(parts: dict[int, Part], series: int) -> Part:
    if series not in parts:
        raise Unreadable("no-such-image", f"The files make no image number {series}. Read them again.")
    return parts[series]


def _reader(root: Path, member: str) -> Reader:
    reader = registry.open_reader(root, member)
    if reader.SLUG == SLUG:
        raise Unreadable("broken", f"“{member}” is a list of files, not a plane.", hostile=True)
    return reader


def _member(root: Path, path: str) -> ImageMetadata:
    """What one file holds: a single image; raises Unreadable, which names the file."""
    try:
        with reading("image"):
            description = _reader(root, path).describe(paths.located(root, path), root)
    except Unreadable as problem:
        raise Unreadable(problem.code, f"“{path}”: {problem.sentence}", hostile=problem.hostile) from problem
    if description.outcome is not Outcome.READ or len(description.images) != 1:
        found = len(description.images)
        sentence = f"“{path}” holds {found} images of its own. Keep these files apart, or save one image in each."
        raise Unreadable("several-images", sentence)
    return description.images[0]


_Kind = tuple[object, ...]


def _kind(image: ImageMetadata) -> _Kind:
    sizes = (image.size_x, image.size_y, image.size_c, image.size_z, image.size_t)
    return (*sizes, image.pixel_type, image.rgb)


def _said(kind: _Kind) -> str:
    x, y, c, z, t, pixel_type, _ = kind
    return f"{x} × {y} pixels, {c} samples, {z} sections and {t} times of {pixel_type}"


def _check_alike(root: Path, manifest: SeriesManifest, members: tuple[str, ...]) -> None:
    """All files are alike, and none holds what the names count already; raises Unreadable that names the odd one."""
    kinds = {path: _kind(_member(root, path)) for path in members}
    usual = Counter(kinds.values()).most_common(1)[0][0]
    odd = next((path for path in members if kinds[path] != usual), None)
    if odd is not None:
        sentence = f"“{odd}” is not like the others: it holds {_said(kinds[odd])}, they hold {_said(usual)}."
        raise Unreadable("unlike-members", f"{sentence} Replace or remove it, or keep the files apart.")
    _check_own(manifest, _member(root, members[0]), members[0])


def _check_own(manifest: SeriesManifest, image: ImageMetadata, path: str) -> None:
    own = {AxisName.Z: image.size_z, AxisName.T: image.size_t, AxisName.C: 1 if image.rgb else image.size_c}
    for name, count in own.items():
        if count > 1 and manifest.values(name):
            sentence = f"“{path}” holds {count} {_COUNTED[name]} of its own, and the names count {_COUNTED[name]} too."
            raise Unreadable("several-planes", f"{sentence} Keep these files apart, or save one plane in each.")


def _image(root: Path, manifest: SeriesManifest, part: Part) -> ImageMetadata:
    path = next(iter(part.planes.values()))
    first = _member(root, path)
    _check_own(manifest, first, path)
    count = {name: len(manifest.values(name)) for name in _COUNTED}
    size_z, size_t = count[AxisName.Z] or first.size_z, count[AxisName.T] or first.size_t
    channels = _channels(root, part, manifest.values(AxisName.C), first)
    check_sizes(first.size_x, first.size_y, (size_z, len(channels), size_t), first.size_c)
    files = prod(length or 1 for length in count.values())
    absent = files - len(part.planes)
    return replace(
        first, series=part.index, reader=SLUG, name=_name(manifest, part), levels=1, locator="",
        size_z=size_z, size_t=size_t, size_c=first.size_c * (count[AxisName.C] or 1), channels=channels,
        absent_planes=absent * (size_z * size_t * len(channels) // files),
        stated_channels=None, remarks=(*first.remarks, *_remarks(part, absent)),
    )  # fmt: skip


def _remarks(part: Part, absent: int) -> tuple[str, ...]:
    joined = f"It was joined from {len(part.planes)} files by their names, as the depositor confirmed."
    if not absent:
        return (joined,)
    files = "One file" if absent == 1 else f"{absent} files"
    return joined, f"{files} of the series {'is' if absent == 1 else 'are'} absent; their planes are black."


def _channels(root: Path, part: Part, values: tuple[str, ...], first: ImageMetadata) -> tuple[Channel, ...]:
    """The files' own, where they say anything; else what the names call them, if that is a word."""
    if not values:
        return first.channels or (Channel(samples=first.size_c if first.rgb else 1),)
    holders: dict[int, str] = {}
    for (c, _, _), path in sorted(part.planes.items()):
        holders.setdefault(c, path)
    return tuple(_channel(root, holders.get(c), value, first) for c, value in enumerate(values))


def _channel(root: Path, path: str | None, value: str, first: ImageMetadata) -> Channel:
    own = _member(root, path).channels if path else ()
    channel = own[0] if own else Channel(samples=first.size_c if first.rgb else 1)
    name = telling(channel.name) or (value if _WORD.search(value) else "")
    return replace(channel, name=name)


def _name(manifest: SeriesManifest, part: Part) -> str:
    field = f"field {part.field}" if part.field else ""
    return ", ".join(filter(None, (" ".join(filter(None, (manifest.label, part.well))), field)))


def _plates(manifest: SeriesManifest, parts: list[Part]) -> tuple[PlateMetadata, ...]:
    """One plate where the names say wells by row and column; the smallest usual one that has them all."""
    found: dict[tuple[int, int], list[int]] = {}
    for part in parts:
        match = _WELL.match(part.well)
        if match is None:
            return ()
        found.setdefault((_row(match[1]), int(match[2]) - 1), []).append(part.index)
    rows, columns = (max(place[side] for place in found) + 1 for side in (0, 1))
    fitting = (size for size in _PLATES if size[0] >= rows and size[1] >= columns)
    rows, columns = next(fitting, (rows, columns))
    wells = tuple(WellMetadata(*place, tuple(fields)) for place, fields in sorted(found.items()))
    return (PlateMetadata(manifest.label, rows, columns, wells),)


def _row(letters: str) -> int:
    """A is 0, AA is 26."""
    row = 0
    for letter in letters:
        row = row * 26 + ord(letter) - ord("A") + 1
    return row - 1
