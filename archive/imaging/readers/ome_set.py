"""PURE: which files make an OME-TIFF image set, which of them describes it, and where each plane is."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.imaging import ome_xml, paths, tiff_chain
from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_MEMBERS, MAX_XML_BYTES
from archive.imaging.model import ImageMetadata
from archive.imaging.ome_document import OmeDocument, OmeImage, TiffBlock
from archive.imaging.readers import handles
from archive.imaging.readers.edge import reading
from archive.imaging.sniff import COMPANION, OME_TIFF, sniff

SLUG = "ome_tiff"
_DECLARATION = re.compile(rb"^<\?xml[^>]*\?>")


@dataclass(frozen=True)
class PlaneSource:
    """A directory of a TIFF; `path` is relative to the root."""

    path: str
    ifd: int


@dataclass(frozen=True)
class _Run:
    start: int
    count: int
    source: PlaneSource


class PlaneMap:
    """Where the planes of one image are: runs of directories, found by their place in dimension order."""

    def __init__(self, metadata: ImageMetadata, runs: list[_Run]) -> None:
        self._order = metadata.dimension_order[2:]
        self._sizes = {"Z": metadata.size_z, "T": metadata.size_t, "C": len(metadata.channels)}
        self._runs = sorted(runs, key=lambda run: run.start)
        self._starts = [run.start for run in self._runs]

    def place(self, c: int, z: int, t: int) -> int:
        """The number of a plane, counted in dimension order."""
        places = {"C": c, "Z": z, "T": t}
        index = 0
        for axis in reversed(self._order):
            if not 0 <= places[axis] < self._sizes[axis]:
                raise Unreadable("plane-outside", "The image has no such plane.")
            index = index * self._sizes[axis] + places[axis]
        return index

    def find(self, c: int, z: int, t: int) -> PlaneSource | None:
        """The directory of a plane; None for a plane that the document gives no place."""
        index = self.place(c, z, t)
        at = bisect_right(self._starts, index) - 1
        if at < 0 or index >= self._runs[at].start + self._runs[at].count:
            return None
        run = self._runs[at]
        return PlaneSource(run.source.path, run.source.ifd + index - run.start)


@dataclass(frozen=True)
class ImageSet:
    """A document with its files: `main` describes them all, `members` holds it and every named file."""

    document: OmeDocument
    main: str
    members: tuple[str, ...]
    missing: tuple[str, ...]
    xml: str
    renamed: bool = False


def load(path: Path, root: Path) -> ImageSet:
    """The set that a file describes or belongs to; raises Unreadable."""
    own = path.relative_to(root).as_posix()
    data = document_bytes(path)
    alone = sniff(path) == COMPANION
    # A tag's text was decoded when it was read: the encoding that the document declares is no longer its own.
    document = ome_xml.parse(data if alone else _DECLARATION.sub(b"", data), reader=SLUG, format=OME_TIFF.format)
    xml = data.decode("utf-8", "replace")
    if document.companion:
        main = paths.beside(own, document.companion)
        there = paths.located(root, main).is_file()
        return ImageSet(document, main, (own,), () if there else (main,), xml)
    named = [name for name in dict.fromkeys(_names(document, own)) if name != own or not alone]
    if len(named) > MAX_MEMBERS:
        raise Unreadable("too-many-files", f"The OME-XML names more than {MAX_MEMBERS} files. Split the set.")
    missing = [name for name in named if not paths.located(root, name).is_file()]
    if alone:
        return ImageSet(document, own, (own, *named), tuple(missing), xml)
    if _was_renamed(document, own, named, missing):
        return ImageSet(document, own, (own,), (), xml, renamed=True)
    main = named[0] if own in named else own
    members = tuple(dict.fromkeys((main, *named)))
    return ImageSet(document, main, members, tuple(missing), xml)


def document_bytes(path: Path) -> bytes:
    """The OME-XML of a companion file, or of the first directory of a TIFF."""
    if sniff(path) == COMPANION:
        if path.stat().st_size > MAX_XML_BYTES:
            raise Unreadable("xml-too-large", "The OME-XML is too large to be read. Split the image set.", hostile=True)
        return path.read_bytes()
    with reading("OME-TIFF"):
        value = handles.tiff(path).pages.first.tags.valueof(tiff_chain.IMAGE_DESCRIPTION)
    data = value if isinstance(value, bytes) else str(value or "").encode("utf-8")
    return data.strip(b"\0 \r\n\t")


def _names(document: OmeDocument, own: str) -> Iterator[str]:
    """The files that the blocks name, in the order of the document."""
    for image in document.images:
        for block in image.blocks:
            yield paths.beside(own, block.filename) if block.filename else own


def _was_renamed(document: OmeDocument, own: str, named: list[str], missing: list[str]) -> bool:
    """A single file that names itself by an earlier name: its identifier tells, or that the old name is gone.

    The identifier counts more: a file of the old name may be there and be another one.
    """
    if own in named or len(named) != 1:
        return False
    uuids = {block.uuid for image in document.images for block in image.blocks}
    return uuids == {document.uuid} if document.uuid and any(uuids) else named == missing


def plane_map(set_: ImageSet, image: OmeImage) -> PlaneMap:
    """Where the planes of an image are."""
    metadata = image.metadata
    empty = PlaneMap(metadata, [])
    total = len(metadata.channels) * metadata.size_z * metadata.size_t
    blocks = image.blocks or (TiffBlock(ifd=image.first_plane, count=total),)
    runs = [_run(block, empty, total, set_) for block in blocks]
    return PlaneMap(metadata, runs)


def _run(block: TiffBlock, places: PlaneMap, total: int, set_: ImageSet) -> _Run:
    start = places.place(block.c, block.z, block.t)
    # Without a directory a block means all planes from the first on; with one, a single plane.
    default = total - start if block.ifd is None else 1
    count = min(max(block.count if block.count is not None else default, 0), total - start)
    path = paths.beside(set_.main, block.filename) if block.filename and not set_.renamed else set_.main
    return _Run(start, count, PlaneSource(path, max(block.ifd or 0, 0)))
