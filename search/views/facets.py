"""Every value of one facet under a search: a page of its own, and the part of it that live search brings in."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from search import presentation
from search.address import from_params
from search.errors import SearchUnavailable
from search.facets import FacetDeclaration, Kind, registry
from search.query import QueryError
from search.selectors import finding
from search.throttling import throttled
from search.views.results import FACET_PAGES, frame, kept_filters

PER_PAGE = 200
LIVE = 50
# More than any facet holds: counts and pages are of all values.
EVERY = 20_000


@require_safe
@throttled
def dataset_facet(request: HttpRequest, name: str) -> HttpResponse:
    return _page(request, Kind.DATASET, name)


@require_safe
@throttled
def image_facet(request: HttpRequest, name: str) -> HttpResponse:
    return _page(request, Kind.IMAGE, name)


def _page(request: HttpRequest, kind: Kind, name: str) -> HttpResponse:
    facet = next((facet for facet in registry.terms(kind) if facet.name == name), None)
    if facet is None:
        raise Http404
    contains = request.GET.get(f"{name}.contains", "").strip()[:100]
    context = frame(request, kind) | {"declaration": facet, "contains": contains, "facet_page": FACET_PAGES[kind]}
    params = dict(request.GET.lists())
    template, status = "search/facet.html", 200
    try:
        context |= _values(request, kind, facet, contains)
    except QueryError as error:
        context["fixes"] = presentation.fixes(error.problems, params)
        context["kept"] = kept_filters(params, kind, {wrong for wrong, _ in error.problems})
        status = 400
    except SearchUnavailable:
        context |= {"is_down": True, "kept": kept_filters(params, kind, set())}
        status = 503
    if request.headers.get("HX-Request") and status == 200:
        template = "search/partials/values.html"
        context["values"] = context["all_values"][:LIVE]
        context["more"] = len(context["all_values"]) - len(context["values"])
    return render(request, template, context, status=status)


def _values(request: HttpRequest, kind: Kind, facet: FacetDeclaration, contains: str) -> dict[str, Any]:
    query = from_params(kind, dict(request.GET.lists()))
    found = finding.facet(query, request.user, facet.name, contains, EVERY)
    page = Paginator(found.values, PER_PAGE).get_page(request.GET.get("page"))
    params = request.GET.copy()
    params.pop("page", None)
    listed = {value.key for value in page}
    chosen = query.filters.get(facet.name, ())
    return {
        "all_values": found.values,
        "values": page.object_list,
        "page": page,
        "distinct": found.distinct,
        "address": f"?{params.urlencode()}",
        "hidden": presentation.hidden(query, facet.name),
        # Chosen values that this page does not list stay chosen.
        "chosen_elsewhere": [(key, facet.label_of(key)) for key in chosen if key not in listed],
        "back": "?" + presentation.to_url(query),
    }
