"""Regions of interest of OME-XML: every kind of shape, of old and new schemas, and of documents that mean harm."""

import base64
import io
import time
import zlib

import numpy as np
import pytest
from PIL import Image as Picture

from archive.imaging import regions
from archive.imaging.errors import Unreadable
from archive.imaging.shapes import ShapeKind

NEW = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
OLD = "http://www.openmicroscopy.org/Schemas/OME/2010-06"
PIXELS = '<Pixels ID="P" DimensionOrder="XYZCT" Type="uint8" SizeX="9" SizeY="9" SizeZ="3" SizeC="1" SizeT="2"/>'


def document(*shapes: str, references: str = '<ROIRef ID="ROI:0"/>', namespace: str = NEW, more: str = "") -> str:
    region = f'<ROI ID="ROI:0" Name="cell"><Union>{"".join(shapes)}</Union></ROI>'
    return f'<OME xmlns="{namespace}"><Image ID="I">{PIXELS}{references}</Image>{more}{region}</OME>'


def only(shape: str, **more: str):
    [found] = regions.regions(document(shape, **more), 0).shapes
    return found


@pytest.mark.parametrize(
    ("element", "kind", "points"),
    [
        ('<Point X="1" Y="2"/>', ShapeKind.POINT, ((1, 2),)),
        ('<Label X="1" Y="2" Text="nucleus"/>', ShapeKind.LABEL, ((1, 2),)),
        ('<Line X1="1" Y1="2" X2="3" Y2="4"/>', ShapeKind.LINE, ((1, 2), (3, 4))),
        ('<Rectangle X="1" Y="2" Width="3" Height="4"/>', ShapeKind.RECTANGLE, ((1, 2), (3, 4))),
        ('<Ellipse X="5" Y="6" RadiusX="3" RadiusY="4"/>', ShapeKind.ELLIPSE, ((5, 6), (3, 4))),
        ('<Polygon Points="1,2 3,4 5,6.5"/>', ShapeKind.POLYGON, ((1, 2), (3, 4), (5, 6.5))),
        ('<Polyline Points="-1,2 3e1,4"/>', ShapeKind.POLYLINE, ((-1, 2), (30, 4))),
        ('<Mask X="1" Y="2" Width="3" Height="4"/>', ShapeKind.MASK, ((1, 2), (3, 4))),
    ],
    ids=lambda value: value.value if isinstance(value, ShapeKind) else "",
)
def test_every_kind_of_shape_is_read(element, kind, points):
    found = only(element)
    assert (found.kind, found.points, found.region) == (kind, points, "cell")


@pytest.mark.parametrize(
    ("inside", "kind", "points"),
    [
        ('<Ellipse CX="5" CY="6" RX="3" RY="4"/>', ShapeKind.ELLIPSE, ((5, 6), (3, 4))),
        ('<Polyline Closed="true" Points="1,1 2,2 3,1"/>', ShapeKind.POLYGON, ((1, 1), (2, 2), (3, 1))),
        ('<Polygon Points="points[1,1 2,2] points1[9,9]"/>', ShapeKind.POLYGON, ((1, 1), (2, 2))),
        ('<Text X="1" Y="2"><Value>Hello</Value></Text>', ShapeKind.LABEL, ((1, 2),)),
    ],
    ids=["ellipse", "closed line", "bracketed points", "text"],
)
def test_shapes_of_older_schemas_are_read(inside, kind, points):
    found = only(f'<Shape ID="S" TheZ="1">{inside}</Shape>', namespace=OLD)
    assert (found.kind, found.points, found.z) == (kind, points, 1)


def test_colours_words_planes_and_transforms_are_kept():
    found = only(
        '<Rectangle X="1" Y="2" Width="3" Height="4" TheZ="2" TheT="1" TheC="0" StrokeColor="-16776961" '
        'FillColor="16711808" StrokeWidth="3" Text=" two  words "><Transform A00="1" A10="0" A01="0" A11="1" A02="5" '
        'A12="6"/></Rectangle>'
    )
    assert (found.stroke, found.fill, round(found.fill_opacity, 2)) == ("FF0000", "00FF00", 0.5)
    assert (found.z, found.t, found.c, found.width, found.text) == (2, 1, 0, 3, "two words")
    assert found.transform == (1, 0, 0, 1, 5, 6)


def test_a_plane_shows_its_own_shapes_and_those_of_all():
    xml = document('<Point X="1" Y="1" TheZ="1"/>', '<Point X="2" Y="2" TheZ="2"/>', '<Point X="3" Y="3"/>')
    assert [shape.number for shape in regions.regions(xml, 0, z=2, t=0).shapes] == [1, 2]
    assert regions.regions(xml, 0).total == 3


