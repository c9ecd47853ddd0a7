"""What is drawn on an image, as frozen values. Light: the client of the pool takes them from here.

Coordinates are pixels of the full resolution, x to the right and y down, 0 at the outer corner of the first pixel.
"""

from dataclasses import dataclass
from enum import StrEnum

Points = tuple[tuple[float, float], ...]


class ShapeKind(StrEnum):
    POINT = "point"
    LINE = "line"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    POLYGON = "polygon"
    POLYLINE = "polyline"
    MASK = "mask"
    LABEL = "label"


@dataclass(frozen=True)
class Shape:
    """`number` counts the image's shapes from 0 and names one of them; `region` is the name of what it is part of.

    `points`: of a point or label its place; of a rectangle or mask its corner, then (width, height); of an ellipse its
    centre, then its two radii; of the others their vertices. Colours are RRGGBB or "". None in `z`, `t`, `c`: on all.
    `transform` is (a, b, c, d, e, f): x' = a·x + c·y + e, y' = b·x + d·y + f.
    """

    number: int
    region: str
    kind: ShapeKind
    points: Points
    text: str = ""
    stroke: str = ""
    fill: str = ""
    fill_opacity: float = 0.0
    width: float | None = None
    z: int | None = None
    t: int | None = None
    c: int | None = None
    transform: tuple[float, float, float, float, float, float] | None = None


@dataclass(frozen=True)
class Regions:
    """The shapes that were asked for, as many as a browser draws at once; `total` is how many there are."""

    shapes: tuple[Shape, ...] = ()
    total: int = 0
