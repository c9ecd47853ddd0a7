"""/search/ and /search/images/: one view for both kinds. The URL holds everything; no script is needed."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from search import presentation
from search.errors import SearchUnavailable
from search.facets import Kind
from search.query import QueryError, SearchQuery, from_params
from search.selectors import finding

TEMPLATES = {Kind.DATASET: "search/datasets.html", Kind.IMAGE: "search/images.html"}
PAGES = {Kind.DATASET: "search:datasets", Kind.IMAGE: "search:images"}


def datasets(request: HttpRequest) -> HttpResponse:
    return _page(request, Kind.DATASET)


def images(request: HttpRequest) -> HttpResponse:
    return _page(request, Kind.IMAGE)


def _page(request: HttpRequest, kind: Kind) -> HttpResponse:
    context: dict[str, Any] = {
        "section": "search",
        "kind": kind,
        "action": reverse(PAGES[kind]),
        "text": request.GET.get("q", ""),
        "tabs": _tabs(request),
    }
    try:
        query = from_params(kind, dict(request.GET.lists()))
        context |= _found(query, request)
    except QueryError as error:
        context["problems"] = [sentence for _, sentence in error.problems]
    except SearchUnavailable:
        context["is_down"] = True
    return render(request, TEMPLATES[kind], context)


def _found(query: SearchQuery, request: HttpRequest) -> dict[str, Any]:
    results = finding.find(query, request.user)
    return {
        "query": query,
        "results": results,
        "chips": presentation.chips(query),
        "facets": presentation.forms(query, results),
        "sorts": presentation.sort_options(query),
        "next": presentation.next_url(query, results),
        "hints": [] if results.total else _hints(query, request),
    }


def _hints(query: SearchQuery, request: HttpRequest) -> list[dict[str, Any]]:
    """What would be found without each of the filters, for a search that finds nothing."""
    found = []
    for chip in presentation.chips(query):
        total = finding.count(from_params(query.kind, presentation.params_of(chip)), request.user)
        if total:
            found.append({"chip": chip, "total": total})
    return found


def _tabs(request: HttpRequest) -> list[dict[str, str]]:
    """The same words for the other kind; filters that it does not know are simply not read."""
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return [
        {"kind": "image", "label": "Images", "url": reverse("search:images") + query},
        {"kind": "dataset", "label": "Datasets", "url": reverse("search:datasets") + query},
    ]
