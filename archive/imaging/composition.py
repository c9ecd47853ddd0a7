"""How planes become one picture: each channel stretched between its limits, coloured, and added up."""

import functools
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from archive.imaging import colours, contrast, lookup_tables
from archive.imaging.errors import Unreadable
from archive.imaging.model import ImageMetadata, PixelType
from archive.imaging.planes import shrunk_plane
from archive.imaging.source import Source
from archive.imaging.spec import ChannelChoice, View

# The plane of a channel as the picture needs it: cut, shrunk, projected.
Sample = Callable[[int], np.ndarray]
# Limits of a channel where a person chose none: of its index and the sample.
Measure = Callable[[int, np.ndarray], contrast.Limits]

# The longer side of the overview that automatic limits are measured on.
OVERVIEW = 1024
# Planes of one maximum projection or orthogonal slice.
MOST_PLANES = 2000
_MOST_REMEMBERED = 4096
_remembered: dict[tuple[object, ...], contrast.Limits] = {}


def compose(source: Source, view: View, sample: Sample, measure: Measure) -> np.ndarray:
    """(height, width) or (height, width, 3), float32 from 0 to 1, or uint8 as it is; raises Unreadable."""
    if source.image.rgb:
        return _rgb(source, view, sample(0), measure)
    canvas: np.ndarray | None = None
    choices = chosen(source, view)
    grey = all(choice.color == colours.WHITE for choice in choices)
    for choice in choices:
        plane = sample(choice.index)
        if plane.ndim == 3:  # a palette has coloured it
            return contrast.stretched(plane, contrast.EIGHT_BITS)
        light = contrast.stretched(plane, _limits(choice, plane, source.image, measure, alone=len(choices) == 1))
        if canvas is None:
            canvas = np.zeros((1 if grey else 3, *light.shape), dtype=np.float32)
        _add(canvas, light, choice.color)
    if canvas is None:
        raise Unreadable("no-channel", "All channels are switched off. Switch one on.")
    np.minimum(canvas, 1.0, out=canvas)
    return canvas[0] if grey else np.moveaxis(canvas, 0, -1)


def _add(canvas: np.ndarray, light: np.ndarray, color: str) -> None:
    """Light of a colour onto planes of red, green and blue, or the one of grey; most colours leave some alone."""
    if color in lookup_tables.BY_NAME:
        shades = (light * np.float32(255) + np.float32(0.5)).astype(np.uint8)
        for plane, part in zip(canvas, _shades(color), strict=True):
            plane += part[shades]
        return
    for plane, part in zip(canvas, colours.components(color), strict=False):
        if part == 1.0:
            plane += light
        elif part:
            plane += light * np.float32(part)


@functools.cache
def _shades(table: str) -> np.ndarray:
    """(3, 256), from 0 to 1: red, green and blue of each shade between the limits."""
    stops = [colours.components(color) for color in lookup_tables.BY_NAME[table].stops]
    places = np.linspace(0, 255, len(stops))
    return np.stack([np.interp(np.arange(256), places, part) for part in zip(*stops, strict=True)]).astype(np.float32)


def chosen(source: Source, view: View) -> list[ChannelChoice]:
    """The channels that are on, each with its colour."""
    count = source.planes
    own = colours.channel_colours(source.image, count)
    wanted = view.channels or [ChannelChoice(at) for at in colours.drawn_channels(source.image, count)]
    shown = [choice for choice in wanted if choice.on]
    for choice in shown:
        if not 0 <= choice.index < count:
            raise Unreadable("no-such-plane", f"The image has {count} channels; ask for 0 to {count - 1}.")
    return [replace(choice, color=_color_of(choice) or own[choice.index]) for choice in shown]


def _color_of(choice: ChannelChoice) -> str:
    return choice.color if choice.color in lookup_tables.BY_NAME else colours.stated(choice.color)


def position(axis: str, asked: int | None, size: int) -> int:
    """The index that is asked for, the middle by default; raises Unreadable beyond the image."""
    if asked is None:
        return size // 2
    if not 0 <= asked < size:
        raise Unreadable("no-such-plane", f"The image has {size} planes in {axis.upper()}; ask for 0 to {size - 1}.")
    return asked


def depth(z: int, z_last: int | None, size: int) -> range:
    """The sections of a projection from `z` to `z_last`, in either order, or `z` alone; raises Unreadable."""
    last = z if z_last is None else position("z", z_last, size)
    return range(min(z, last), min(z, last) + counted(abs(last - z) + 1))


def counted(planes: int) -> int:
    if planes > MOST_PLANES:
        raise Unreadable("too-many-planes", f"More than {MOST_PLANES} planes are too many at once. Ask for fewer.")
    return planes


def brightest(plane: Callable[[int], np.ndarray], sections: range) -> np.ndarray:
    """Each pixel as it is brightest in these sections; one of them is held at a time."""
    found = plane(sections[0])
    for z in sections[1:]:
        found = np.maximum(found, plane(z))
    return found


def measured(image: ImageMetadata, plane: np.ndarray) -> contrast.Limits:
    """What is drawn black and white, by the values themselves."""
    if plane.ndim == 3:
        return contrast.rgb_limits(plane, image)
    return (0.0, 1.0) if image.pixel_type is PixelType.BIT else contrast.measured_limits(plane)


def automatic(source: Source, c: int) -> contrast.Limits:
    """The limits of a channel by its middle plane, so that neither a tile nor a step in Z or T changes the contrast."""
    key = (*source.stamp, source.image.series, c)
    if source.stamp and key in _remembered:
        return _remembered[key]
    image = source.image
    plane = shrunk_plane(source, c=c, z=image.size_z // 2, t=image.size_t // 2, max_size=OVERVIEW)
    found = measured(image, plane)
    if source.stamp:
        if len(_remembered) >= _MOST_REMEMBERED:
            _remembered.clear()
        _remembered[key] = found
    return found


def _limits(
    choice: ChannelChoice, plane: np.ndarray, image: ImageMetadata, measure: Measure, *, alone: bool
) -> contrast.Limits:
    """What a person chose, else what is measured. Beside others, a channel of faint noise stays faint."""
    if choice.low is not None and choice.high is not None:
        return choice.low, choice.high
    low, high = measure(choice.index, plane)
    if not alone and image.pixel_type not in contrast.FRACTIONAL:
        high = contrast.calmed(low, high)
    return low if choice.low is None else choice.low, high if choice.high is None else choice.high


def _rgb(source: Source, view: View, plane: np.ndarray, measure: Measure) -> np.ndarray:
    """As is. Grey with alpha (two samples) and RGBA lose their alpha: what lies under it was recorded too."""
    choice = view.channels[0] if view.channels else ChannelChoice(0)
    if choice.low is not None and choice.high is not None:
        limits = (choice.low, choice.high)
    elif plane.ndim == 3 and plane.dtype == np.uint8:
        limits = contrast.EIGHT_BITS
    else:
        limits = measure(0, plane)
    if plane.ndim == 3:
        plane = plane[..., :3] if plane.shape[2] >= 3 else plane[..., 0]
    if plane.dtype == np.uint8 and limits == contrast.EIGHT_BITS:
        return plane
    return contrast.stretched(plane, limits)
