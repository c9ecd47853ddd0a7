"""What is laid over an image: regions of its OME-XML, and label images, of the dataset or inside the image's own file.

The caller has found the image through access.py. As in looking.py, the pool reads and draws.
"""

from dataclasses import dataclass

from archive.errors import NotFound
from archive.imaging.model import ImageMetadata, Rendered
from archive.imaging.shapes import Regions
from archive.imaging.spec import TileSpec
from archive.models import Image
from archive.services.imaging import pool
from archive.services.looking import read_original


@dataclass(frozen=True)
class InnerLabels:
    """A label image inside the image's file; `number` counts them from 0."""

    number: int
    name: str
    sections: int
    times: int


def regions(image: Image, *, z: int | None, t: int | None) -> Regions:
    """The shapes on a plane, or on all; raises Unreadable, Overloaded, PoolUnavailable, as do all of these."""
    return read_original(image, lambda at: pool().regions(at.root, at.path, at.series, z=z, t=t))


def mask(image: Image, number: int) -> Rendered:
    return read_original(image, lambda at: pool().mask(at.root, at.path, at.series, number))


def inner_labels(image: Image) -> tuple[InnerLabels, ...]:
    return tuple(
        InnerLabels(number, label.name or f"Labels {number + 1}", label.size_z, label.size_t)
        for number, label in enumerate(_labels(image))
    )


def label_tile(image: Image, number: int, spec: TileSpec) -> Rendered:
    """A tile of a label image inside the image's file, on the image's own grid; raises NotFound too."""
    labels = _labels(image)
    if number >= len(labels):
        raise NotFound("The image has no label image of that number. Ask for its overlays.")
    return read_original(image, lambda at: pool().tile(at.root, at.path, labels[number].series, spec))


def _labels(image: Image) -> tuple[ImageMetadata, ...]:
    """Those as wide and high as the image: only they lie over it pixel by pixel."""
    found = read_original(image, lambda at: pool().labels(at.root, at.path, at.series))
    return tuple(label for label in found if (label.size_x, label.size_y) == (image.size_x, image.size_y))
