"""PURE: regions of interest that an OME-XML document draws on its images, of every schema since 2010."""

import base64
import binascii
import bz2
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice

import numpy as np
from lxml.etree import _Element as Element
from PIL import Image as Picture

from archive.imaging.errors import Unreadable
from archive.imaging.model import Rendered
from archive.imaging.ome_xml import parse_root
from archive.imaging.shapes import Points, Regions, Shape, ShapeKind
from archive.imaging.units import number

# Shapes of one answer, and points of them together: what a browser draws without a pause.
MOST_SHAPES = 2_000
MOST_POINTS = 200_000
MOST_TEXT = 300
# Shapes that are looked at in all.
MOST_READ = 100_000
# Bytes of a mask, unpacked and before: 16,384 pixels square, one bit each.
MOST_MASK = 32 << 20

# A number does not begin within another one: else a long word of digits would be read anew from each of them.
_PAIR = re.compile(r"((?:-|(?<![\d.]))[\d.]+(?:[eE][-+]?\d+)?)\s*,\s*(-?[\d.]+(?:[eE][-+]?\d+)?)")
_INDEX = re.compile(r"\d{1,7}")


def regions(xml: str, series: int, *, z: int | None = None, t: int | None = None) -> Regions:
    """The shapes of an image that lie on a plane, or all; raises Unreadable."""
    found: list[Shape] = []
    total = points = 0
    for mark in _marks(xml, series):
        if not (_lies_on(_index(mark.element, "TheZ"), z) and _lies_on(_index(mark.element, "TheT"), t)):
            continue
        total += 1
        points += len(mark.points)
        if total <= MOST_SHAPES and points <= MOST_POINTS:
            found.append(_shape(mark))
    return Regions(tuple(found), total)


def _lies_on(own: int | None, asked: int | None) -> bool:
    return own is None or asked is None or own == asked


def mask(xml: str, series: int, wanted: int) -> Rendered:
    """One mask as a PNG in its colour, transparent where it is not; raises Unreadable."""
    for mark in _marks(xml, series):
        if mark.number == wanted and mark.kind is ShapeKind.MASK:
            return _drawn(_shape(mark), _bits(mark.body, *(round(side) for side in mark.points[1])))
    raise Unreadable("no-such-mask", "The image has no mask of that number. Ask for its regions.")


def _drawn(shape: Shape, inside: np.ndarray) -> Rendered:
    colour = shape.fill or shape.stroke or "FFD400"
    out = io.BytesIO()
    # Two colours, of which the first shows nothing: the largest mask takes a byte a pixel, not four.
    picture = Picture.fromarray(inside.view(np.uint8), "P")
    picture.putpalette([0, 0, 0, *bytes.fromhex(colour)])
    picture.save(out, "PNG", compress_level=3, transparency=0, bits=1)
    return Rendered(out.getvalue(), inside.shape[1], inside.shape[0], kind="png")


