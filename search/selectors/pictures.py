"""The pictures of a page of hits, in one query. Addresses are never kept in the index: a picture that is no longer
the reader's, or that was drawn anew, would still be named there."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from archive import access
from archive.models import Image, User
from archive.templatetags.pictures import picture_url


@dataclass(frozen=True)
class Picture:
    url: str
    width: int
    height: int


def pictures(accessions: Iterable[str], reader: User | AnonymousUser) -> dict[str, Picture]:
    """The small pictures of these images that the reader may see, by accession."""
    images = Image.objects.filter(accession__in=list(accessions)).exclude(thumbnail_small="")
    return {
        image.accession: Picture(picture_url(image, "small"), image.thumbnail_width, image.thumbnail_height)
        for image in access.visible_to(images, reader).select_related("dataset").defer("metadata", "findings")
    }
