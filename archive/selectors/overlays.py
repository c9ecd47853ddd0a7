"""Label images of a dataset that can be laid over another of its images."""

import re

from django.db.models import Q

from archive import access
from archive.access import Reader
from archive.imaging.model import PixelType
from archive.models import Image
from archive.selectors.versions import part_of

MOST = 20
WHOLE_NUMBERS = (
    PixelType.BIT,
    PixelType.INT8,
    PixelType.INT16,
    PixelType.INT32,
    PixelType.UINT8,
    PixelType.UINT16,
    PixelType.UINT32,
)
# Words by which names and paths tell that the values of an image number its parts.
_WORDS = ("label", "mask", "segm")
_NAMED = re.compile(r"(?<![a-z])(?:labels?|labelled|masks?|segm(?:ent)?s?|segmentations?)(?![a-z])")


def label_images(image: Image, user: Reader) -> list[Image]:
    """At most MOST, of the same version and the same width and height, in whole numbers, and named as labels."""
    latest = max(image.from_version, image.dataset.latest_version or 0)
    number = image.until_version - 1 if image.until_version else latest
    named = Q()
    for word in _WORDS:
        named |= Q(name__icontains=word) | Q(file__path__icontains=word)
    rows = Image.objects.filter(
        part_of(number),
        named,
        dataset=image.dataset_id,
        size_x=image.size_x,
        size_y=image.size_y,
        rgb=False,
        role="",
        pixel_type__in=WHOLE_NUMBERS,
    ).exclude(pk=image.pk)
    found = access.visible_to(rows, user).select_related("dataset", "file__blob").order_by("number")
    return [row for row in found[: MOST * 3] if is_named_labels(row.name, row.file.path)][:MOST]


def is_named_labels(*texts: str) -> bool:
    """Whether one of these names says so as a word: labels/nuclei.tif, cell_masks, but not unlabelled or masking."""
    return any(_NAMED.search(text.lower()) for text in texts)
