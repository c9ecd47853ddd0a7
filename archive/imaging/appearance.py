"""What stored numbers look like where they are neither light nor red, green, blue: palettes and printers' inks.

The readers give what is stored, for science; pictures are for eyes.
"""

from collections.abc import Callable

import numpy as np
import tifffile
from PIL import Image

from archive.imaging.readers import handles
from archive.imaging.readers.edge import reading
from archive.imaging.source import Source

Conversion = Callable[[np.ndarray], np.ndarray]


def conversion(source: Source) -> Conversion | None:
    """From a plane as stored to (height, width, 3) of uint8; None where the plane already is what is seen."""
    find = _FINDERS.get(source.image.reader)
    return find(source) if find else None


def _of_tiff(source: Source) -> Conversion | None:
    with reading("TIFF"):
        page = handles.tiff(source.path).series[source.image.series].keyframe
        colormap, photometric, kind = page.colormap, page.photometric, page.dtype
    if photometric == tifffile.PHOTOMETRIC.PALETTE and colormap is not None and source.image.size_c == 1:
        return _lookup(np.asarray(colormap).T >> 8)
    if photometric == tifffile.PHOTOMETRIC.SEPARATED and source.image.size_c == 4 and kind == np.uint8:
        return _inks
    return None


def _of_picture(source: Source) -> Conversion | None:
    if source.image.format == "jpeg":
        return _inks if source.image.size_c == 4 else None
    if source.image.format != "png" or source.image.size_c != 1:
        return None
    with reading("PNG"), Image.open(source.path) as picture:
        colors = picture.getpalette("RGB") if picture.mode == "P" else None
    return _lookup(np.asarray(colors).reshape(-1, 3)) if colors else None


def _lookup(colors: np.ndarray) -> Conversion | None:
    """Indices beyond the palette take its last colour. A palette of greys in order is none: contrast serves better."""
    table = colors.astype(np.uint8)
    if (table == table[:, :1]).all() and (np.diff(table[:, 0].astype(int)) >= 0).all():
        return None
    return lambda plane: table[np.clip(plane, 0, len(table) - 1)]


def _inks(plane: np.ndarray) -> np.ndarray:
    """Cyan, magenta, yellow and black, as what the paper leaves of white."""
    left = 255 - plane.astype(np.uint16)
    return (left[..., :3] * left[..., 3:4] // 255).astype(np.uint8)


_FINDERS: dict[str, Callable[[Source], Conversion | None]] = {"tiff": _of_tiff, "flat": _of_picture}
