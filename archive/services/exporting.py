"""An image, or a part of it, as OME-TIFF: laid out at once, its pixels read from the original as the download asks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from archive.errors import FieldProblem, Invalid
from archive.imaging.model import ImageMetadata, PixelType
from archive.interchange import ome_xml
from archive.interchange.ome_tiff import Layout
from archive.models import Image
from archive.selectors.ome_xml import metadata_of, namespace, notes_of
from archive.services.pixels import Pixels, pixels_of


@dataclass(frozen=True)
class Part:
    """What is taken: a region (x, y, width, height), sections and times from first to last, channels; None is all."""

    region: tuple[int, int, int, int] | None = None
    z: tuple[int, int] | None = None
    t: tuple[int, int] | None = None
    channels: tuple[int, ...] = ()


@dataclass(frozen=True)
class Export:
    """A file that streams: `read(start, length)`."""

    name: str
    layout: Layout
    pixels: Pixels
    part: Part

    @property
    def length(self) -> int:
        return self.layout.length

    def read(self, start: int, length: int) -> Iterator[bytes]:
        x, y = self.part.region[:2] if self.part.region else (0, 0)
        z, t = (span[0] if span else 0 for span in (self.part.z, self.part.t))

        def rows(at_c: int, at_z: int, at_t: int, at_y: int, count: int) -> np.ndarray:
            c = self.part.channels[at_c] if self.part.channels else at_c
            box = (x, y + at_y, self.layout.width, count)
            return self.pixels(c, z + at_z, t + at_t, box)

        return self.layout.stream(rows, start, length)


def ome_tiff(*, image: Image, part: Part) -> Export:
    """Raises Invalid for a part that is not inside the image, Unreadable for pixels that cannot be read."""
    _check(image, part)
    said = metadata_of(image)
    pixels = pixels_of(image)
    sample = pixels(0, 0, 0, (0, 0, 1, 1))
    samples = sample.shape[2] if sample.ndim == 3 else 1
    # TIFF has no single bits per sample here: masks become bytes of 0 and 1.
    dtype = np.dtype(np.uint8) if sample.dtype == np.bool_ else sample.dtype
    kept = _cut(said, part, samples, is_mask=sample.dtype == np.bool_)
    notes = notes_of(image) | ({"part": _said(part)} if part != Part() else {})
    layout = Layout(
        kept.size_x, kept.size_y, kept.size_z, kept.size_c // samples, kept.size_t, samples, dtype,
        ome_xml.write(kept, notes, namespace=namespace(), has_pixels=True), kept.physical_x_um or 0.0,
    )  # fmt: skip
    return Export(f"{image.accession}{'.part' if part != Part() else ''}.ome.tif", layout, pixels, part)


def _cut(said: ImageMetadata, part: Part, samples: int, *, is_mask: bool) -> ImageMetadata:
    """The metadata of the part."""
    width, height = part.region[2:] if part.region else (said.size_x, said.size_y)
    channels = said.channels
    count = said.size_c
    if part.channels and samples == 1:
        channels = tuple(said.channels[c] for c in part.channels) if len(said.channels) == said.size_c else ()
        count = len(part.channels)
    return replace(
        said,
        size_x=width,
        size_y=height,
        size_z=_count(part.z, said.size_z),
        size_t=_count(part.t, said.size_t),
        size_c=count,
        channels=channels,
        dimension_order="XYZCT",
        pixel_type=PixelType.UINT8 if is_mask else said.pixel_type,
    )


def _count(span: tuple[int, int] | None, size: int) -> int:
    return span[1] - span[0] + 1 if span else size


def _said(part: Part) -> str:
    words = {"region": part.region, "z": part.z, "t": part.t, "channels": part.channels or None}
    return "; ".join(f"{name} {'-'.join(map(str, value))}" for name, value in words.items() if value is not None)


def _check(image: Image, part: Part) -> None:
    problems = []
    x, y, width, height = part.region or (0, 0, 1, 1)
    if width < 1 or height < 1 or x + width > image.size_x or y + height > image.size_y:
        inside = f"The region is not inside the image of {image.size_x} × {image.size_y} pixels."
        problems.append(FieldProblem("/region", inside))
    for name, span, size in (("z", part.z, image.size_z), ("t", part.t, image.size_t)):
        if span and not 0 <= span[0] <= span[1] < size:
            problems.append(FieldProblem(f"/{name}", f"The image has {size} of them; ask for 0 to {size - 1}."))
    if any(c >= (1 if image.rgb else image.size_c) for c in part.channels):
        problems.append(FieldProblem("/c", f"The image has {image.size_c} channels; they count from 0."))
    if problems:
        raise Invalid("This part of the image cannot be taken.", problems)
