"""PURE: the table of formats, for the documentation: `python -m archive.imaging.formats` writes docs/formats.md.

A test holds it against the registry and against the files that the readers were tested with.
"""

import sys
from dataclasses import dataclass
from enum import StrEnum

from archive.imaging import sniff


class Evidence(StrEnum):
    REAL = "real files, against independent readers"
    MADE = "files made for the tests; no real one at hand"
    NONE = "untested: no file at hand"


@dataclass(frozen=True)
class FormatEntry:
    """`formats` are the slugs of `ImageMetadata.format`; `optional` libraries may be missing in an installation."""

    label: str
    reader: str
    formats: tuple[str, ...]
    read: str
    library: str
    evidence: Evidence
    optional: bool = False


FORMATS: tuple[FormatEntry, ...] = (
    FormatEntry(
        "OME-TIFF", "ome_tiff", ("ome-tiff",),
        "one file or many, companion files, sub-resolutions, plates, BigTIFF", "tifffile, imagecodecs", Evidence.REAL,
    ),
    FormatEntry(
        "OME-Zarr 0.4 and 0.5", "ome_zarr", ("ome-zarr",),
        "images, labels, series (bioformats2raw), plates; as a folder or in a ZIP (.zarr.zip, .ozx), read in place",
        "zarr", Evidence.REAL,
    ),
    FormatEntry(
        "TIFF", "tiff", ("tiff",),
        "all usual pixel types and packings, BigTIFF, several pages, pyramids", "tifffile, imagecodecs", Evidence.REAL,
    ),
    FormatEntry("ImageJ TIFF", "tiff", ("imagej-tiff",), "hyperstacks with calibration", "tifffile", Evidence.REAL),
    FormatEntry("MetaMorph STK", "tiff", ("stk",), "planes, wavelengths, calibration", "tifffile", Evidence.REAL),
    FormatEntry("Zeiss LSM", "tiff", ("lsm",), "channels, Z, time, calibration", "tifffile", Evidence.NONE),
    FormatEntry(
        "Zeiss CZI", "czi", ("czi",),
        "scenes, mosaics, pyramids, Z, channels, time; uncompressed and zstd (JPEG XR, JPEG and LZW are untested)",
        "imagecodecs", Evidence.REAL,
    ),
    FormatEntry(
        "Nikon ND2", "nd2", ("nd2",), "positions, Z, channels, time, RGB", "nd2", Evidence.REAL, optional=True
    ),
    FormatEntry("Leica LIF", "lif", ("lif",), "images, mosaics, Z, channels, time, RGB", "none", Evidence.MADE),
    FormatEntry(
        "MRC/CCP4", "mrc", ("mrc",),
        ".mrc, .map, .rec, .st of all modes that are numbers, stacks of volumes, packed with gzip", "none",
        Evidence.REAL,
    ),
    FormatEntry(
        "DICOM", "dicom", ("dicom",),
        "single and several frames, whole slides with levels in files beside; unpacked, JPEG, JPEG-LS, JPEG 2000, RLE",
        "pydicom, imagecodecs", Evidence.REAL, optional=True,
    ),
    FormatEntry("SVS", "slides", ("svs",), "slide with levels, label, macro", "OpenSlide, tifffile", Evidence.REAL),
    FormatEntry("NDPI", "slides", ("ndpi",), "slide with levels, macro, map", "OpenSlide, tifffile", Evidence.REAL),
    FormatEntry(
        "MIRAX, Leica SCN, Ventana BIF, Trestle, Philips TIFF", "slides",
        ("mrxs", "scn", "bif", "trestle", "philips-tiff"), "slide with levels", "OpenSlide, tifffile", Evidence.NONE,
    ),
    FormatEntry("PNG", "flat", ("png",), "all depths, palettes as indices", "libvips, Pillow", Evidence.REAL),
    FormatEntry("JPEG", "flat", ("jpeg",), "with the date of EXIF", "libvips, Pillow", Evidence.REAL),
    FormatEntry("GIF, WebP", "flat", ("gif", "webp"), "animations as time", "Pillow", Evidence.MADE),
    FormatEntry(
        "JPEG 2000", "jp2", ("jp2",), "codestream or JP2, all depths, full resolution only", "imagecodecs",
        Evidence.MADE,
    ),
    FormatEntry(
        "Files that their names join", "file_series", (),
        "TIFF, PNG, JPEG and JPEG 2000 with Z, channel, time, well or field in the name, once the depositor said that "
        "they are one image", "none", Evidence.REAL,
    ),
)  # fmt: skip


def _library(entry: FormatEntry) -> str:
    return f"{entry.library} (optional)" if entry.optional else entry.library


def markdown() -> str:
    """docs/formats.md, whole."""
    rows = [f"| {entry.label} | {entry.read} | {_library(entry)} | {entry.evidence} |" for entry in FORMATS]
    later, packed = ", ".join(sniff.labels(sniff.LATER)), ", ".join(sniff.labels(sniff.PACKED))
    return "\n".join((
        "# Formats", "",
        "What a file is, its content decides, never its name. Every file is archived as it is; those below are also",
        "described, drawn and measured. A plane, a region or a level is read without the rest of the file, except for",
        "GIF, WebP, JPEG 2000 and packed MRC, which can only be decoded from their beginning.", "",
        "| format | what is read | library | tested with |", "|---|---|---|---|", *rows, "",
        "Optional libraries are pinned in `requirements-formats.txt`, which `make run`, `make test` and the container",
        "install. Where one is missing, its files are archived and say what the administrator installs.", "",
        f"Recognised, archived and not read yet: {later}. Archived as they are and never unpacked: {packed}.",
        "Olympus VSI and the databases of microscopes are not read: no library that the portal uses opens them.", "",
        "The tests compare sizes, types, channels, calibration and dates, and planes bit for bit, with what",
        "independent readers report (`make test-data`).", "",
    ))  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(markdown())
