"""Images side by side. The address names them and their views, so that a comparison is shared by its address."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from archive.models import Image
from archive.selectors.comparing import MOST, can_be_drawn, compared
from archive.views import facts
from archive.views.pictures import note_of


@dataclass(frozen=True)
class Pane:
    """`view` is the query of its own viewer; `without` the address of the comparison without it."""

    image: Image
    alt: str
    note: str
    view: str
    without: str
    is_drawn: bool


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    asked = [name.strip().upper() for name in request.GET.getlist("i") if name.strip()]
    found = compared([*asked, *request.GET.get("add", "").replace(",", " ").split()], request.user)
    views = dict(zip(asked, request.GET.getlist("v"), strict=False))
    names = [image.accession for image in found.images]
    context = {
        "section": "search",
        "panes": [_pane(image, names, views) for image in found.images],
        "missing": found.missing,
        "dropped": found.dropped,
        "most": MOST,
        "is_full": len(names) >= MOST,
    }
    return render(request, "archive/compare.html", context)


def _pane(image: Image, names: list[str], views: dict[str, str]) -> Pane:
    others = [name for name in names if name != image.accession]
    query = urlencode([("i", name) for name in others] + [("v", views.get(name, "")) for name in others])
    return Pane(
        image=image,
        alt=facts.describe(image, [], []),
        note=note_of(image),
        view=views.get(image.accession, "")[:2000],
        without=f"{reverse('archive:compare')}?{query}",
        is_drawn=can_be_drawn(image),
    )
