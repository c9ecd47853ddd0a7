"""PURE: OME-TIFF in one file or many, with a companion file, with plates, with resolutions in SubIFDs.

The OME-XML says what and where; the pages of the TIFF confirm sizes and type, and win where they contradict.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from archive.imaging import paths
from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_LEVELS, check_read
from archive.imaging.model import Channel, Description, ImageMetadata, Outcome, PixelType, Reason
from archive.imaging.naming import role_of
from archive.imaging.ome_document import OmeImage
from archive.imaging.readers import handles, tiff
from archive.imaging.readers.base import Region
from archive.imaging.readers.edge import reading
from archive.imaging.readers.ome_set import SLUG, ImageSet, PlaneMap, PlaneSource, load, plane_map
from archive.imaging.readers.series import MAX_RGB_SAMPLES
from archive.imaging.readers.tiff_pages import Frame, check_whole, checked_region, frame_of, pixel_type, read_page
from archive.imaging.sniff import COMPANION, sniff

__all__ = ["SLUG", "describe", "detect", "levels", "read_plane"]
_RENAMED = "The file was renamed after it was written; its OME-XML still names the old file."
_LAYOUT_CODES = frozenset(
    {"size-mismatch", "plane-outside", "no-such-page", "xml-broken", "xml-invalid", "not-ome-xml"}
)
_DTYPES = {
    PixelType.BIT: "u1", PixelType.FLOAT: "f4", PixelType.DOUBLE: "f8",
    PixelType.COMPLEX: "c8", PixelType.DOUBLE_COMPLEX: "c16",
}  # fmt: skip


def detect(path: Path) -> bool:
    return sniff(path).reader == SLUG


def describe(path: Path, root: Path) -> Description:
    own = path.relative_to(root).as_posix()
    alone = sniff(path) == COMPANION
    try:
        set_ = load(path, root)
    except Unreadable as problem:
        if problem.code not in _LAYOUT_CODES or alone:
            raise
        return _as_plain_tiff(path, root, "", problem)
    if set_.main != own:
        return _member(own, set_)
    if alone and not (set_.document.images and len(set_.members) > 1):
        reason = Reason("metadata-only", "The OME-XML describes images but names no file that holds their pixels.")
        return Description(own, Outcome.KEPT, members=(own,), reason=reason, ome_xml=set_.xml)
    if set_.missing:
        return _incomplete(own, set_)
    misfit = _misfit(set_, root)
    if misfit is not None:
        return _as_plain_tiff(path, root, set_.xml, misfit)
    images = tuple(_with_role(_confirmed(set_, image, root)) for image in set_.document.images)
    return Description(own, Outcome.READ, images, set_.document.plates, set_.members, ome_xml=set_.xml)


def _with_role(image: ImageMetadata) -> ImageMetadata:
    """Converters of slides keep the scanner's own pictures as images of their own ("label image")."""
    return replace(image, role=role_of(image.name, image.series))


def _misfit(set_: ImageSet, root: Path) -> Unreadable | None:
    """Why the OME-XML of a single file does not fit its pages, by the first plane of the first image."""
    if not set_.document.images:
        return Unreadable("xml-invalid", "The OME-XML describes no image.")
    image = set_.document.images[0]
    try:
        with reading("OME-TIFF"):
            source = plane_map(set_, image).find(0, 0, 0)
            if source is not None:
                _fitted(image.metadata, _page(root, source))
    except Unreadable as problem:
        if problem.code not in _LAYOUT_CODES or len(set_.members) > 1:
            raise
        return problem
    return None


def _member(own: str, set_: ImageSet) -> Description:
    outcome = Outcome.INCOMPLETE if set_.main in set_.missing else Outcome.MEMBER
    missing = (set_.main,) if outcome is Outcome.INCOMPLETE else ()
    return Description(own, outcome, members=(own,), missing=missing, main=set_.main, reason=_absent(missing))


def _incomplete(own: str, set_: ImageSet) -> Description:
    return Description(
        own, Outcome.INCOMPLETE, members=set_.members, missing=set_.missing, reason=_absent(set_.missing),
        ome_xml=set_.xml,
    )  # fmt: skip


