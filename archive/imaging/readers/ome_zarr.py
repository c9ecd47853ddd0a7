"""PURE: OME-Zarr 0.4 and 0.5 (and what 0.1 to 0.3 share with them): images, series, plates; as a folder or zipped.

Label images are not images of their own: they are listed apart, with series after those of the images. Chunks that are
not there read as the fill value, as Zarr means it.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from zarr.storage import LocalStore, ZipStore

from archive.imaging import ome_xml, paths
from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_LEVELS, MAX_SERIES, check_read, check_sizes
from archive.imaging.model import Channel, Description, ImageMetadata, Outcome, PlateMetadata, Reason, WellMetadata
from archive.imaging.ome_document import OmeDocument
from archive.imaging.readers.base import Region
from archive.imaging.readers.edge import reading
from archive.imaging.readers.ngff import Container, container, joined
from archive.imaging.readers.tiff_pages import checked_region, pixel_type
from archive.imaging.readers.zarr_arrays import ArrayInfo, Json, check_chunks, check_count, listed, objects
from archive.imaging.sniff import sniff
from archive.imaging.units import micrometres, number, seconds

SLUG = "ome_zarr"
_FORMAT = "ome-zarr"
_OLD_AXES = "tczyx"  # before 0.3, without axes


def detect(path: Path) -> bool:
    return sniff(path).reader == SLUG


def describe(path: Path, root: Path) -> Description:
    own = path.relative_to(root).as_posix()
    with reading("OME-Zarr", "broken-zarr"), container(path) as zarr_:
        groups, plates = _layout(zarr_)
        if not groups:
            sentence = "This Zarr holds no OME-NGFF image. It is archived; add OME attributes to have it shown."
            return Description(own, Outcome.KEPT, members=(own,), reason=Reason("zarr-without-images", sentence))
        xml = zarr_.ome_xml()
        document = ome_xml.parse(xml, reader=SLUG, format=_FORMAT) if xml else OmeDocument()
        images = tuple(_image(zarr_, group, index, document) for index, group in enumerate(groups))
        labels = tuple(_labels(zarr_, groups))
    text = xml.decode("utf-8", "replace") if xml else ""
    return Description(own, Outcome.READ, images, plates, (own,), ome_xml=text, labels=labels)


def _labels(zarr_: Container, groups: list[str]) -> Iterator[ImageMetadata]:
    """The label images that can be read; one that cannot does no harm to the image it belongs to."""
    for index, (group, owner) in enumerate(_label_groups(zarr_, groups), len(groups)):
        with suppress(Unreadable):
            image = _image(zarr_, group, index, OmeDocument())
            yield replace(image, name=image.name or group.rpartition("/")[2], label_of=owner)


def _label_groups(zarr_: Container, groups: list[str]) -> list[tuple[str, int]]:
    """The groups of label images, each with the series of the image that it labels."""
    found: list[tuple[str, int]] = []
    for owner, group in enumerate(groups):
        names = zarr_.attributes(joined(group, "labels")).get("labels")
        for name in names if isinstance(names, list) else []:
            found.append((joined(group, f"labels/{paths.normalised(str(name))}"), owner))
        if len(found) > MAX_SERIES:
            raise Unreadable("too-many-images", f"The OME-Zarr holds more than {MAX_SERIES} label images. Split it.")
    return found


def _layout(zarr_: Container) -> tuple[list[str], tuple[PlateMetadata, ...]]:
    """The groups of the images, in order of series, and the plate."""
    attributes = zarr_.attributes("")
    if attributes.get("plate"):
        return _plate(zarr_, objects(attributes["plate"]))
    if attributes.get("multiscales"):
        return [""], ()
    if "bioformats2raw.layout" in attributes:
        return _series_groups(zarr_), ()
    return [], ()


def _series_groups(zarr_: Container) -> list[str]:
    """The series that OME/ lists, or else the numbered groups."""
    series = zarr_.attributes("OME").get("series")
    if isinstance(series, list):
        return _bounded([paths.normalised(str(group)) for group in series])
    groups: list[str] = []
    while len(groups) < MAX_SERIES and zarr_.attributes(str(len(groups))).get("multiscales"):
        groups.append(str(len(groups)))
    return groups


def _bounded(groups: list[str]) -> list[str]:
    if len(groups) > MAX_SERIES:
        raise Unreadable("too-many-images", f"The OME-Zarr holds more than {MAX_SERIES} images. Split it.")
    return groups


def _plate(zarr_: Container, plate: Json) -> tuple[list[str], tuple[PlateMetadata, ...]]:
    groups: list[str] = []
    wells = []
    for well in listed(plate.get("wells")):
        path = paths.normalised(str(well.get("path", "")))
        fields = listed(objects(zarr_.attributes(path).get("well")).get("images"))
        first = len(groups)
        groups += [joined(path, paths.normalised(str(field.get("path", "")))) for field in fields]
        _bounded(groups)
        row, column = _place(plate, well, path)
        wells.append(WellMetadata(row, column, tuple(range(first, len(groups)))))
    rows, columns = len(listed(plate.get("rows"))), len(listed(plate.get("columns")))
    return groups, (PlateMetadata(str(plate.get("name", "")), rows, columns, tuple(wells)),)


def _place(plate: Json, well: Json, path: str) -> tuple[int, int]:
    """Row and column of a well, by index or (before 0.4) by the names in its path."""
    row, column = well.get("rowIndex"), well.get("columnIndex")
    if isinstance(row, int) and isinstance(column, int):
        return row, column
    names = [[str(item.get("name")) for item in listed(plate.get(axis))] for axis in ("rows", "columns")]
    parts = path.split("/")
    if len(parts) == 2 and parts[0] in names[0] and parts[1] in names[1]:
        return names[0].index(parts[0]), names[1].index(parts[1])
    raise Unreadable("broken-zarr", f"The plate does not say where its well “{path}” is. Export it again.")


def _multiscale(zarr_: Container, group: str) -> Json:
    found = listed(zarr_.attributes(group).get("multiscales"))
    if not found or not listed(found[0].get("datasets")):
        raise Unreadable("broken-zarr", f"The OME-Zarr names no data for its image “{group}”. Export it again.")
    return found[0]


def _arrays(multiscale: Json, group: str) -> list[str]:
    datasets = listed(multiscale.get("datasets"))[:MAX_LEVELS]
    return [paths.normalised(joined(group, str(dataset.get("path", "")))) for dataset in datasets]


def _axes(multiscale: Json, array: ArrayInfo) -> str:
    """One letter per dimension of the array: tczyx, and s for samples."""
    stated = multiscale.get("axes") or list(_OLD_AXES)
    names = [str(axis.get("name") if isinstance(axis, dict) else axis).lower() for axis in stated]
    letters = "".join(name[:1] for name in names)
    if len(letters) != len(array.shape) or len(set(letters)) != len(letters) or not {"x", "y"} <= set(letters):
        raise Unreadable("broken-zarr", "The axes of the OME-Zarr do not fit its array. Export it again.")
    if set(letters) - set("tczyxs"):
        raise Unreadable("unknown-axes", f"The OME-Zarr has axes ({', '.join(names)}) that cannot be shown.")
    return letters


def _image(zarr_: Container, group: str, index: int, document: OmeDocument) -> ImageMetadata:
    attributes = zarr_.attributes(group)
    multiscale = _multiscale(zarr_, group)
    arrays = _arrays(multiscale, group)
    array = zarr_.array(arrays[0])
    axes = _axes(multiscale, array)
    sizes = dict(zip(axes, array.shape, strict=True))
    samples = sizes.get("s", 1)
    check_sizes(sizes["x"], sizes["y"], [n for axis, n in sizes.items() if axis not in "xys"], samples)
    check_chunks(array)
    scale = _scale(multiscale, axes)
    units = _units(multiscale)
    image = ImageMetadata(
        series=index, size_x=sizes["x"], size_y=sizes["y"], size_z=sizes.get("z", 1),
        size_c=sizes.get("c", 1) * samples, size_t=sizes.get("t", 1), pixel_type=pixel_type(array.dtype),
        reader=SLUG, format=_FORMAT, name=_text(multiscale.get("name")), rgb=samples > 1, levels=len(arrays),
        dimension_order=_order(axes), locator=group,
        physical_x_um=micrometres(scale.get("x"), units.get("x", "")),
        physical_y_um=micrometres(scale.get("y"), units.get("y", "")),
        physical_z_um=micrometres(scale.get("z"), units.get("z", "")),
        time_increment_s=seconds(scale.get("t"), units.get("t", "")),
        channels=_channels(attributes, sizes.get("c", 1), samples),
    )  # fmt: skip
    return _with_document(image, document)


def _with_document(image: ImageMetadata, document: OmeDocument) -> ImageMetadata:
    """What OME-NGFF has no place for, from the OME-XML beside it; not the modality, which converters fill in."""
    if image.series >= len(document.images):
        return image
    other = document.images[image.series].metadata
    return replace(
        image,
        objective=other.objective,
        instrument=other.instrument,
        acquisition_date=other.acquisition_date,
        description=other.description,
    )


def _text(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _order(axes: str) -> str:
    stored = [axis.upper() for axis in reversed(axes) if axis in "zct"]
    return "XY" + "".join(dict.fromkeys([*stored, *"ZCT"]))


def _scale(multiscale: Json, axes: str) -> dict[str, float]:
    """The size of a pixel along each axis: the first dataset's scale times the image's."""
    result = dict.fromkeys(axes, 1.0)
    first = listed(multiscale.get("datasets"))[0]
    for owner in (first, multiscale):
        for transformation in listed(owner.get("coordinateTransformations")):
            factors = transformation.get("scale")
            if transformation.get("type") == "scale" and isinstance(factors, list) and len(factors) == len(axes):
                result = {
                    axis: result[axis] * (number(factor) or 0) for axis, factor in zip(axes, factors, strict=True)
                }
    return result


def _units(multiscale: Json) -> dict[str, str]:
    return {str(axis.get("name", "")).lower()[:1]: _text(axis.get("unit")) for axis in listed(multiscale.get("axes"))}


def _channels(attributes: Json, count: int, samples: int) -> tuple[Channel, ...]:
    if samples > 1:
        return tuple(Channel(samples=samples) for _ in range(count))
    described = listed(objects(attributes.get("omero")).get("channels"))[:count]
    found = [
        Channel(name=_text(item.get("label")), color=_text(item.get("color")).lstrip("#").upper()[:6])
        for item in described
    ]
    return (*found, *(Channel() for _ in range(count - len(found))))


@lru_cache(maxsize=8)
def _groups(path: Path, stamp: tuple[int, ...]) -> tuple[str, ...]:
    """The groups of the images, then of their labels. Kept, since a plate names them in a file for each well."""
    with container(path) as zarr_:
        groups, _ = _layout(zarr_)
        return (*groups, *(group for group, _ in _label_groups(zarr_, groups)))


def _stamp(path: Path) -> tuple[int, ...]:
    """What changes when the file, or the group at the top of a folder, is written anew."""
    files = [path, path / "zarr.json", path / ".zattrs"] if path.is_dir() else [path]
    return tuple(file.stat().st_mtime_ns for file in files if file.exists())


def _located(zarr_: Container, series: int) -> tuple[Json, str]:
    groups = _groups(zarr_.path, _stamp(zarr_.path))
    if not 0 <= series < len(groups):
        raise Unreadable("no-such-image", "The OME-Zarr has no image of that number.")
    return _multiscale(zarr_, groups[series]), groups[series]


def levels(path: Path, root: Path, series: int) -> Sequence[tuple[int, int]]:
    with reading("OME-Zarr", "broken-zarr"), container(path) as zarr_:
        multiscale, group = _located(zarr_, series)
        found = []
        for name in _arrays(multiscale, group):
            array = zarr_.array(name)
            sizes = dict(zip(_axes(multiscale, array), array.shape, strict=True))
            found.append((sizes["x"], sizes["y"]))
    return found


def read_plane(
    path: Path, root: Path, series: int, *, c: int, z: int, t: int, level: int, region: Region | None
) -> np.ndarray:
    with reading("OME-Zarr", "broken-zarr"), container(path) as zarr_:
        multiscale, group = _located(zarr_, series)
        arrays = _arrays(multiscale, group)
        if not 0 <= level < len(arrays):
            raise Unreadable("no-such-level", "The image has no such resolution level.")
        info = zarr_.array(arrays[level])
        pixel_type(info.dtype)
        check_chunks(info)
        axes = _axes(multiscale, info)
        selection = _selection(axes, info.shape, {"c": c, "z": z, "t": t}, region)
        check_count(info, selection)
        plane = _read_array(zarr_, arrays[level], info, selection)
    kept = [axis for axis in axes if axis in "yxs"]
    ordered = plane.transpose([kept.index(axis) for axis in "yxs" if axis in kept])
    return ordered.view(np.uint8) if ordered.dtype == bool else ordered


def _selection(
    axes: str, shape: tuple[int, ...], place: dict[str, int], region: Region | None
) -> tuple[int | slice, ...]:
    sizes = dict(zip(axes, shape, strict=True))
    x, y, w, h = checked_region(region, sizes["x"], sizes["y"])
    if any(not 0 <= place[axis] < sizes.get(axis, 1) for axis in "czt"):
        raise Unreadable("plane-outside", "The image has no such plane.")
    spans = {"x": slice(x, x + w), "y": slice(y, y + h), "s": slice(None)}
    return tuple(spans[axis] if axis in spans else place[axis] for axis in axes)


def _read_array(zarr_: Container, name: str, info: ArrayInfo, selection: tuple[int | slice, ...]) -> np.ndarray:
    spans = [
        len(range(*part.indices(n))) for part, n in zip(selection, info.shape, strict=True) if isinstance(part, slice)
    ]
    check_read(spans[0], int(np.prod(spans[1:], dtype=np.int64)), info.dtype.itemsize)
    store: Any = LocalStore(zarr_.path, read_only=True) if zarr_.path.is_dir() else ZipStore(zarr_.path, mode="r")
    try:
        array = zarr.open_array(store, path=joined(zarr_.prefix, name), mode="r")
        return np.asarray(array[selection])
    finally:
        store.close()
