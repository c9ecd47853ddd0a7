"""Referees' links: the page on which owners make and take them back, and the address at which they are opened."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from archive import access, referees
from archive.errors import Gone, Invalid, WrongState
from archive.models import Dataset
from archive.selectors import referee_links
from archive.selectors.depositions import get_deposition
from archive.services import refereeing
from archive.states import DatasetRole

LIVES = ((31, "1 month"), (92, "3 months"), (refereeing.DEFAULT_DAYS, "6 months"), (365, "1 year"))


# ---- for owners ------------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, accession: str) -> HttpResponse:
    """The links of a dataset; a new one's address is in the answer to its form, and nowhere else."""
    dataset = get_deposition(accession, request.user).dataset
    access.require_role(request.user, dataset, (DatasetRole.OWNER,))
    if request.method != "POST":
        return _page(request, dataset)
    sent = {"note": request.POST.get("note", ""), "days": _number(request.POST.get("days", ""))}
    is_anonymised = request.POST.get("anonymised") == "1"
    try:
        link, token = refereeing.make_link(dataset=dataset, user=request.user, is_anonymised=is_anonymised, **sent)
    except (Invalid, WrongState) as error:
        problems = [found.message for found in getattr(error, "problems", ())]
        extra = {"problem": " ".join([str(error), *problems]), "sent": sent, "sent_anonymised": is_anonymised}
        return _page(request, dataset, extra, status=422 if isinstance(error, Invalid) else 409)
    return _page(request, dataset, {"made": link, "address": address_of(token)})


def address_of(token: str) -> str:
    return f"{settings.SITE_URL}{reverse('archive:referee', args=[token])}"


def _number(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 6 else 0


def _page(
    request: HttpRequest, dataset: Dataset, extra: Mapping[str, Any] = MappingProxyType({}), status: int = 200
) -> HttpResponse:
    found = referee_links.links_of(dataset, request.user)
    context = {
        "section": "deposit",
        "dataset": dataset,
        "links": found,
        "lives": LIVES,
        "default_days": refereeing.DEFAULT_DAYS,
        "searched": referee_links.searched(dataset) if any(link.is_anonymised for link in found) else None,
        "may_make": dataset.latest_version is None,
        **extra,
    }
    response = render(request, "archive/referee/links.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_POST
def revoke(request: HttpRequest, accession: str, link_id: int) -> HttpResponse:
    dataset = get_deposition(accession, request.user).dataset
    refereeing.revoke_link(dataset=dataset, user=request.user, link_id=link_id)
    messages.success(request, "The link is taken back: it opens nothing any more.")
    return redirect("archive:referee-links", accession)


# ---- for referees ----------------------------------------------------------------------------------------------


@never_cache
@require_safe
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """The token becomes a cookie, and the address that holds it is left at once."""
    try:
        link = refereeing.open_link(token=token)
    except Gone:
        return _discreet(redirect("archive:referee-ended"))
    response = _discreet(redirect(link.dataset))
    if not link.dataset.is_public:
        referees.remember(request, response, link)
    return response


def _discreet(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    return response


@never_cache
@require_safe
def ended(request: HttpRequest) -> HttpResponse:
    """Why a link opens nothing; the same whatever the reason."""
    return render(request, "archive/referee/ended.html", {"sentence": refereeing.ENDED}, status=410)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Read as oneself again."""
    response = redirect("home")
    referees.forget(response)
    return response