def test_an_image_shows_only_the_regions_that_it_refers_to():
    other = f'<Image ID="J">{PIXELS}</Image>'
    xml = document('<Point X="1" Y="1"/>', more=other)
    assert regions.regions(xml, 0).total == 1
    assert regions.regions(xml, 1).total == 0
    assert regions.regions(document('<Point X="1" Y="1"/>', references=""), 0).total == 1


def test_more_shapes_than_a_browser_draws_are_counted_and_not_given():
    found = regions.regions(document('<Point X="1" Y="1"/>' * (regions.MOST_SHAPES + 7)), 0)
    assert (len(found.shapes), found.total) == (regions.MOST_SHAPES, regions.MOST_SHAPES + 7)


@pytest.mark.parametrize(
    "element",
    [
        '<Point X="nan" Y="1"/>',
        '<Point X="1"/>',
        '<Polygon Points=""/>',
        '<Rectangle X="1" Y="1" Width="0" Height="2"/>',
        "<Sphere/>",
        '<Polygon Points="1,2 1e999,3"/>',
    ],
    ids=["no number", "no y", "no points", "no width", "unknown", "infinite"],
)
def test_what_has_no_place_is_left_out(element):
    assert all(np.isfinite(shape.points).all() for shape in regions.regions(document(element), 0).shapes)


def test_a_long_word_of_digits_is_read_once():
    started = time.process_time()
    assert regions.regions(document(f'<Polygon Points="{"1" * 200_000}"/>'), 0).total == 0
    assert only(f'<Polygon Points="{"1" * 9}.5,2 -3,-4"/>').points == ((111111111.5, 2), (-3, -4))
    assert time.process_time() - started < 2


def test_shapes_beyond_those_that_are_drawn_are_only_counted(monkeypatch):
    words = []
    monkeypatch.setattr(regions, "_words", lambda element, body: words.append(element) or "")
    shapes = [f'<Point X="{at}" Y="1" TheZ="{at % 2}"/>' for at in range(5_000)]
    found = regions.regions(document(*shapes), 0, z=1)
    assert (found.total, len(found.shapes), found.shapes[0].number) == (2_500, 2_000, 1)
    assert len(words) == 2_000


def test_without_ome_xml_there_are_no_regions():
    assert regions.regions("", 0).total == 0
    assert regions.regions(document(), 7).total == 0


def test_entities_are_refused():
    with pytest.raises(Unreadable):
        regions.regions('<!DOCTYPE OME [<!ENTITY a "b">]><OME>&a;</OME>', 0)


# --- masks


def mask_of(inside: np.ndarray, *, packed: bool = True, colour: str = "") -> str:
    data = np.packbits(inside.ravel()).tobytes() if packed else inside.astype(np.uint8).tobytes()
    text = base64.b64encode(zlib.compress(data)).decode()
    height, width = inside.shape
    return (
        f'<Mask X="1" Y="1" Width="{width}" Height="{height}" {colour}>'
        f'<BinData Compression="zlib" BigEndian="false" Length="{len(text)}">{text}</BinData></Mask>'
    )


def drawn(xml: str, number: int = 0) -> np.ndarray:
    return np.asarray(Picture.open(io.BytesIO(regions.mask(xml, 0, number).data)).convert("RGBA"))


@pytest.mark.parametrize("packed", [True, False], ids=["bits", "bytes"])
def test_a_mask_is_drawn_where_it_is_and_transparent_elsewhere(packed):
    inside = np.random.default_rng(3).random((5, 7)) > 0.5
    pixels = drawn(document(mask_of(inside, packed=packed, colour='FillColor="16711935"')))
    assert np.array_equal(pixels[..., 3] > 0, inside)
    assert (pixels[inside] == (0, 255, 0, 255)).all()


def test_the_largest_mask_needs_no_more_than_a_byte_a_pixel():
    picture = Picture.open(io.BytesIO(regions.mask(document(mask_of(np.eye(9) > 0)), 0, 0).data))
    assert (picture.mode, picture.info["transparency"]) == ("P", 0)


@pytest.mark.parametrize(
    "xml",
    [
        document('<Mask X="1" Y="1" Width="40" Height="40"><BinData>AAAA</BinData></Mask>'),
        document('<Mask X="1" Y="1" Width="4" Height="4"><BinData>not base 64!</BinData></Mask>'),
        document('<Mask X="1" Y="1" Width="4" Height="4"><BinData Compression="zlib">AAAA</BinData></Mask>'),
        document('<Mask X="1" Y="1" Width="1e9" Height="1e9"><BinData>AAAA</BinData></Mask>'),
        document('<Mask X="1" Y="1" Width="4" Height="4"/>'),
        document('<Point X="1" Y="1"/>'),
    ],
    ids=["too short", "no base 64", "no zlib", "huge", "empty", "no mask"],
)
def test_a_broken_mask_is_refused_with_a_sentence(xml):
    with pytest.raises(Unreadable) as refused:
        regions.mask(xml, 0, 0)
    assert refused.value.sentence.endswith(".")
