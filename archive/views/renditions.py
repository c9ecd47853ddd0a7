"""An image as OME-Zarr for people: ask for it with a button, see how it comes along, copy its address."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from archive import access
from archive.interchange import recipes
from archive.models import Dataset, Image, Rendition
from archive.selectors.images import get_image
from archive.selectors.taking import raw_bytes, seconds_to_convert
from archive.services.renditions import want_rendition
from archive.states import ImageState, RenditionState

PART = "archive/take_away/zarr.html"


def may_link(request: HttpRequest, dataset: Dataset) -> bool:
    """Whether the reader is offered signed links: to what is private, as one of its people."""
    return not dataset.is_public and access.role_of(request.user, dataset) is not None


def zarr_context(request: HttpRequest, image: Image) -> dict[str, Any]:
    """What the part of the page about OME-Zarr shows."""
    made = Rendition.objects.filter(image=image).first()
    address = reverse("archive-api:image-ome-zarr-object", args=[image.accession, "zarr.json"])
    url = request.build_absolute_uri(address.removesuffix("/zarr.json"))
    is_made = made is not None and made.state == RenditionState.MADE
    return {
        "made": made,
        "zarr_url": url if is_made else "",
        "zarr_recipes": recipes.zarr(url, private=not image.dataset.is_public) if is_made else (),
        "zarr_link": {"key": "zarr", "address": address, "name": f"{image.accession}.ome.zarr"} if is_made else None,
        "zarr_wait": _roughly(seconds_to_convert(raw_bytes(image))),
        "may_link": may_link(request, image.dataset),
        "can_make": image.state == ImageState.RENDERED,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def zarr(request: HttpRequest, accession: str) -> HttpResponse:
    """Part of a page: the state of it, asked for every other second while it is made; POST has it made."""
    if request.method == "POST":
        return _make(request, accession)
    image = get_image(accession, request.user)
    if not request.htmx:
        return redirect(_page(accession))
    return render(request, PART, {"image": image, "dataset": image.dataset, **zarr_context(request, image)})


zarr.is_part_of_a_page = True


@login_required
def _make(request: HttpRequest, accession: str) -> HttpResponse:
    image = get_image(accession, request.user)
    want_rendition(image=image, user=request.user)
    if not request.htmx:
        return redirect(_page(accession))
    return render(request, PART, {"image": image, "dataset": image.dataset, **zarr_context(request, image)})


def _page(accession: str) -> str:
    return f"{reverse('archive:image-take-away', args=[accession])}#zarr"


def _roughly(seconds: float) -> str:
    """As a person would say it."""
    for limit, words in ((20, "a few seconds"), (90, "about a minute"), (300, "a few minutes"), (1800, "half an hour")):
        if seconds < limit:
            return words
    return f"about {round(seconds / 3600) or 1} hour{'s' if seconds > 5400 else ''}"
