"""PURE: tells from a file's first bytes what it is. Reads a few kilobytes, imports no reader, trusts no extension."""

import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from archive.imaging import tiff_chain
from archive.imaging.errors import Unreadable

_HEAD = 4096
GZIP = b"\x1f\x8b"
# NumPy's names of the modes of MRC that are numbers.
MRC_MODES = {0: "i1", 1: "i2", 2: "f4", 4: "c8", 6: "u2", 12: "f2"}
_OME_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?OME[\s>]")
_ZARR_FILES = ("zarr.json", ".zgroup", ".zattrs", ".zarray")


@dataclass(frozen=True)
class Kind:
    """`reader` is a reader's slug, or "" when none reads it; `format` is a slug, `label` what people call it."""

    reader: str
    format: str
    label: str


OME_TIFF = Kind("ome_tiff", "ome-tiff", "OME-TIFF")
COMPANION = Kind("ome_tiff", "ome-xml", "OME-XML")
OME_ZARR = Kind("ome_zarr", "ome-zarr", "OME-Zarr")
TIFF = Kind("tiff", "tiff", "TIFF")
MRC = Kind("mrc", "mrc", "MRC/CCP4")
LIF = Kind("lif", "lif", "Leica LIF")
ND2 = Kind("nd2", "nd2", "Nikon ND2")
# The list by which files that only their names join are read as one; the portal writes it, nobody deposits it.
FILE_SERIES = Kind("file_series", "file-series", "file series")
SERIES_HEAD = b'{"image-series": 1,'
OTHER = Kind("", "other", "a file of another kind")

# Signatures at a fixed place. The kinds without a reader are archived, and named to the depositor.
_SIGNATURES: tuple[tuple[int, bytes, Kind], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", Kind("flat", "png", "PNG")),
    (0, b"\xff\xd8\xff", Kind("flat", "jpeg", "JPEG")),
    (0, b"GIF87a", Kind("flat", "gif", "GIF")),
    (0, b"GIF89a", Kind("flat", "gif", "GIF")),
    (8, b"WEBP", Kind("flat", "webp", "WebP")),
    (0, b"ZISRAWFILE", Kind("czi", "czi", "Zeiss CZI")),
    (0, b"\xda\xce\xbe\x0a", ND2),
    (0, b"\x70\x00\x00\x00", LIF),
    (128, b"DICM", Kind("dicom", "dicom", "DICOM")),
    (208, b"MAP ", MRC),
    (208, b"MAP\0", MRC),
    (0, b"\x00\x00\x00\x0cjP  ", Kind("jp2", "jp2", "JPEG 2000")),
    (0, b"\xff\x4f\xff\x51", Kind("jp2", "jp2", "JPEG 2000")),
    (0, b"\x89HDF\r\n\x1a\n", Kind("", "hdf5", "HDF5")),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind("", "ole", "OLE2 (as Olympus OIB or Zeiss ZVI)")),
    (0, b"BM", Kind("", "bmp", "BMP")),
    (0, GZIP, Kind("", "gzip", "GZIP")),
    (0, b"%PDF-", Kind("", "pdf", "PDF")),
    (0, b"PK\x03\x04", Kind("", "zip", "ZIP")),
    (0, b"PK\x05\x06", Kind("", "zip", "ZIP")),
)
# Formats of images that no reader opens yet; all others are not images to us.
LATER = frozenset({"hdf5", "ole", "bmp"})
# Names that promise an image: other content under them means damage or a mistake.
IMAGE_SUFFIXES = frozenset(
    {
        ".tif", ".tiff", ".btf", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".svs", ".ndpi", ".lsm", ".stk", ".czi",
        ".nd2", ".lif", ".mrc", ".dcm", ".jp2", ".j2k",
    }
)  # fmt: skip
PACKED = frozenset({"zip", "gzip"})


def labels(formats: frozenset[str]) -> tuple[str, ...]:
    """What people call these formats, for the help."""
    return tuple(dict.fromkeys(kind.label for _, _, kind in _SIGNATURES if kind.format in formats))


