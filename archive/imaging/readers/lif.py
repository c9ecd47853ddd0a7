"""PURE: Leica LIF. One image per image of the file and per tile of a mosaic; a plane is its place in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import prod
from pathlib import Path

import numpy as np
from lxml.etree import _Element as Element

from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_SERIES, check_read, check_sizes
from archive.imaging.model import Channel, Description, ImageMetadata, Objective, Outcome
from archive.imaging.readers.base import Region
from archive.imaging.readers.edge import reading
from archive.imaging.readers.kept import Kept
from archive.imaging.readers.lif_file import Axis, LifImage, broken, images
from archive.imaging.readers.tiff_pages import checked_region, pixel_type
from archive.imaging.sniff import sniff
from archive.imaging.units import micrometres, number, seconds

SLUG = "lif"
_TIMES = "TWRL"  # wavelength and rotation scans count as time, as other axes without a place of their own do
_COLORS = {
    "red": "FF0000", "green": "00FF00", "blue": "0000FF", "cyan": "00FFFF", "magenta": "FF00FF", "yellow": "FFFF00",
    "gray": "FFFFFF", "grey": "FFFFFF",
}  # fmt: skip
_SETTINGS = ("ATLConfocalSettingDefinition", "ATLCameraSettingDefinition")


@dataclass(frozen=True)
class _Series:
    """An image, or one tile of its mosaic."""

    image: LifImage
    tile: int
    tiles: int

    def size(self, letter: str) -> int:
        axis = self.image.axes.get(letter)
        return axis.size if axis else 1

    @property
    def times(self) -> list[Axis]:
        return [self.image.axes[letter] for letter in _TIMES if letter in self.image.axes]

    @property
    def samples(self) -> int:
        return 3 if self.image.rgb else 1

    @property
    def channels(self) -> int:
        return 1 if self.image.rgb else len(self.image.parts)

    @property
    def count_t(self) -> int:
        return prod(axis.size for axis in self.times)


def _opened(path: Path) -> list[_Series]:
    found = [
        _Series(image, tile, image.axes["M"].size if "M" in image.axes else 1)
        for image in images(path)
        for tile in range(min(image.axes["M"].size, MAX_SERIES) if "M" in image.axes else 1)
    ]
    if len(found) > MAX_SERIES:
        raise Unreadable("too-many-images", f"The LIF has more than {MAX_SERIES} images. Split it.")
    return found


_files = Kept(_opened, lambda _: None)


def detect(path: Path) -> bool:
    return sniff(path).reader == SLUG


def describe(path: Path, root: Path) -> Description:
    with reading("LIF"):
        found = tuple(_image(series, index) for index, series in enumerate(_files.get(path)))
    own = path.relative_to(root).as_posix()
    return Description(own, Outcome.READ, found, members=(own,))


def _image(series: _Series, index: int) -> ImageMetadata:
    image = series.image
    check_sizes(series.size("X"), series.size("Y"), (series.size("Z"), series.channels, series.count_t), series.samples)
    if len({part.dtype for part in image.parts}) > 1:
        raise Unreadable("pixel-type", f"The channels of “{image.name}” have pixels of different types.")
    settings = next((item for name in _SETTINGS for item in image.element.iter(name)), None)
    tile = f" tile {series.tile + 1}" if series.tiles > 1 else ""
    return ImageMetadata(
        series=index, size_x=series.size("X"), size_y=series.size("Y"), size_z=series.size("Z"),
        size_c=series.channels * series.samples, size_t=series.count_t, pixel_type=pixel_type(image.parts[0].dtype),
        reader=SLUG, format="lif", name=f"{image.name}{tile}", rgb=image.rgb,
        physical_x_um=_step(image, "X"), physical_y_um=_step(image, "Y"), physical_z_um=_step(image, "Z"),
        time_increment_s=_interval(image), channels=_channels(image), objective=_objective(settings),
        instrument=settings.get("SystemTypeName", "") if settings is not None else "",
        acquisition_date=_date(image.element), significant_bits=image.parts[0].bits,
    )  # fmt: skip


def _stated(image: LifImage, letter: str) -> tuple[float | None, str]:
    """The distance of two elements along an axis: its length spans one less than it has."""
    axis = image.axes.get(letter)
    length = number(axis.length) if axis else None
    if axis is None or length is None or axis.size < 2:
        return None, ""
    return abs(length) / (axis.size - 1), axis.unit


def _step(image: LifImage, letter: str) -> float | None:
    return micrometres(*_stated(image, letter))


def _interval(image: LifImage) -> float | None:
    return seconds(*_stated(image, "T"))


def _channels(image: LifImage) -> tuple[Channel, ...]:
    if image.rgb:
        return (Channel(samples=3),)
    return tuple(
        Channel(name=_dye(part.element), color=_COLORS.get(part.element.get("LUTName", "").lower(), ""))
        for part in image.parts
    )


def _dye(channel: Element) -> str:
    for item in channel.findall("ChannelProperty"):
        if item.findtext("Key") == "DyeName":
            return (item.findtext("Value") or "").strip()
    return ""


def _objective(settings: Element | None) -> Objective | None:
    if settings is None or not (settings.get("ObjectiveName") or settings.get("Magnification")):
        return None
    return Objective(
        model=" ".join(settings.get("ObjectiveName", "").split()),
        nominal_magnification=number(settings.get("Magnification")),
        lens_na=number(settings.get("NumericalAperture")),
        immersion=settings.get("Immersion", ""),
    )


def _date(element: Element) -> str:
    """The first time stamp: hexadecimal tenths of a microsecond since 1601."""
    stamps = element.find("Data/Image/TimeStampList")
    words = (stamps.text or "").split(maxsplit=1) if stamps is not None else []
    if not words or len(words[0]) > 16:
        return ""
    try:
        taken = datetime(1601, 1, 1) + timedelta(microseconds=int(words[0], 16) // 10)  # noqa: DTZ001 - no zone is stated
    except (ValueError, OverflowError):
        return ""
    return taken.replace(microsecond=0).isoformat()


def _series(path: Path, series: int) -> _Series:
    found = _files.get(path)
    if not 0 <= series < len(found):
        raise Unreadable("no-such-image", "The LIF has no image of that number.")
    return found[series]


def levels(path: Path, root: Path, series: int) -> Sequence[tuple[int, int]]:
    with reading("LIF"):
        found = _series(path, series)
        return [(found.size("X"), found.size("Y"))]


def read_plane(
    path: Path, root: Path, series: int, *, c: int, z: int, t: int, level: int, region: Region | None
) -> np.ndarray:
    with reading("LIF"):
        found = _series(path, series)
        if level or not (0 <= c < found.channels and 0 <= z < found.size("Z") and 0 <= t < found.count_t):
            raise Unreadable("plane-outside", "The image has no such plane.")
        wanted = checked_region(region, found.size("X"), found.size("Y"))
        start = _place(found, z, t)
        if not found.image.rgb:
            return _read(path, found, start + found.image.parts[c].offset, wanted)
        colors = sorted(found.image.parts, key=lambda part: part.tag)
        return np.stack([_read(path, found, start + part.offset, wanted) for part in colors], axis=-1)


def _place(series: _Series, z: int, t: int) -> int:
    """Where a plane begins in the block, without its channel."""
    axes = series.image.axes
    start = series.tile * axes["M"].step if "M" in axes else 0
    start += z * axes["Z"].step if "Z" in axes else 0
    sizes = [axis.size for axis in series.times]
    places = np.unravel_index(t, sizes) if sizes else ()
    return start + sum(int(place) * axis.step for place, axis in zip(places, series.times, strict=True))


def _read(path: Path, series: _Series, start: int, wanted: Region) -> np.ndarray:
    """The rows of a region, from the first value to the last, of which the region's are taken by their steps."""
    x, y, w, h = wanted
    across, down, dtype = series.image.axes["X"].step, series.image.axes["Y"].step, series.image.parts[0].dtype
    first = start + y * down + x * across
    length = (h - 1) * down + (w - 1) * across + dtype.itemsize
    if first + length > series.image.size:
        raise broken(f"the memory of “{series.image.name}” is smaller than its description says")
    check_read(length, 1, 1)
    with path.open("rb") as handle:
        handle.seek(series.image.offset + first)
        data = handle.read(length)
    if len(data) < length:
        raise Unreadable("truncated", "The file ends before its pixels do. Upload it again.")
    return np.ndarray((h, w), dtype, data, strides=(down, across)).copy()