def _absent(missing: tuple[str, ...]) -> Reason | None:
    if not missing:
        return None
    rest = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    names = ", ".join(missing[:3])
    return Reason("files-missing", f"The image needs files that are not here: {names}{rest}. Upload them too.")


def _as_plain_tiff(path: Path, root: Path, xml: str, problem: Unreadable) -> Description:
    """The pixels are there but the OME-XML does not fit them: what the pages say is read, and a remark tells so."""
    plain = tiff.describe(path, root)
    remark = f"{problem.sentence} What the pages hold was read instead."
    images = tuple(replace(image, remarks=(*image.remarks, remark)) for image in plain.images)
    return replace(plain, images=images, ome_xml=xml)


def _confirmed(set_: ImageSet, image: OmeImage, root: Path) -> ImageMetadata:
    """The document's image, checked against its first and last page; what does not fit is told in a remark."""
    remarks = (_RENAMED,) if set_.renamed else ()
    try:
        with reading("OME-TIFF"):
            metadata, found = _checked(set_, image, root)
    except Unreadable as problem:
        if problem.code not in _LAYOUT_CODES:
            raise
        sentence = f"{problem.sentence} Not all planes of this image can be read."
        return replace(image.metadata, remarks=(*remarks, sentence))
    if not found:
        remarks = (*remarks, "The OME-XML gives some planes no place in a file; they are shown empty.")
    return replace(metadata, remarks=remarks)


def _checked(set_: ImageSet, image: OmeImage, root: Path) -> tuple[ImageMetadata, bool]:
    """The metadata as the pages confirm them, and whether the first and the last plane have a place."""
    metadata = image.metadata
    first = plane_map(set_, image).find(0, 0, 0)
    if first is None:
        return metadata, False
    page = _page(root, first)
    metadata = replace(_fitted(metadata, page), levels=1 + len(_sub_pages(page)))
    places = plane_map(set_, replace(image, metadata=metadata))
    last = places.find(len(metadata.channels) - 1, metadata.size_z - 1, metadata.size_t - 1)
    for source in dict.fromkeys(filter(None, (first, last))):
        checked = _page(root, source)
        check_whole(checked, checked.parent.filehandle.size)
    return metadata, last is not None