def sniff(path: Path) -> Kind:
    """What a file or folder is. Raises Unreadable for an empty file, OSError for one that cannot be opened."""
    if path.is_dir():
        return OME_ZARR if is_zarr(path) else OTHER
    with path.open("rb") as handle:
        head = handle.read(_HEAD)
    if not head:
        raise Unreadable("empty", "The file is empty. Upload it again, or leave it out.")
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return _tiff_kind(path)
    if head.startswith(SERIES_HEAD):
        return FILE_SERIES
    if head[:4] == b"PK\x03\x04" and zarr_prefix(path) is not None:
        return OME_ZARR
    if mirax_folder(path) is not None:
        return Kind("slides", "mrxs", "MIRAX")
    if head[:2] == GZIP and _unpacked(head)[208:211] == b"MAP":
        return MRC
    for offset, magic, kind in _SIGNATURES:
        if head[offset : offset + len(magic)] == magic and _confirmed(kind, head):
            # Before 2008 Nikon wrote JPEG 2000 under its own name; the rest of the file tells one from the other.
            return ND2 if kind.format == "jp2" and path.suffix.lower() == ".nd2" else kind
    if _is_old_mrc(head, path):
        return MRC
    return COMPANION if _looks_like_ome(head) else OTHER


def _confirmed(kind: Kind, head: bytes) -> bool:
    """For signatures so short that other files have them too: the byte or word that must stand elsewhere."""
    at, word = {"webp": (0, b"RIFF"), "lif": (8, b"\x2a")}.get(kind.format, (0, b""))
    return head[at : at + len(word)] == word


def _unpacked(head: bytes) -> bytes:
    """The first bytes of what gzip packed, as far as the head of the file tells."""
    try:
        return zlib.decompressobj(31).decompress(head, 1024)
    except zlib.error:
        return b""


def _is_old_mrc(head: bytes, path: Path) -> bool:
    """An MRC of before its signature: sizes and mode that explain the length of the file to the byte."""
    if len(head) < 1024:
        return False
    for order in "<>":
        nx, ny, nz, mode = struct.unpack_from(f"{order}4i", head)
        (extra,) = struct.unpack_from(f"{order}i", head, 92)
        if min(nx, ny, nz) > 0 and extra >= 0 and mode in MRC_MODES:
            size = nx * ny * nz * int(MRC_MODES[mode][1:])
            if path.stat().st_size == 1024 + extra + size:
                return True
    return False


def is_zarr(path: Path) -> bool:
    """A folder that is a Zarr group or array: one thing to the archive, whatever is inside."""
    return path.is_dir() and any((path / name).is_file() for name in _ZARR_FILES)


def _looks_like_ome(head: bytes) -> bool:
    """A document whose root is OME: in UTF-8 or UTF-16, after a declaration and comments of any origin."""
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return text.startswith(b"<") and _OME_ROOT.search(text) is not None


def _tiff_kind(path: Path) -> Kind:
    first = tiff_chain.first_directory(path)
    if _looks_like_ome(first.description.strip()):
        return OME_TIFF
    for matches, kind in (
        (tiff_chain.NDPI_FORMAT in first.tags, Kind("slides", "ndpi", "NDPI")),
        (first.description.startswith(b"Aperio"), Kind("slides", "svs", "SVS")),
        (b"leica-microsystems.com/scn" in first.description, Kind("slides", "scn", "Leica SCN")),
        (b"<iScan" in first.xmp, Kind("slides", "bif", "Ventana BIF")),
        (first.software.startswith(b"MedScan"), Kind("slides", "trestle", "Trestle TIFF")),
        (first.software.startswith(b"Philips"), Kind("slides", "philips-tiff", "Philips TIFF")),
        (tiff_chain.UIC_1 in first.tags, Kind("tiff", "stk", "MetaMorph STK")),
        (tiff_chain.CZ_LSM in first.tags, Kind("tiff", "lsm", "Zeiss LSM")),
        (first.description.startswith(b"ImageJ="), Kind("tiff", "imagej-tiff", "ImageJ TIFF")),
    ):
        if matches:
            return kind
    return TIFF


def mirax_folder(path: Path) -> Path | None:
    """The folder of a MIRAX slide; its main file is only a small JPEG, so that the name decides here."""
    folder = path.with_suffix("")
    found = path.suffix.lower() == ".mrxs" and (folder / "Slidedat.ini").is_file()
    return folder if found else None


def zarr_prefix(path: Path) -> str | None:
    """The folder inside a ZIP that holds the shallowest Zarr group ("" for its top), None if there is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if name.rsplit("/", 1)[-1] in _ZARR_FILES]
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError):
        return None
    if not names:
        return None
    shallowest = min(names, key=lambda name: (name.count("/"), name))
    return shallowest.rpartition("/")[0]
