"""What a picture shall show. Light: the client of the pool builds it without any numeric library."""

from dataclasses import dataclass, field

# Side of a tile in pixels, as Deep Zoom calls them.
TILE = 256


@dataclass(frozen=True)
class ChannelChoice:
    """One channel of a picture. `color` is RRGGBB, a name in lookup_tables.py, or "" for its own; `low` and `high` are
    pixel values (None: measured)."""

    index: int
    on: bool = True
    color: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class View:
    """The planes that are looked at, and how.

    None for `z` and `t` means the middle. With `z_last`, each pixel is its brightest from `z` to there (maximum
    projection). Where `channels` names some, the others are off; where it names none, all are as the image itself
    suggests. `limits`, (channel, black, white), were measured before and stand where a choice names none. `labels`
    draws the first channel as a label image: a colour for each value, 0 transparent.
    """

    z: int | None = None
    z_last: int | None = None
    t: int | None = None
    channels: tuple[ChannelChoice, ...] = ()
    labels: bool = False
    limits: tuple[tuple[int, float, float], ...] = ()


@dataclass(frozen=True)
class RenderSpec:
    """A picture whose longer side is at most `max_size` pixels, of the whole plane or of `region` (x, y, width, height
    in pixels of the full resolution). `kind` is webp, jpeg or png; `scale_bar` in µm draws one of that length;
    `enlarge` makes of each pixel of a small image a square of as many as fit.
    """

    max_size: int = 512
    view: View = field(default_factory=View)
    region: tuple[int, int, int, int] | None = None
    kind: str = "webp"
    scale_bar: float | None = None
    enlarge: bool = False


@dataclass(frozen=True)
class TileSpec:
    """One tile of a pyramid; its pixels stand for 2^`halvings` pixels of the full resolution in each direction."""

    halvings: int
    column: int
    row: int
    view: View = field(default_factory=View)
    size: int = TILE


@dataclass(frozen=True)
class SectionSpec:
    """An orthogonal slice through a Z stack: `axis` y is the XZ plane at row `at`, x is the ZY plane at column `at`."""

    axis: str
    at: int
    view: View = field(default_factory=View)
    max_size: int = 1024
