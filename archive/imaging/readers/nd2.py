"""PURE: Nikon ND2, by the nd2 library (optional). One image per stage position; a plane is read by its frame."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_SERIES, check_read, check_sizes
from archive.imaging.model import Channel, Description, ImageMetadata, Objective, Outcome
from archive.imaging.readers.base import Region
from archive.imaging.readers.edge import reading
from archive.imaging.readers.kept import Kept
from archive.imaging.readers.optional import library
from archive.imaging.readers.tiff_pages import checked_region, pixel_type
from archive.imaging.sniff import sniff
from archive.imaging.units import micrometres, nanometres, number

SLUG = "nd2"
# As NIS-Elements writes them in the languages that say which number is the month; others would be a guess.
_DATES = ("%m/%d/%Y %I:%M:%S %p", "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S")
_PIXELS = "CSYX"  # axes inside a frame; all others are loops over frames, in stored order


def _opened(path: Path) -> Any:
    return library("nd2", "nd2", "ND2").ND2File(path)


_files = Kept(_opened, lambda file: file.close())


@contextmanager
def _reading(path: Path) -> Iterator[Any]:
    with reading("ND2"), warnings.catch_warnings():
        # The library warns of what it does not understand; what it cannot do without becomes an outcome.
        warnings.simplefilter("ignore")
        yield _files.get(path)


def detect(path: Path) -> bool:
    return sniff(path).reader == SLUG


def describe(path: Path, root: Path) -> Description:
    with _reading(path) as file:
        sizes = dict(file.sizes)
        count = sizes.get("P", 1)
        if count > MAX_SERIES:
            raise Unreadable("too-many-images", f"The ND2 has more than {MAX_SERIES} positions. Split it.")
        names = _names(file) if count > 1 else [""]
        images = tuple(_image(file, sizes, index, names) for index in range(count))
    own = path.relative_to(root).as_posix()
    return Description(own, Outcome.READ, images, members=(own,))


def _names(file: Any) -> list[str]:
    loops = [loop for loop in file.experiment if loop.type == "XYPosLoop"]
    return [str(point.name or "") for point in loops[0].parameters.points] if loops else []


def _time_axes(sizes: dict[str, int]) -> list[str]:
    """The loops that are neither position nor depth: all of them count as time."""
    return [axis for axis in sizes if axis not in "PZ" + _PIXELS]


def _image(file: Any, sizes: dict[str, int], index: int, names: list[str]) -> ImageMetadata:
    samples, channels = sizes.get("S", 1), sizes.get("C", 1)
    times = prod(sizes[axis] for axis in _time_axes(sizes))
    check_sizes(sizes["X"], sizes["Y"], (sizes.get("Z", 1), channels, times), samples)
    about = list(file.metadata.channels or [])
    x, y, z = _steps(file, about)
    return ImageMetadata(
        series=index, size_x=sizes["X"], size_y=sizes["Y"], size_z=sizes.get("Z", 1), size_c=channels * samples,
        size_t=times, pixel_type=pixel_type(np.dtype(file.dtype)), reader=SLUG, format="nd2", rgb=samples > 1,
        name=names[index] if index < len(names) else "", dimension_order=_order(sizes),
        physical_x_um=x, physical_y_um=y, physical_z_um=z, time_increment_s=_interval(file),
        channels=_channels(about, channels, samples), objective=_objective(about), acquisition_date=_date(file),
        modality=_modality(about), significant_bits=_bits(file),
    )  # fmt: skip


def _order(sizes: dict[str, int]) -> str:
    stored = [axis for axis in reversed(list(sizes)) if axis in "ZCT"]
    return "XY" + "".join(dict.fromkeys([*stored, *"CZT"]))


def _bits(file: Any) -> int | None:
    bits = file.attributes.bitsPerComponentSignificant
    return int(bits) if bits and 0 < bits <= 64 else None


def _steps(file: Any, about: list[Any]) -> list[float | None]:
    """What was calibrated; the library gives 1 µm where nothing was."""
    calibrated = about[0].volume.axesCalibrated if about else (False, False, False)
    voxel = file.voxel_size()
    return [
        micrometres(float(step), "um") if known else None
        for step, known in zip((voxel.x, voxel.y, voxel.z), calibrated, strict=True)
    ]


def _interval(file: Any) -> float | None:
    """The mean step of an even time loop, in s."""
    for loop in file.experiment:
        if loop.type == "TimeLoop":
            difference = getattr(loop.parameters, "periodDiff", None)
            step = number(getattr(difference, "avg", None)) or number(loop.parameters.periodMs)
            return step / 1000 if step and step > 0 else None
    return None


def _channels(about: list[Any], count: int, samples: int) -> tuple[Channel, ...]:
    found = [_channel(item.channel, samples) for item in about[:count]]
    return (*found, *(Channel(samples=samples) for _ in range(count - len(found))))


def _channel(channel: Any, samples: int) -> Channel:
    color = channel.color
    return Channel(
        name=str(channel.name or ""),
        color=f"{color.r & 255:02X}{color.g & 255:02X}{color.b & 255:02X}",
        emission_nm=nanometres(channel.emissionLambdaNm, "nm"),
        excitation_nm=nanometres(channel.excitationLambdaNm, "nm"),
        samples=samples,
    )


def _objective(about: list[Any]) -> Objective | None:
    scope = about[0].microscope if about else None
    if scope is None or not (scope.objectiveName or scope.objectiveMagnification):
        return None
    return Objective(
        model=str(scope.objectiveName or ""),
        nominal_magnification=number(scope.objectiveMagnification),
        lens_na=number(scope.objectiveNumericalAperture),
    )


def _modality(about: list[Any]) -> str:
    """The flags of each channel, once."""
    flags = [",".join(str(flag) for flag in item.microscope.modalityFlags or ()) for item in about]
    return "|".join(dict.fromkeys(flag for flag in flags if flag))


def _date(file: Any) -> str:
    text = " ".join(str(file.text_info.get("date", "")).split())
    for pattern in _DATES:
        try:
            return datetime.strptime(text, pattern).isoformat()  # noqa: DTZ007 - the file states no zone
        except ValueError:
            continue
    return ""


def levels(path: Path, root: Path, series: int) -> Sequence[tuple[int, int]]:
    with _reading(path) as file:
        return [(file.sizes["X"], file.sizes["Y"])]


def read_plane(
    path: Path, root: Path, series: int, *, c: int, z: int, t: int, level: int, region: Region | None
) -> np.ndarray:
    with _reading(path) as file:
        sizes = dict(file.sizes)
        x, y, w, h = checked_region(region, sizes["X"], sizes["Y"])
        channels, samples = sizes.get("C", 1), sizes.get("S", 1)
        index = _frame(sizes, series, z, t)
        if level or index is None or not 0 <= c < channels:
            raise Unreadable("plane-outside", "The image has no such plane.")
        # A frame is mapped, not read; one that is packed is unpacked as a whole.
        check_read(sizes["X"], sizes["Y"], np.dtype(file.dtype).itemsize * channels * samples)
        frame = file.read_frame(index).reshape(channels, sizes["Y"], sizes["X"], samples)
        plane = np.array(frame[c, y : y + h, x : x + w])
    return plane if samples > 1 else plane[..., 0]


def _frame(sizes: dict[str, int], series: int, z: int, t: int) -> int | None:
    """The number of a frame, counted over the loops in stored order; None when there is none."""
    times = _time_axes(sizes)
    lengths = [sizes[axis] for axis in times]
    if not (0 <= series < sizes.get("P", 1) and 0 <= z < sizes.get("Z", 1) and 0 <= t < prod(lengths)):
        return None
    places = {"P": series, "Z": z}
    if times:
        places |= {axis: int(place) for axis, place in zip(times, np.unravel_index(t, lengths), strict=True)}
    index = 0
    for axis, length in sizes.items():
        if axis not in _PIXELS:
            index = index * length + places[axis]
    return index
