"""PURE: whole slides (SVS, NDPI, SCN, BIF, Trestle, Philips, MIRAX): OpenSlide for pixels, tags for metadata.

Levels are those that the file stores; OpenSlide adds scaled-down ones for some formats, which are not counted.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import openslide

from archive.imaging.dates import date
from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_LEVELS, MAX_MEMBERS, check_read, check_sizes
from archive.imaging.model import Channel, Description, ImageMetadata, Objective, Outcome, PixelType
from archive.imaging.naming import role_of
from archive.imaging.readers import handles, tiff
from archive.imaging.readers.base import Region
from archive.imaging.readers.edge import reading
from archive.imaging.readers.kept import Kept
from archive.imaging.readers.series import sizes_of
from archive.imaging.readers.tiff_pages import checked_region
from archive.imaging.sniff import mirax_folder, sniff
from archive.imaging.units import micrometres, number

SLUG = "slides"
_APERIO = re.compile(r"(?:^|\|)\s*([^=|]+?)\s*=\s*([^|]*?)\s*(?=\||$)")
_APERIO_DATE = re.compile(r"(\d\d)/(\d\d)/(\d\d)$")


def detect(path: Path) -> bool:
    return sniff(path).reader == SLUG


def describe(path: Path, root: Path) -> Description:
    kind = sniff(path)
    with reading(kind.label):
        images = _mirax(path) if kind.format == "mrxs" else _tiff_slide(path, kind.format)
    members = _members(path, root)
    return Description(members[0], Outcome.READ, images, members=members)


def _members(path: Path, root: Path) -> tuple[str, ...]:
    """The file, and for MIRAX the files of its folder."""
    own = path.relative_to(root).as_posix()
    folder = mirax_folder(path)
    if folder is None:
        return (own,)
    inside = sorted(file.relative_to(root).as_posix() for file in folder.rglob("*") if file.is_file())
    if len(inside) > MAX_MEMBERS:
        raise Unreadable("too-many-files", f"The slide has more than {MAX_MEMBERS} files. Export it as OME-TIFF.")
    return (own, *inside)


def _tiff_slide(path: Path, format_: str) -> tuple[ImageMetadata, ...]:
    tif = handles.tiff(path)
    count = tiff.count_series(tif)
    images = [tiff.describe_series(tif, index, SLUG, format_) for index in range(count)]
    if format_ == "svs":
        return tuple(_aperio(image, tif.series[image.series].name, _aperio_fields(path)) for image in images)
    if format_ == "ndpi":
        return tuple(_hamamatsu(image, path) for image in images)
    return tuple(_named(image, tif.series[image.series].name) for image in images)


def _named(image: ImageMetadata, name: str) -> ImageMetadata:
    """The slide itself has no name; what hangs on to it (label, macro, thumbnail, map) is named so."""
    named = "" if image.series == 0 else name.lower()
    return replace(image, name=named, role=role_of(named, image.series), description="")


def _aperio_fields(path: Path) -> dict[str, str]:
    text = str(handles.tiff(path).pages.first.description)
    return {key: value.strip("\0 ") for key, value in _APERIO.findall(text.partition("|")[2])}


def _aperio(image: ImageMetadata, name: str, fields: dict[str, str]) -> ImageMetadata:
    """MPP and AppMag belong to the slide, the date to everything that was scanned with it. ScanScope ID is the serial
    name of one machine, which tells a reader nothing about the microscope.
    """
    match = _APERIO_DATE.match(fields.get("Date", ""))
    day = f"20{match[3]}-{match[1]}-{match[2]}" if match else ""
    scanned = date(f"{day}T{fields.get('Time', '')}")
    image = replace(_named(image, name), acquisition_date=scanned or image.acquisition_date)
    if image.series:
        return image
    pixel = micrometres(fields.get("MPP", ""), "um")
    power = number(fields.get("AppMag", ""))
    return replace(
        image,
        physical_x_um=pixel,
        physical_y_um=pixel,
        objective=Objective(nominal_magnification=power) if power else None,
    )


def _hamamatsu(image: ImageMetadata, path: Path) -> ImageMetadata:
    """Every page states its own resolution; the slide also its magnification and its fluorescence filter."""
    tif = handles.tiff(path)
    series = tif.series[image.series]
    page = series.keyframe
    x, y = tiff.tag_lengths(page)
    image = replace(_named(image, series.name), physical_x_um=x, physical_y_um=y)
    if image.series:
        return image
    tags = page.ndpi_tags or {}
    power = number(tags.get("Magnification"))
    name = str(tags.get("Fluorescence", "")).strip("\0 ")
    return replace(
        image,
        objective=Objective(nominal_magnification=power) if power else None,
        instrument=f"{tags.get('Make', '')} {tags.get('Model', '')}".strip(),
        channels=tuple(replace(channel, name=name) for channel in image.channels),
    )


def _mirax(path: Path) -> tuple[ImageMetadata, ...]:
    slide = _slide(path)
    if slide is None:
        raise Unreadable("broken", "The files of this slide do not fit together. Upload its folder again.")
    properties = slide.properties
    power = number(properties.get(openslide.PROPERTY_NAME_OBJECTIVE_POWER))
    width, height = slide.dimensions
    check_sizes(width, height)
    main = ImageMetadata(
        series=0, size_x=width, size_y=height, size_z=1, size_c=3, size_t=1, pixel_type=PixelType.UINT8,
        reader=SLUG, format="mrxs", rgb=True, channels=(Channel(samples=3),), levels=slide.level_count,
        physical_x_um=micrometres(properties.get(openslide.PROPERTY_NAME_MPP_X), "um"),
        physical_y_um=micrometres(properties.get(openslide.PROPERTY_NAME_MPP_Y), "um"),
        objective=Objective(nominal_magnification=power) if power else None,
    )  # fmt: skip
    return (main,)


_slides = Kept(openslide.OpenSlide, lambda slide: slide.close())


def _slide(path: Path) -> openslide.OpenSlide | None:
    """The slide as OpenSlide opens it, None when it does not."""
    try:
        return _slides.get(path)
    except openslide.OpenSlideError:
        return None


def _is_color(path: Path) -> bool:
    """OpenSlide makes 8-bit RGB of everything; only what is stored so may come from it."""
    if sniff(path).format == "mrxs":
        return True
    series = handles.tiff(path).series[0]
    return series.dtype == np.uint8 and sizes_of(series).samples == 3 and sizes_of(series).size_c == 3


def levels(path: Path, root: Path, series: int) -> Sequence[tuple[int, int]]:
    if sniff(path).format != "mrxs":
        return tiff.levels(path, root, series)
    with reading("slide"):
        slide = _slide(path)
        return list(slide.level_dimensions[:MAX_LEVELS]) if slide is not None and series == 0 else []


def read_plane(
    path: Path, root: Path, series: int, *, c: int, z: int, t: int, level: int, region: Region | None
) -> np.ndarray:
    sizes = levels(path, root, series)
    if not 0 <= level < len(sizes):
        raise Unreadable("no-such-level", "The image has no such resolution level.")
    with reading("slide"):
        slide = _slide(path) if series == 0 and (c, z, t) == (0, 0, 0) and _is_color(path) else None
        if slide is None or sizes[level] not in slide.level_dimensions:
            return tiff.read_plane(path, root, series, c=c, z=z, t=t, level=level, region=region)
        at = slide.level_dimensions.index(sizes[level])
        return _read(slide, at, checked_region(region, *sizes[level]))


def _read(slide: openslide.OpenSlide, level: int, wanted: Region) -> np.ndarray:
    """RGB of a region; what the scanner left out is white."""
    x, y, w, h = wanted
    check_read(w, h, 4)
    scale = slide.level_downsamples[level]
    try:
        rgba = np.asarray(slide.read_region((round(x * scale), round(y * scale)), level, (w, h)))
    except openslide.OpenSlideError as problem:
        raise Unreadable("broken", "The pixels of this slide are broken. Export it again.") from problem
    rgb = rgba[..., :3]
    empty = rgba[..., 3] == 0
    return np.where(empty[..., None], np.uint8(255), rgb) if empty.any() else rgb
