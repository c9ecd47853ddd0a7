"""What a picture shall show. Light: the client of the pool builds it without any numeric library."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ChannelChoice:
    """One channel of a picture. `color` is RRGGBB, "" for its own, `low` and `high` pixel values (None: measured)."""

    index: int
    on: bool = True
    color: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class RenderSpec:
    """`max_size` bounds the longer side in pixels. None for `z` and `t` means the middle. Where `channels` names some,
    the others are off; where it names none, all are as the image itself suggests."""

    max_size: int = 512
    z: int | None = None
    t: int | None = None
    channels: tuple[ChannelChoice, ...] = ()