def _fitted(metadata: ImageMetadata, page: Any) -> ImageMetadata:
    """Sizes must agree; samples and type follow the page, for writers that leave them out of the XML."""
    frame = frame_of(page)
    samples = frame.planar * frame.samples
    if (frame.width, frame.height) != (metadata.size_x, metadata.size_y):
        raise Unreadable(
            "size-mismatch",
            f"The OME-XML says {metadata.size_x} × {metadata.size_y} pixels, "
            f"the pages hold {frame.width} × {frame.height}.",
        )
    metadata = replace(metadata, pixel_type=pixel_type(page.dtype))
    if metadata.channels[0].samples == samples:
        return metadata
    if samples > MAX_RGB_SAMPLES:
        sentence = f"The pages of this OME-TIFF hold {samples} samples a pixel. Save one page per channel."
        raise Unreadable("volumetric", sentence)
    if metadata.size_c % samples:
        raise Unreadable(
            "size-mismatch", f"The OME-XML says {metadata.size_c} channels, the pages hold {samples} samples a pixel."
        )
    listed = metadata.channels[: metadata.size_c // samples]
    channels = tuple(replace(channel, samples=samples) for channel in listed or (Channel(),))
    return replace(metadata, channels=channels, rgb=samples > 1)


def _page(root: Path, source: PlaneSource) -> Any:
    try:
        tif = handles.tiff(paths.located(root, source.path))
    except Unreadable as problem:
        sentence = f"“{source.path}” belongs to the image and cannot be read. {problem.sentence}"
        raise Unreadable(problem.code, sentence, hostile=problem.hostile) from problem
    count = len(tif.pages)
    if source.ifd >= count:
        raise Unreadable("no-such-page", f"The OME-XML places a plane on page {source.ifd + 1} of {count} pages.")
    return handles.page(tif, source.ifd)


def _sub_pages(page: Any) -> list[Any]:
    """The lower resolutions of a page, largest first."""
    if not page.subifds:
        return []
    width = page.imagewidth
    found = [sub for sub in list(page.pages)[: MAX_LEVELS - 1] if 0 < sub.imagewidth < width]
    return sorted(found, key=lambda sub: -sub.imagewidth)


@dataclass(frozen=True)
class _Opened:
    """A set, and per image its metadata (as its first page confirms it) and where its planes are."""

    set_: ImageSet
    layouts: dict[int, tuple[ImageMetadata, PlaneMap]] = field(default_factory=dict)


# Kept while the file stays the same: a tile must not parse the XML of a plate again.
_opened: dict[tuple[str, str, int, int], _Opened | None] = {}
_KEPT = 4


def _open(path: Path, root: Path) -> _Opened | None:
    """The set of a file, None when its OME-XML does not fit and the plain reader takes over."""
    state = path.stat()
    key = (str(path), str(root), state.st_mtime_ns, state.st_size)
    if key not in _opened:
        while len(_opened) >= _KEPT:
            del _opened[next(iter(_opened))]
        _opened[key] = _loaded(path, root)
    return _opened[key]


def _loaded(path: Path, root: Path) -> _Opened | None:
    try:
        set_ = load(path, root)
    except Unreadable as problem:
        if problem.code not in _LAYOUT_CODES or sniff(path) == COMPANION:
            raise
        return None
    return _Opened(set_) if _misfit(set_, root) is None else None


def _layout(opened: _Opened, root: Path, series: int) -> tuple[ImageMetadata, PlaneMap]:
    """Metadata and places of an image."""
    if series not in opened.layouts:
        if not 0 <= series < len(opened.set_.document.images):
            raise Unreadable("no-such-image", "The file has no image of that number.")
        image = opened.set_.document.images[series]
        source = plane_map(opened.set_, image).find(0, 0, 0)
        metadata = _fitted(image.metadata, _page(root, source)) if source is not None else image.metadata
        opened.layouts[series] = metadata, plane_map(opened.set_, replace(image, metadata=metadata))
    return opened.layouts[series]


def levels(path: Path, root: Path, series: int) -> Sequence[tuple[int, int]]:
    with reading("OME-TIFF"):
        opened = _open(path, root)
        if opened is None:
            return tiff.levels(path, root, series)
        metadata, places = _layout(opened, root, series)
        source = places.find(0, 0, 0)
        subs = _sub_pages(_page(root, source)) if source is not None else []
        return [(metadata.size_x, metadata.size_y), *((sub.imagewidth, sub.imagelength) for sub in subs)]


def read_plane(
    path: Path, root: Path, series: int, *, c: int, z: int, t: int, level: int, region: Region | None
) -> np.ndarray:
    with reading("OME-TIFF"):
        opened = _open(path, root)
        if opened is None:
            return tiff.read_plane(path, root, series, c=c, z=z, t=t, level=level, region=region)
        metadata, places = _layout(opened, root, series)
        source = places.find(c, z, t)
        if source is None:
            return _empty(metadata, region)
        page = _page(root, source)
        stored = [page, *_sub_pages(page)]
        if not 0 <= level < len(stored):
            raise Unreadable("no-such-level", "The image has no such resolution level.")
        return read_page(stored[level], region)


def _empty(metadata: ImageMetadata, region: Region | None) -> np.ndarray:
    """A plane that the file leaves out."""
    frame = Frame(1, metadata.size_y, metadata.size_x, metadata.channels[0].samples)
    _, _, w, h = checked_region(region, frame.width, frame.height)
    dtype = np.dtype(_DTYPES.get(metadata.pixel_type, metadata.pixel_type.value))
    check_read(w, h, frame.samples * dtype.itemsize)
    return np.zeros((h, w, frame.samples) if frame.samples > 1 else (h, w), dtype)
