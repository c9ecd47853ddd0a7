"""What a viewer has to know of an image before its first tile."""

from dataclasses import dataclass

from archive.imaging import colours, deep_zoom
from archive.imaging.lookup_tables import TABLES, LookupTable
from archive.imaging.model import ImageMetadata
from archive.imaging.spec import TILE
from archive.imaging.view_query import MOST_CHANNELS
from archive.models import Image, Rendition
from archive.selectors.ome_xml import metadata_of
from archive.selectors.overlays import WHOLE_NUMBERS, is_named_labels
from archive.states import RenditionState

# Stored pixels of a plane above which a tile of a coarse level costs too much without smaller copies.
FLAT_PIXELS = 24 << 20


@dataclass(frozen=True)
class ViewedChannel:
    """`low` and `high` are None until they were measured."""

    index: int
    name: str
    detail: str
    color: str
    on: bool
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Viewer:
    """Lengths in µm, times in s. `coarsest` is the lowest Deep Zoom level that is drawn; below it is the picture.

    `pyramid` says why: a large flat image has none yet ("awaited"), or none could be made of it ("failed").
    """

    accession: str
    version: str
    width: int
    height: int
    sections: int
    times: int
    tile: int
    top_level: int
    coarsest: int
    pyramid: str
    rgb: bool
    pixel_type: str
    pixel_x_um: float | None
    pixel_y_um: float | None
    pixel_z_um: float | None
    time_increment_s: float | None
    magnification: float | None
    # Its values number the parts of another image, so that a colour for each value shows them.
    is_labels: bool
    channels: tuple[ViewedChannel, ...]
    lookup_tables: tuple[LookupTable, ...] = TABLES


def viewer_of(image: Image, version: str) -> Viewer:
    """`version` is the part of its addresses that lets them be cached (archive/delivery.py)."""
    said = metadata_of(image)
    pyramid = _pyramid(image)
    top = deep_zoom.top_level(image.size_x, image.size_y)
    return Viewer(
        accession=image.accession,
        version=version,
        width=image.size_x,
        height=image.size_y,
        sections=image.size_z,
        times=image.size_t,
        tile=TILE,
        top_level=top,
        coarsest=_coarsest(top) if pyramid else 0,
        pyramid=pyramid,
        rgb=image.rgb,
        pixel_type=image.pixel_type,
        pixel_x_um=image.physical_x_um,
        pixel_y_um=image.physical_y_um,
        pixel_z_um=image.physical_z_um,
        time_increment_s=said.time_increment_s,
        magnification=said.objective.nominal_magnification if said.objective else None,
        is_labels=image.pixel_type in WHOLE_NUMBERS and is_named_labels(image.name, image.file.path),
        channels=tuple(_channels(image, said)),
    )


def is_flat(image: Image) -> bool:
    """Whether it is large and has no smaller copies of itself, so that overviews are made from a rendition."""
    levels = image.metadata.get("levels", 1)
    return levels == 1 and image.size_x * image.size_y > FLAT_PIXELS


def _pyramid(image: Image) -> str:
    """Empty where nothing is missing: the image has smaller copies, needs none, or a rendition with them was made."""
    if not is_flat(image):
        return ""
    state = Rendition.objects.filter(image=image).values_list("state", flat=True).first()
    return {RenditionState.MADE: "", RenditionState.FAILED: "failed"}.get(state, "awaited")


def _coarsest(top: int) -> int:
    """A large flat image is only drawn closer up until its rendition is there."""
    halvings = 0
    while (TILE << (halvings + 1)) ** 2 <= FLAT_PIXELS:
        halvings += 1
    return max(0, top - halvings)


def _channels(image: Image, said: ImageMetadata) -> list[ViewedChannel]:
    if image.rgb:
        return []
    count = min(image.size_c, MOST_CHANNELS)
    own = colours.channel_colours(said, count)
    drawn = colours.drawn_channels(said, count)
    limits = {int(c): (low, high) for c, low, high in image.display_limits}
    found = []
    for index in range(count):
        channel = said.channels[index] if index < len(said.channels) else None
        low, high = limits.get(index, (None, None))
        name = (channel.name or channel.fluorophore) if channel else ""
        emission = f"{channel.emission_nm:g} nm" if channel and channel.emission_nm else ""
        found.append(
            ViewedChannel(index, name or f"Channel {index + 1}", emission, own[index], index in drawn, low, high)
        )
    return found
