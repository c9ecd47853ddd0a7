"""Looking at images: tiles, pictures, slices and numbers. The web process decodes nothing; the sandboxed pool does.

The caller has found the image through access.py.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from archive.imaging.errors import Unreadable
from archive.imaging.model import Histogram, PixelType, Rendered
from archive.imaging.spec import ChannelChoice, RenderSpec, SectionSpec, TileSpec, View
from archive.models import Image, Rendition
from archive.selectors.viewing import is_flat
from archive.services import workspace
from archive.services.imaging import pool
from archive.states import RenditionState

Answer = TypeVar("Answer")

# For so long a process trusts that an image's files lie where it put them: a tile costs no look at its files' rows.
_TRUSTED_SECONDS = 60.0
_MOST_PLACES = 1000


@dataclass(frozen=True)
class Place:
    """Where the pool reads an image: of its own file, or of the OME-Zarr that was made of it."""

    root: Path
    path: str
    series: int
    is_rendition: bool = False


_places: dict[tuple[int, int], tuple[float, Place]] = {}


def forget_places() -> None:
    """Look at the rows again; for where a number may come to mean another image, as after a restored database."""
    _places.clear()


def tile(image: Image, spec: TileSpec) -> Rendered:
    """One tile; raises Unreadable, Overloaded, PoolUnavailable, as do all of these."""
    return _read(image, lambda at: pool().tile(*_at(at), replace(spec, view=_seen(image, at, spec.view))))


def picture(image: Image, spec: RenderSpec) -> Rendered:
    return _read(image, lambda at: pool().render(*_at(at), replace(spec, view=_seen(image, at, spec.view))))


def section(image: Image, spec: SectionSpec) -> Rendered:
    return _read(image, lambda at: pool().section(*_at(at), replace(spec, view=_seen(image, at, spec.view))))


def histograms(image: Image, *, z: int | None, t: int | None, z_last: int | None = None) -> tuple[Histogram, ...]:
    return _read(image, lambda at: pool().histograms(*_at(at), z=z, t=t, z_last=z_last))


def values(image: Image, *, x: int, y: int, z: int | None, t: int | None) -> tuple[tuple[float | None, ...], ...]:
    found = _read(image, lambda at: pool().values(*_at(at), x=x, y=y, z=z, t=t))
    # In a rendition the samples of colour are channels.
    return (tuple(value for channel in found for value in channel),) if image.rgb else found


def read_original(image: Image, ask: Callable[[Place], Answer]) -> Answer:
    """What the pool answers of the deposited file itself, whatever was made of it for drawing."""

    def asked(place: Place) -> Answer:
        return ask(_deposited(image) if place.is_rendition else place)

    return _read(image, asked)


def _at(place: Place) -> tuple[Path, str, int]:
    return place.root, place.path, place.series


def _seen(image: Image, place: Place, view: View) -> View:
    """With what was measured when the image was drawn, so that no tile measures it again."""
    limits = tuple((int(c), float(low), float(high)) for c, low, high in image.display_limits)
    if image.rgb and place.is_rendition and not view.labels:
        return replace(view, channels=_samples(image, view, limits))
    return replace(view, limits=limits)


def _samples(image: Image, view: View, limits: tuple[tuple[int, float, float], ...]) -> tuple[ChannelChoice, ...]:
    """The channels that the samples of colour are in a rendition, with the limits that all of them have in the file."""
    asked = view.channels[0] if view.channels else ChannelChoice(0)
    low, high = asked.low, asked.high
    if low is None or high is None:
        _, low, high = limits[0] if limits and image.pixel_type != PixelType.UINT8 else (0, 0.0, 255.0)
    own = ("FF0000", "00FF00", "0000FF")
    return tuple(ChannelChoice(at, color=own[at], low=low, high=high) for at in range(min(image.size_c, len(own))))


def _read(image: Image, ask: Callable[[Place], Answer]) -> Answer:
    try:
        return ask(_place(image))
    except Unreadable as error:
        if error.code != "missing-file":
            raise
    # Somebody tidied the folder; it is filled again.
    _places.pop((image.pk, image.file_id), None)
    return ask(_place(image))


def _place(image: Image) -> Place:
    key = (image.pk, image.file_id)
    # Threads share what is remembered, and any of them may clear it.
    since, place = _places.get(key, (0.0, None))
    if place is not None and time.monotonic() - since < _TRUSTED_SECONDS:
        return place
    place = _pyramid(image)
    if place is None:
        place = _deposited(image)
    if len(_places) >= _MOST_PLACES:
        _places.clear()
    _places[key] = (time.monotonic(), place)
    return place


def _deposited(image: Image) -> Place:
    root, path = workspace.prepare_image(image)
    return Place(root, path, image.series)


def _pyramid(image: Image) -> Place | None:
    """The rendition of a large image that has no smaller copies itself, where it was made."""
    if not is_flat(image):
        return None
    made = Rendition.objects.filter(image=image, state=RenditionState.MADE).first()
    return Place(*workspace.prepare_rendition(made), series=0, is_rendition=True) if made else None
