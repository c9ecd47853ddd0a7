"""Addresses of pictures: they change when the picture, or who may see it, changes."""

from django import template
from django.urls import reverse

from archive import delivery
from archive.models import Image

register = template.Library()


@register.simple_tag
def picture_url(image: Image, size: str = "") -> str:
    """`small` (for lists) or `large`; `image.dataset` should be loaded."""
    size = size or delivery.SMALL
    return f"{reverse('archive:picture', args=[image.accession, size])}?v={delivery.picture_version(image, size)}"
