"""OME-XML of an image row: what was read of it, with where it is archived. Written on demand; nothing is stored."""

from dataclasses import fields

from django.conf import settings

from archive.imaging.model import ImageMetadata
from archive.imaging.pool.codec import Malformed, decode
from archive.imaging.report import FORMATS
from archive.interchange import ome_xml
from archive.models import Image

_KNOWN = frozenset(field.name for field in fields(ImageMetadata))
_COLUMNS = (
    "series", "name", "format", "size_x", "size_y", "size_z", "size_c", "size_t", "pixel_type", "rgb",
    "physical_x_um", "physical_y_um", "physical_z_um",
)  # fmt: skip


def ome_xml_of(image: Image) -> bytes:
    """The document of schema 2016-06 with this image alone; `image.dataset` and `image.file` should be loaded."""
    return ome_xml.write(metadata_of(image), notes_of(image), namespace=namespace())


def namespace() -> str:
    """Whose notes they are."""
    return f"{settings.SITE_URL}/images/"


def notes_of(image: Image) -> dict[str, str]:
    """Where the image is archived, for whoever finds a copy of it."""
    return {
        "accession": image.accession,
        "dataset": image.dataset.accession,
        "address": f"{settings.SITE_URL}{image.get_absolute_url()}",
        "file": image.file.path,
        "series": str(image.series + 1) if image.series else "",
        "format": FORMATS.get(image.format, image.format),
    }


def metadata_of(image: Image) -> ImageMetadata:
    """What was read; of a row that an older reader wrote, what its columns hold."""
    columns = {name: getattr(image, name) for name in _COLUMNS} | {"reader": ""}
    stored = {name: value for name, value in image.metadata.items() if name in _KNOWN}
    stored["name"] = stored.get("name") or image.name
    try:
        return decode(ImageMetadata, columns | stored)
    except Malformed:
        return decode(ImageMetadata, columns)
