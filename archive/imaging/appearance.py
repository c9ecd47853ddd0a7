"""What stored numbers look like where they are neither light nor red, green, blue: palettes, inks, CIE L*a*b*.

The readers give what is stored, for science; pictures are for eyes.
"""

from collections.abc import Callable

import numpy as np
import tifffile
from PIL import Image

from archive.imaging.readers import handles
from archive.imaging.readers.edge import reading
from archive.imaging.source import Source

_WHITE_D50 = np.array([0.9642, 1.0, 0.8249], dtype=np.float32)
_XYZ_TO_RGB = np.array(
    [[3.1339, -1.6169, -0.4906], [-0.9788, 1.9161, 0.0335], [0.0719, -0.2290, 1.4052]], dtype=np.float32
)

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
    if photometric == tifffile.PHOTOMETRIC.CIELAB and source.image.size_c == 3 and kind == np.uint8:
        return _lab
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


def _lab(plane: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (D50, as TIFF stores it in 8 bits) as sRGB."""
    light = (plane[..., 0].astype(np.float32) * (100 / 255) + 16) / 116
    green_red, blue_yellow = (plane[..., at].view(np.int8).astype(np.float32) for at in (1, 2))
    cubes = np.stack([light + green_red / 500, light, light - blue_yellow / 200], axis=-1)
    xyz = np.where(cubes > 6 / 29, cubes**3, (cubes - 16 / 116) * 3 * (6 / 29) ** 2) * _WHITE_D50
    linear = np.clip(xyz @ _XYZ_TO_RGB.T, 0, 1)
    gamma = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return (gamma * 255 + 0.5).astype(np.uint8)


_FINDERS: dict[str, Callable[[Source], Conversion | None]] = {"tiff": _of_tiff, "flat": _of_picture}