def _bits(element: Element, width: int, height: int) -> np.ndarray:
    """(height, width) of bool. Masks hold a bit for each pixel, the highest first; some writers give a byte."""
    if not 0 < width * height <= MOST_MASK * 8:
        raise Unreadable("mask-too-large", "The mask is too large to be drawn. Deposit it as a label image.")
    data = _bytes(_child(element, "BinData"))
    pixels = width * height
    if len(data) >= pixels:
        values = np.frombuffer(data, np.uint8, pixels) > 0
    elif len(data) >= -(-pixels // 8):
        values = np.unpackbits(np.frombuffer(data, np.uint8), count=pixels).view(bool)
    else:
        raise Unreadable("mask-broken", "The mask holds fewer pixels than its size says. Export it again.")
    return values.reshape(height, width)


def _bytes(element: Element | None) -> bytes:
    packed = ((element.text or "") if element is not None else "").strip()
    method = (element.get("Compression") or "none").lower() if element is not None else "none"
    if not packed or len(packed) > MOST_MASK * 2:
        raise Unreadable("mask-broken", "The mask is empty, or too large to be drawn. Export it again.")
    try:
        data = base64.b64decode("".join(packed.split()), validate=True)
        if method == "zlib":
            return zlib.decompressobj().decompress(data, MOST_MASK)
        return bz2.BZ2Decompressor().decompress(data, MOST_MASK) if method == "bzip2" else data
    except (binascii.Error, zlib.error, OSError, ValueError) as error:
        raise Unreadable("mask-broken", "The pixels of the mask cannot be unpacked. Export it again.") from error


# --- the document


@dataclass(frozen=True, slots=True)
class _Mark:
    """A shape as far as it is read to be counted: its attributes are in `element`, its geometry in `body`."""

    number: int
    region: str
    kind: ShapeKind
    points: Points
    element: Element
    body: Element


def _marks(xml: str, series: int) -> Iterator[_Mark]:
    """The shapes of one image in the document's order."""
    root = parse_root(xml.encode()) if xml else None
    images = list(_children(root, "Image"))
    if root is None or not 0 <= series < len(images):
        return
    image = images[series]
    wanted = {reference.get("ID") for reference in _children(image, "ROIRef")}
    known = [*_children(image, "ROI"), *_children(root, "ROI")]
    # A document of one image need not say whose regions they are.
    is_alone = len(images) == 1 and not wanted
    mine = [roi for roi in known if is_alone or roi.get("ID") in wanted or roi.getparent() is image]
    numbers = count()
    every = (mark for roi in mine for mark in _of_region(roi, numbers))
    yield from islice(every, MOST_READ)


def _of_region(roi: Element, numbers: Iterator[int]) -> Iterator[_Mark]:
    """What is no shape, or lacks a coordinate, is left out."""
    name = _clipped(roi.get("Name") or roi.get("ID") or "")
    for union in _children(roi, "Union"):
        for element in union:
            # Up to 2011 the geometry lay inside a Shape, which held the attributes.
            body = next(_children(element, *_READERS), None) if _name(element) == "Shape" else element
            reader = None if body is None else _READERS.get(_name(body))
            if reader is None or body is None:
                continue
            kind, points = reader(body)
            if points:
                yield _Mark(next(numbers), name, kind, points, element, body)


def _shape(mark: _Mark) -> Shape:
    element = mark.element
    fill, opacity = _colour(element, "FillColor", "Fill")
    return Shape(
        number=mark.number,
        region=mark.region,
        kind=mark.kind,
        points=mark.points,
        text=_words(element, mark.body),
        stroke=_colour(element, "StrokeColor", "Stroke")[0],
        fill=fill,
        fill_opacity=opacity,
        width=_width(element),
        z=_index(element, "TheZ"),
        t=_index(element, "TheT"),
        c=_index(element, "TheC"),
        transform=_transform(element),
    )


def _words(element: Element, body: Element) -> str:
    value = _child(body, "Value")
    return _clipped(element.get("Text") or element.get("Label") or (value.text if value is not None else "") or "")


def _clipped(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= MOST_TEXT else plain[: MOST_TEXT - 1] + "…"


def _width(element: Element) -> float | None:
    """In screen pixels; lengths in µm or points say little about what was meant and are as good as none."""
    width = number(element.get("StrokeWidth"))
    is_pixels = element.get("StrokeWidthUnit") in (None, "pixel")
    return width if width is not None and is_pixels and 0 < width <= 50 else None


def _index(element: Element, name: str) -> int | None:
    text = element.get(name) or ""
    return int(text) if _INDEX.fullmatch(text) else None


def _colour(element: Element, *names: str) -> tuple[str, float]:
    """RRGGBB and opacity of OME's signed RGBA; ("", 0) where none is stated or nothing of it shows."""
    value = next((found for name in names if (found := number(element.get(name))) is not None), None)
    if value is None or abs(value) >= 2**33:
        return "", 0.0
    digits = f"{int(value) & 0xFFFFFFFF:08X}"
    opacity = int(digits[6:], 16) / 255
    return (digits[:6], opacity) if opacity else ("", 0.0)


def _transform(element: Element) -> tuple[float, float, float, float, float, float] | None:
    found = _child(element, "Transform")
    if found is None:
        return None
    values = [number(found.get(name)) for name in ("A00", "A10", "A01", "A11", "A02", "A12")]
    if any(value is None for value in values):
        return None
    a, b, c, d, e, f = (value or 0.0 for value in values)
    return a, b, c, d, e, f


# --- geometry


def _numbers(element: Element, *names: str) -> list[float] | None:
    """None if one of them is missing or no number."""
    values = [number(element.get(name)) for name in names]
    return None if any(value is None for value in values) else [value or 0.0 for value in values]


def _pairs(element: Element, *names: str) -> Points:
    values = _numbers(element, *names)
    return () if values is None else tuple(zip(values[::2], values[1::2], strict=True))


def _vertices(element: Element) -> Points:
    """`Points` of every schema; the oldest put them in a word with brackets, of which the first list is meant."""
    text = (element.get("Points") or "").partition("]")[0]
    return tuple((float(x), float(y)) for x, y in islice(_PAIR.findall(text), MOST_POINTS) if _is_number(x, y))


def _is_number(*texts: str) -> bool:
    return all(number(text) is not None for text in texts)


def _line(element: Element) -> Points:
    return _pairs(element, "X1", "Y1", "X2", "Y2")


def _ellipse(element: Element) -> Points:
    return _pairs(element, "X", "Y", "RadiusX", "RadiusY") or _pairs(element, "CX", "CY", "RX", "RY")


def _place(element: Element) -> Points:
    return _pairs(element, "X", "Y") or _pairs(element, "CX", "CY")


def _box(element: Element) -> Points:
    points = _pairs(element, "X", "Y", "Width", "Height")
    return points if points and min(points[1]) > 0 else ()


def _polyline(element: Element) -> tuple[ShapeKind, Points]:
    is_closed = (element.get("Closed") or "").lower() == "true"
    return ShapeKind.POLYGON if is_closed else ShapeKind.POLYLINE, _vertices(element)


# How a shape's element tells its kind and points. What is called Path is not drawn: its grammar is nowhere defined.
_READERS: dict[str, Callable[[Element], tuple[ShapeKind, Points]]] = {
    "Point": lambda element: (ShapeKind.POINT, _place(element)),
    "Label": lambda element: (ShapeKind.LABEL, _place(element)),
    "Text": lambda element: (ShapeKind.LABEL, _place(element)),
    "Line": lambda element: (ShapeKind.LINE, _line(element)),
    "Rectangle": lambda element: (ShapeKind.RECTANGLE, _box(element)),
    "Ellipse": lambda element: (ShapeKind.ELLIPSE, _ellipse(element)),
    "Circle": lambda element: (ShapeKind.ELLIPSE, _pairs(element, "CX", "CY", "R", "R")),
    "Polygon": lambda element: (ShapeKind.POLYGON, _vertices(element)),
    "Polyline": _polyline,
    "Mask": lambda element: (ShapeKind.MASK, _box(element)),
}


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: Element | None, *names: str) -> Iterator[Element]:
    return (child for child in (element if element is not None else ()) if _name(child) in names)


def _child(element: Element | None, *names: str) -> Element | None:
    return next(_children(element, *names), None)
