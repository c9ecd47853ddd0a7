"""What a record's page shows of its images: each with its alternative text and a line that says how it was taken."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from archive.models import Image
from archive.templatetags.quantities import length
from archive.views import facts


@dataclass(frozen=True)
class Picture:
    image: Image
    alt: str
    note: str


def labels_of(document: Mapping[str, Any], section: str, field: str) -> list[str]:
    """The labels of a terms field, as the depositor gave them."""
    record = document.get(section)
    terms = record.get(field) if isinstance(record, Mapping) else None
    return [str(term.get("label") or term.get("curie")) for term in terms or [] if isinstance(term, Mapping)]


def pictures_of(images: Iterable[Image], document: Mapping[str, Any]) -> list[Picture]:
    organisms = labels_of(document, "biosample", "organism")
    methods = labels_of(document, "acquisition", "imaging_method")
    return [Picture(image, facts.describe(image, organisms, methods), note_of(image)) for image in images]


def note_of(image: Image) -> str:
    """Channels, depth and pixel size in a line."""
    channels = "colour" if image.rgb else f"{image.size_c} channel{'s' if image.size_c > 1 else ''}"
    depth = [
        f"{image.size_z} sections" if image.size_z > 1 else "",
        f"{image.size_t} times" if image.size_t > 1 else "",
    ]
    pixel = f"{length(image.physical_x_um)}/px" if image.physical_x_um else ""
    return " · ".join(part for part in (channels, *depth, pixel) if part)
