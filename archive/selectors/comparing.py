"""Images that are looked at side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from archive import access
from archive.access import Reader
from archive.models import Image
from archive.states import ImageState

MOST = 9


@dataclass(frozen=True)
class Compared:
    """`images` in the order they were asked for, `missing` what this reader does not find."""

    images: tuple[Image, ...]
    missing: tuple[str, ...]
    dropped: tuple[str, ...]


def compared(accessions: Sequence[str], user: Reader) -> Compared:
    """The first nine that are asked for, each once; one query, whatever their number."""
    wanted = list(dict.fromkeys(name.strip().upper() for name in accessions if name.strip()))
    rows = Image.objects.select_related("dataset", "file__blob").filter(accession__in=wanted[:MOST])
    found = {image.accession: image for image in access.visible_to(rows, user)}
    return Compared(
        images=tuple(found[name] for name in wanted[:MOST] if name in found),
        missing=tuple(name for name in wanted[:MOST] if name not in found),
        dropped=tuple(wanted[MOST:]),
    )


def can_be_drawn(image: Image) -> bool:
    return image.state == ImageState.RENDERED
