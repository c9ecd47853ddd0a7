"""PURE: the ordered table of readers. They are named by module path and loaded here, when first needed."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from archive.imaging import paths
from archive.imaging.errors import Unreadable
from archive.imaging.readers.base import Reader
from archive.imaging.sniff import IMAGE_SUFFIXES, LATER, PACKED, Kind, sniff

# Slug -> module. What decides between them is in `sniff`: content, in the order OME, vendor, plain.
READERS: dict[str, str] = {
    "ome_zarr": "archive.imaging.readers.ome_zarr",
    "ome_tiff": "archive.imaging.readers.ome_tiff",
    "slides": "archive.imaging.readers.slides",
    "tiff": "archive.imaging.readers.tiff",
    "flat": "archive.imaging.readers.flat",
    "jp2": "archive.imaging.readers.jp2",
    "czi": "archive.imaging.readers.czi",
    "nd2": "archive.imaging.readers.nd2",
    "lif": "archive.imaging.readers.lif",
    "mrc": "archive.imaging.readers.mrc",
    "dicom": "archive.imaging.readers.dicom",
    "file_series": "archive.imaging.readers.file_series",
}


@dataclass(frozen=True)
class Identified:
    """What a file is, and why it is only kept when no reader opens it (code and sentence, "" otherwise)."""

    kind: Kind
    code: str = ""
    sentence: str = ""


def identify(path: Path) -> Identified:
    """What a file or folder is, from its first bytes; raises Unreadable for one that is empty or cannot be opened."""
    try:
        kind = sniff(path)
    except FileNotFoundError as problem:
        raise Unreadable("missing-file", "The file is not there. Upload it again.") from problem
    except OSError as problem:
        raise Unreadable(
            "cannot-open", f"The file cannot be opened ({problem.strerror}). Upload it again."
        ) from problem
    if kind.reader:
        return Identified(kind)
    if kind.format in LATER:
        sentence = f"This is {kind.label}, which the portal does not read yet. It is archived as it is."
        return Identified(kind, "format-not-read-yet", f"{sentence} Add an OME-TIFF or OME-Zarr copy to have it shown.")
    if path.suffix.lower() in IMAGE_SUFFIXES and path.is_file():
        sentence = f"The name ends in {path.suffix}, but the content is {kind.label}."
        return Identified(kind, "damaged-or-misnamed", f"{sentence} If it should be an image, upload it again.")
    if kind.format in PACKED:
        sentence = f"This is a {kind.label} archive, which the portal keeps as it is and does not unpack."
        return Identified(kind, "packed", f"{sentence} Upload the files inside it to have them shown.")
    what = "a folder" if path.is_dir() else kind.label
    return Identified(kind, "not-an-image", f"This is {what}, not an image. It is archived as it is.")


def load(slug: str) -> Reader:
    """The reader of a slug."""
    return cast(Reader, import_module(READERS[slug]))


def open_reader(root: Path, path: str) -> Reader:
    """The reader of a file, for `levels` and `read_plane`; raises Unreadable when none reads it."""
    identified = identify(paths.located(root, path))
    if not identified.kind.reader:
        raise Unreadable(identified.code, identified.sentence)
    return load(identified.kind.reader)
