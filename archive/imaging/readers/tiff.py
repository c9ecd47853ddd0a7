"""PURE: TIFF without OME-XML: plain, multi-page, BigTIFF, palette, bilevel, ImageJ, MetaMorph STK, Zeiss LSM."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from archive.imaging.dates import date
from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_FLAT_PIXELS, MAX_LEVELS, MAX_SERIES
from archive.imaging.model import Channel, Description, ImageMetadata, Outcome
from archive.imaging.readers import flat, handles, imagej
from archive.imaging.readers.base import Region
from archive.imaging.readers.edge import reading
from archive.imaging.readers.series import Sizes, plane_index, read_series_plane, samples_per_page, sizes_of
from archive.imaging.readers.tiff_pages import check_whole, checked_region, pixel_type
from archive.imaging.sniff import sniff
from archive.imaging.units import micrometres

SLUG = "tiff"
_CENTIMETRE = 3
# A resolution in pixels per cm that is finer than this is a calibration; coarser ones are meant for print.
_COARSEST_UM = 10.0


def detect(path: Path) -> bool:
    return sniff(path).reader == SLUG


def describe(path: Path, root: Path) -> Description:
    with reading("TIFF"):
        tif = handles.tiff(path)
        format_ = sniff(path).format
        images = tuple(describe_series(tif, index, SLUG, format_) for index in range(count_series(tif)))
    name = path.relative_to(root).as_posix()
    return Description(name, Outcome.READ, images, members=(name,))


def count_series(tif: tifffile.TiffFile) -> int:
    """The number of images; raises Unreadable when there are none, or too many."""
    count = len(tif.series)
    if not 0 < count <= MAX_SERIES:
        raise Unreadable("too-many-images", f"The TIFF holds {count} images; 1 to {MAX_SERIES} can be read.")
    return count


def describe_series(tif: tifffile.TiffFile, index: int, reader: str, format_: str) -> ImageMetadata:
    """One series without its pixels."""
    series = tif.series[index]
    page = series.keyframe
    sizes = sizes_of(series)
    samples_per_page(series, sizes)
    _check_whole(tif, series)
    metadata = tif.imagej_metadata if series.kind == "imagej" else None
    x, y, z = _lengths(tif, series, metadata)
    return ImageMetadata(
        series=index, size_x=sizes.x, size_y=sizes.y, size_z=sizes.z, size_c=sizes.size_c, size_t=sizes.t,
        pixel_type=pixel_type(page.dtype), reader=reader, format=format_, rgb=sizes.rgb,
        levels=min(len(series.levels), MAX_LEVELS), physical_x_um=x, physical_y_um=y, physical_z_um=z,
        time_increment_s=imagej.time_step(metadata) if metadata else None,
        channels=_channels(tif, series, sizes, metadata), acquisition_date=date(page.tags.valueof(306)),
        significant_bits=_bits(page), description=_description(page, series.kind),
    )  # fmt: skip


def _check_whole(tif: tifffile.TiffFile, series: Any) -> None:
    size = tif.filehandle.size
    if series.dataoffset is not None:
        if series.dataoffset + series.nbytes > size:
            raise Unreadable("truncated", "The file ends before its pixels do. Upload it again.")
        return
    for page in (series.pages[0], series.pages[-1]):
        if page is not None:
            check_whole(page, size)


def _bits(page: Any) -> int | None:
    bits = page.bitspersample
    return bits if isinstance(bits, int) and bits < 8 * page.dtype.itemsize and page.dtype != bool else None


def _description(page: Any, kind: str) -> str:
    """The description as people wrote it; what programs put there is read elsewhere."""
    text = str(page.description).strip("\0 \r\n\t")
    machine = kind in ("imagej", "shaped") or text.startswith(("<", "{", "ImageJ=", "Aperio"))
    return "" if machine else text[:4000]


def _lengths(
    tif: tifffile.TiffFile, series: Any, metadata: dict[str, Any] | None
) -> tuple[float | None, float | None, float | None]:
    page = series.keyframe
    if metadata is not None:
        return imagej.lengths(metadata, page)
    if series.kind == "stk" and tif.stk_metadata:
        return _stk_lengths(tif.stk_metadata)
    if series.kind == "lsm" and tif.lsm_metadata:
        voxel = (micrometres(tif.lsm_metadata.get(f"VoxelSize{axis}"), "m") for axis in "XYZ")
        return tuple(voxel)  # type: ignore[return-value]
    x, y = tag_lengths(page)
    fine = x is not None and y is not None and max(x, y) < _COARSEST_UM
    return (x, y, None) if fine else (None, None, None)


def _stk_lengths(stk: dict[str, Any]) -> tuple[float | None, float | None, float | None]:
    unit = str(stk.get("CalibrationUnits", "")) if stk.get("SpatialCalibration") else ""
    distances = np.ravel(stk.get("ZDistance", ()))
    z = float(distances[0]) if distances.size else None
    return micrometres(stk.get("XCalibration"), unit), micrometres(stk.get("YCalibration"), unit), micrometres(z, unit)


def tag_lengths(page: Any) -> tuple[float | None, float | None]:
    """(x, y) in µm from resolution tags in pixels per cm; a resolution per inch is one for print."""
    if page.tags.valueof(296) != _CENTIMETRE:
        return None, None
    per_x, per_y = imagej.rational(page, 282), imagej.rational(page, 283)
    return (micrometres(1 / per_x, "cm") if per_x else None, micrometres(1 / per_y, "cm") if per_y else None)


def _channels(
    tif: tifffile.TiffFile, series: Any, sizes: Sizes, metadata: dict[str, Any] | None
) -> tuple[Channel, ...]:
    if sizes.samples > 1 and not sizes.rgb:
        return tuple(Channel() for _ in range(sizes.size_c))
    colors = imagej.colors(metadata, sizes.channels) if metadata else [""] * sizes.channels
    stk = tif.stk_metadata if series.kind == "stk" else None
    name = str(stk.get("Name", "")).strip("\0 ") if stk and sizes.channels == 1 else ""
    return tuple(Channel(name=name, color=color, samples=sizes.samples) for color in colors)


def levels(path: Path, root: Path, series: int) -> Sequence[tuple[int, int]]:
    with reading("TIFF"):
        found = [sizes_of(level) for level in _series(handles.tiff(path), series).levels[:MAX_LEVELS]]
    return [(sizes.x, sizes.y) for sizes in found]


def _series(tif: tifffile.TiffFile, series: int) -> Any:
    if not 0 <= series < count_series(tif):
        raise Unreadable("no-such-image", "The file has no image of that number.")
    return tif.series[series]


def read_plane(
    path: Path, root: Path, series: int, *, c: int, z: int, t: int, level: int, region: Region | None
) -> np.ndarray:
    with reading("TIFF"):
        chosen = _series(handles.tiff(path), series)
        if not 0 <= level < len(chosen.levels):
            raise Unreadable("no-such-level", "The image has no such resolution level.")
        stored = chosen.levels[level]
        sizes = sizes_of(stored)
        # More than four samples are channels of their own, stored side by side.
        apart = sizes.samples > 1 and not sizes.rgb
        channel, sample = divmod(c, sizes.samples) if apart else (c, 0)
        index = plane_index(sizes, channel, z, t)
        plane = _read(path, stored, sizes, index, region)
        return np.ascontiguousarray(plane[..., sample]) if apart else plane


def _read(path: Path, series: Any, sizes: Sizes, index: int, region: Region | None) -> np.ndarray:
    try:
        with reading("TIFF"):
            return read_series_plane(series, sizes, index, region)
    except Unreadable as problem:
        if problem.code != "broken" or sizes.x * sizes.y > MAX_FLAT_PIXELS:
            raise
        return _read_otherwise(path, series.pages[index].index, sizes, region)


def _read_otherwise(path: Path, page: int, sizes: Sizes, region: Region | None) -> np.ndarray:
    """Old and flawed compressions that libtiff forgives and the first choice does not."""
    x, y, w, h = checked_region(region, sizes.x, sizes.y)
    with flat.opened(path, ["TIFF"]) as picture:
        picture.seek(page)
        plane = np.array(picture.crop((x, y, x + w, y + h)))
        if picture.size != (sizes.x, sizes.y) or plane.shape[2:] != ((sizes.samples,) if sizes.samples > 1 else ()):
            raise Unreadable("broken", "The pixels of this TIFF cannot be unpacked. Export the image again.")
        return plane
