"""PURE: what the header of a DICOM file says (by the pydicom library, optional), and which frames make a plane."""

import warnings
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_PAGES, check_sizes
from archive.imaging.readers.dicom_frames import NATIVE, Frames, Layout, locate
from archive.imaging.readers.kept import Kept
from archive.imaging.readers.optional import library

_PIXELS = (b"\xe0\x7f\x10\x00", b"\x7f\xe0\x00\x10")  # the tag of the pixels, in both byte orders
_DEFLATED = "1.2.840.10008.1.2.1.99"
_BIG_ENDIAN = "1.2.840.10008.1.2.2"


@dataclass(frozen=True)
class Header:
    """`dataset` without its pixels; a slide has a `matrix` (width, height) that its frames are the tiles of."""

    dataset: Any
    layout: Layout
    frames: Frames = field(repr=False)

    def get(self, name: str, default: Any = None) -> Any:
        found = self.dataset.get(name)
        return default if found is None or found == "" else found

    @property
    def matrix(self) -> tuple[int, int] | None:
        width, height = self.get("TotalPixelMatrixColumns"), self.get("TotalPixelMatrixRows")
        return (int(width), int(height)) if width and height else None

    @property
    def size(self) -> tuple[int, int]:
        return self.matrix or (self.layout.columns, self.layout.rows)

    @property
    def flavour(self) -> str:
        """VOLUME, LABEL, OVERVIEW or THUMBNAIL of a slide."""
        kinds = self.get("ImageType", [])
        return str(kinds[2]) if not isinstance(kinds, str) and len(kinds) > 2 else ""

    @property
    def shared(self) -> Any:
        """What holds for all frames; the dataset itself where nothing is said of frames."""
        groups = self.get("SharedFunctionalGroupsSequence")
        return groups[0] if groups else self.dataset

    @cached_property
    def paths(self) -> list[Any]:
        return list(self.get("OpticalPathSequence", []))

    @cached_property
    def tiles(self) -> dict[tuple[int, int], list[tuple[int, int, int]]]:
        """Of a slide, by (optical path, focal plane): the frame of each tile and its place (frame, x, y)."""
        if self.get("DimensionOrganizationType") == "TILED_SPARSE" or self.get("PerFrameFunctionalGroupsSequence"):
            return _placed(self)
        return _full(self)


def _full(header: Header) -> dict[tuple[int, int], list[tuple[int, int, int]]]:
    """Frames in the order that TILED_FULL defines: columns, rows, focal planes, optical paths."""
    width, height = header.size
    layout = header.layout
    count = -(-width // layout.columns) * -(-height // layout.rows)
    if count > layout.frames or layout.frames % count:
        raise Unreadable("broken", "This DICOM slide has another number of tiles than its size needs. Export it again.")
    places = [(x, y) for y in range(0, height, layout.rows) for x in range(0, width, layout.columns)]
    planes = max(1, int(header.get("TotalPixelMatrixFocalPlanes", 1)))
    found: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for number in range(layout.frames // len(places)):
        first = number * len(places)
        found[divmod(number, planes)] = [(first + at, x, y) for at, (x, y) in enumerate(places)]
    return found


def _placed(header: Header) -> dict[tuple[int, int], list[tuple[int, int, int]]]:
    """Frames at the places that each of them states; focal planes by their height."""
    identifiers = {str(path.get("OpticalPathIdentifier")): at for at, path in enumerate(header.paths)}
    stated = []
    for frame, group in enumerate(header.get("PerFrameFunctionalGroupsSequence", [])):
        place = group.PlanePositionSlideSequence[0]
        path = group.get("OpticalPathIdentificationSequence")
        channel = identifiers.get(str(path[0].OpticalPathIdentifier), 0) if path else 0
        height = float(place.get("ZOffsetInSlideCoordinateSystem") or 0)
        x, y = place.ColumnPositionInTotalImagePixelMatrix, place.RowPositionInTotalImagePixelMatrix
        stated.append((channel, height, frame, int(x) - 1, int(y) - 1))
    heights = {height: at for at, height in enumerate(sorted({item[1] for item in stated}))}
    found: dict[tuple[int, int], list[tuple[int, int, int]]] = defaultdict(list)
    for channel, height, frame, x, y in stated[: header.layout.frames]:
        found[channel, heights[height]].append((frame, x, y))
    return dict(found)


def _pydicom() -> Any:
    """The library, told to give values that break the standard as they are: those that matter become an outcome."""
    pydicom = library("pydicom", "pydicom", "DICOM")
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    pydicom.config.convert_wrong_length_to_UN = True
    return pydicom


def _dataset(pydicom: Any, handle: BinaryIO) -> Any:
    try:
        return pydicom.dcmread(handle, stop_before_pixels=True)
    except (pydicom.errors.InvalidDicomError, pydicom.errors.BytesLengthException) as problem:
        raise Unreadable("broken", "The header of this DICOM is broken. Export it again.") from problem


def _open(path: Path) -> Header:
    pydicom = _pydicom()
    with warnings.catch_warnings(), path.open("rb") as handle:
        warnings.simplefilter("ignore")
        dataset = _dataset(pydicom, handle)
        at = handle.tell()
        handle.seek(at)
        tag = handle.read(4)
        syntax = str(dataset.file_meta.get("TransferSyntaxUID", "1.2.840.10008.1.2"))
        if syntax == _DEFLATED:
            raise Unreadable("codec", "This DICOM is deflated as a whole. Export it without that compression.")
        if tag not in _PIXELS or not dataset.get("Rows"):
            what = dataset.get("Modality") or "data"
            raise Unreadable("not-an-image", f"This DICOM file holds no image ({what}). It is archived as it is.")
        layout = _layout(dataset, syntax)
    return Header(dataset, layout, locate(path, at, layout))


def _layout(dataset: Any, syntax: str) -> Layout:
    bits, samples = int(dataset.BitsAllocated), int(dataset.get("SamplesPerPixel") or 1)
    frames = int(dataset.get("NumberOfFrames") or 1)
    check_sizes(int(dataset.Columns), int(dataset.Rows), (frames,), samples)
    if bits not in (1, 8, 16, 32) or frames > MAX_PAGES:
        raise Unreadable("pixel-type", f"Pixels of {bits} bits in a DICOM cannot be shown. Export them with 16 bits.")
    photometric = str(dataset.get("PhotometricInterpretation") or "")
    if syntax in NATIVE and photometric.startswith("YBR"):
        raise Unreadable("pixel-type", f"Unpacked {photometric} pixels cannot be shown. Export the DICOM as RGB.")
    kind = "i" if dataset.get("PixelRepresentation") == 1 else "u"
    return Layout(
        rows=int(dataset.Rows), columns=int(dataset.Columns), samples=samples,
        dtype=np.dtype(f"{'>' if syntax == _BIG_ENDIAN else '<'}{kind}{max(1, bits // 8)}"), bits=bits,
        planar=dataset.get("PlanarConfiguration") == 1, syntax=syntax, photometric=photometric, frames=frames,
    )  # fmt: skip


headers = Kept(_open, lambda _: None, most=16)
