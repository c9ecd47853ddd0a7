"""PURE: DICOM: single frames, frames in time or depth, and whole slides with their resolutions in files beside it.

The file with the largest matrix of a slide's series describes the slide; the smaller ones are its levels.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from archive.imaging.dates import date
from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_LEVELS, check_read, check_sizes
from archive.imaging.model import Channel, Description, ImageMetadata, Objective, Outcome, PixelType
from archive.imaging.naming import role_of
from archive.imaging.readers.base import Region
from archive.imaging.readers.dicom_frames import read_frame
from archive.imaging.readers.dicom_header import Header, headers
from archive.imaging.readers.edge import reading
from archive.imaging.readers.tiff_pages import checked_region, pixel_type
from archive.imaging.sniff import sniff
from archive.imaging.units import micrometres, nanometres, number

SLUG = "dicom"
_MOST_SIBLINGS = 400  # files of a folder that are looked at for the levels of a slide
_VOLUME = "VOLUME"


@contextmanager
def _reading() -> Iterator[None]:
    """The library reads much of a header late, and warns of values that break the standard when it does."""
    with reading("DICOM"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def detect(path: Path) -> bool:
    return sniff(path).reader == SLUG


def describe(path: Path, root: Path) -> Description:
    own = path.relative_to(root).as_posix()
    with _reading():
        header = headers.get(path)
        if header.get("ConcatenationUID"):
            raise Unreadable("several-parts", "This DICOM is one part of several. Export the image as a single file.")
        pyramid = _pyramid(path)
        if pyramid[0] != path:
            main = pyramid[0].relative_to(root).as_posix()
            return Description(own, Outcome.MEMBER, members=(own,), main=main)
        image = _image(header, len(pyramid))
    members = tuple(level.relative_to(root).as_posix() for level in pyramid)
    return Description(own, Outcome.READ, (image,), members=members)


def _pyramid(path: Path) -> tuple[Path, ...]:
    """The files of the slide that this file belongs to, largest first; the file alone where it is no slide."""
    return _levels_of(path, path.parent.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _levels_of(path: Path, changed: int) -> tuple[Path, ...]:
    header = headers.get(path)
    if header.matrix is None or header.flavour != _VOLUME:
        return (path,)
    family = [(file, other) for file, other in _siblings(path) if _same_slide(header, other)]
    widths = [other.size for _, other in family]
    # Files of one size are no levels of each other: which of them is the slide is not said.
    if len(set(widths)) != len(widths):
        return (path,)
    family.sort(key=lambda item: (-item[1].size[0] * item[1].size[1], item[0].name))
    return tuple(file for file, _ in family[:MAX_LEVELS])


def _siblings(path: Path) -> Iterator[tuple[Path, Header]]:
    """The DICOM images of the folder, the file itself among them."""
    found = sorted(file for file in path.parent.iterdir() if file != path and file.is_file() and not file.is_symlink())
    for file in [path, *found[:_MOST_SIBLINGS]]:
        try:
            if sniff(file).reader == SLUG:
                with _reading():
                    header = headers.get(file)
                yield file, header
        except (Unreadable, OSError):
            continue


def _same_slide(one: Header, other: Header) -> bool:
    same = all(
        one.get(name) == other.get(name)
        for name in ("SeriesInstanceUID", "FrameOfReferenceUID", "SamplesPerPixel", "BitsAllocated")
    )
    return same and other.matrix is not None and other.flavour == _VOLUME


def _is_rgb(header: Header) -> bool:
    return header.layout.samples > 1


def _sizes(header: Header) -> tuple[int, int, int]:
    """(channels, z, t), channels counting those with several samples once."""
    if header.matrix is not None:
        keys = list(header.tiles)
        return max(c for c, _ in keys) + 1, max(z for _, z in keys) + 1, 1
    deep = header.get("SpacingBetweenSlices") is not None and header.get("FrameTime") is None
    return (1, header.layout.frames, 1) if deep else (1, 1, header.layout.frames)


def _image(header: Header, levels_: int) -> ImageMetadata:
    width, height = header.size
    channels, z, t = _sizes(header)
    samples = header.layout.samples
    check_sizes(width, height, (channels, z, t), samples)
    x_um, y_um, z_um = _steps(header, z)
    step = number(header.get("FrameTime"))
    segments = len(header.get("SegmentSequence", []))
    # The other pictures of a slide are files of their own, named for what they are.
    name = "" if header.flavour in ("", _VOLUME) or header.matrix is None else header.flavour.lower()
    remark = f"Its {segments} segments are shown together." if segments > 1 else ""
    return ImageMetadata(
        series=0, size_x=width, size_y=height, size_z=z, size_c=channels * samples, size_t=t,
        pixel_type=_pixel_type(header), reader=SLUG, format="dicom", rgb=_is_rgb(header), levels=levels_,
        name=name, role=role_of(name, 1),
        physical_x_um=x_um, physical_y_um=y_um, physical_z_um=z_um,
        time_increment_s=step / 1000 if t > 1 and step and step > 0 else None,
        channels=_channels(header, channels), objective=_objective(header),
        instrument=f"{header.get('Manufacturer', '')} {header.get('ManufacturerModelName', '')}".strip(),
        acquisition_date=_date(header), modality=str(header.get("Modality", "")),
        description=str(header.get("ImageComments", "")), significant_bits=int(header.get("BitsStored", 0)) or None,
        remarks=(remark,) if remark else (),
    )  # fmt: skip


def _pixel_type(header: Header) -> PixelType:
    return PixelType.BIT if header.layout.bits == 1 else pixel_type(header.layout.dtype)


def _steps(header: Header, depth: int) -> tuple[float | None, float | None, float | None]:
    """DICOM states mm, of rows first."""
    measures = header.shared.get("PixelMeasuresSequence")
    source = measures[0] if measures else header.dataset
    spacing = source.get("PixelSpacing") or header.get("ImagerPixelSpacing") or (None, None)
    between = source.get("SpacingBetweenSlices") or header.get("SpacingBetweenSlices")
    mm = [float(value) if value is not None else None for value in (spacing[1], spacing[0], between)]
    x, y, z = (micrometres(value, "mm") for value in mm)
    return x, y, z if depth > 1 else None


def _channels(header: Header, count: int) -> tuple[Channel, ...]:
    samples = header.layout.samples
    found = [
        Channel(
            name=str(path.get("OpticalPathDescription") or "") if samples == 1 else "",
            excitation_nm=nanometres(_float(path.get("IlluminationWaveLength")), "nm"),
            samples=samples,
        )
        for path in header.paths[:count]
    ]
    return (*found, *(Channel(samples=samples) for _ in range(count - len(found))))


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _objective(header: Header) -> Objective | None:
    first = header.paths[0] if header.paths else {}
    power, aperture = first.get("ObjectiveLensPower"), first.get("ObjectiveLensNumericalAperture")
    if power is None and aperture is None:
        return None
    return Objective(nominal_magnification=_float(power), lens_na=_float(aperture))


def _date(header: Header) -> str:
    """Of acquisition, else of the content; DICOM writes digits alone."""
    text = str(header.get("AcquisitionDateTime", ""))
    if not text:
        text = str(header.get("AcquisitionDate", "")) + str(header.get("AcquisitionTime", ""))
    if len(text) < 8:
        text = str(header.get("ContentDate", ""))
    day, time = f"{text[:4]}-{text[4:6]}-{text[6:8]}", text[8:14]
    return date(f"{day}T{time[:2]}:{time[2:4]}:{time[4:6]}" if len(time) == 6 else day)


def _level(path: Path, series: int, level: int) -> tuple[Path, Header]:
    pyramid = _pyramid(path)
    if series or not 0 <= level < len(pyramid):
        raise Unreadable("no-such-level", "The image has no such resolution level.")
    return pyramid[level], headers.get(pyramid[level])


def levels(path: Path, root: Path, series: int) -> Sequence[tuple[int, int]]:
    with _reading():
        return [headers.get(file).size for file in _pyramid(path)]


def read_plane(
    path: Path, root: Path, series: int, *, c: int, z: int, t: int, level: int, region: Region | None
) -> np.ndarray:
    with _reading():
        file, header = _level(path, series, level)
        channels, depth, times = _sizes(header)
        if not (0 <= c < channels and 0 <= z < depth and 0 <= t < times):
            raise Unreadable("plane-outside", "The image has no such plane.")
        x, y, w, h = checked_region(region, *header.size)
        check_read(w, h, header.layout.dtype.itemsize * header.layout.samples)
        if header.matrix is not None:
            plane = _assembled(file, header, header.tiles.get((c, z), []), (x, y, w, h))
        else:
            plane = read_frame(file, header.frames, z + t)[y : y + h, x : x + w]
    plane = plane.astype(header.layout.dtype.newbyteorder("="), copy=False)
    if header.layout.photometric == "MONOCHROME1" and plane.dtype.kind == "u":
        plane = plane.dtype.type((1 << int(header.get("BitsStored", header.layout.bits))) - 1) - plane
    return np.ascontiguousarray(plane if _is_rgb(header) else plane[..., 0])


def _assembled(path: Path, header: Header, tiles: list[tuple[int, int, int]], wanted: Region) -> np.ndarray:
    """The region from the tiles that touch it. Where none is, a coloured slide is white, as between its tissues."""
    x, y, w, h = wanted
    layout = header.layout
    plane = np.full((h, w, layout.samples), 255 if layout.samples == 3 and layout.bits == 8 else 0, layout.dtype)
    for frame, left, top in tiles:
        x0, x1 = max(left, x), min(left + layout.columns, x + w)
        y0, y1 = max(top, y), min(top + layout.rows, y + h)
        if x0 < x1 and y0 < y1:
            part = read_frame(path, header.frames, frame)[y0 - top : y1 - top, x0 - left : x1 - left]
            target = plane[y0 - y : y1 - y, x0 - x : x1 - x]
            # Segments may lie over each other: none of them hides another.
            target[...] = np.maximum(target, part) if layout.bits == 1 else part
    return plane
