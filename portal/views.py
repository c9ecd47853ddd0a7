"""The pages that belong to no app: home, about, help, health."""

from urllib.parse import urlencode

from django.apps import apps
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import help as help_pages
from portal import selectors

EXAMPLES = ("mitosis", "human nuclei", "organism:mouse", "electron microscopy", "pixel_size:<0.1")
SEARCH_PAGES = {"images": "search:images", "datasets": "search:datasets"}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The start page; its search form comes back here and is sent on to the kind that was chosen."""
    if "q" in request.GET:
        page = SEARCH_PAGES.get(request.GET.get("in", ""), "search:images")
        return redirect(f"{reverse(page)}?{urlencode({'q': request.GET['q']})}")
    return render(request, "portal/home.html", {"home": selectors.home(), "examples": EXAMPLES})


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/about.html")


@require_safe
def help_index(request: HttpRequest) -> HttpResponse:
    groups = help_pages.by_audience(_has_curation())
    return render(request, "portal/help_index.html", {"section": "help", "groups": groups})


@require_safe
def help_topic(request: HttpRequest, topic: str) -> HttpResponse:
    found = help_pages.find(topic, _has_curation())
    if found is None:
        raise Http404(topic)
    groups = help_pages.by_audience(_has_curation())
    context = {"section": "help", "topic": found, "groups": groups, **found.context()}
    return render(request, found.template, context)


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """For load balancers and people on call. Without its database the portal can do nothing; all else is partial."""
    checks = selectors.checks()
    is_up = all(check.is_ok for check in checks if check.name == "database")
    body = {
        "status": "ok" if all(check.is_ok for check in checks) else "degraded" if is_up else "down",
        "checks": {check.name: check.sentence or "ok" for check in checks},
    }
    return JsonResponse(body, status=200 if is_up else 503)


def _has_curation() -> bool:
    return apps.is_installed("curation")
