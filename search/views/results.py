"""/search/ and /search/images/: one view for both kinds. The URL holds everything; no script is needed."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from search import presentation
from search.address import from_params, read
from search.errors import SearchUnavailable
from search.facets import Kind, registry
from search.query import SIZES, QueryError, SearchQuery
from search.results import Results
from search.selectors import accessions, finding, spelling
from search.throttling import throttled

TEMPLATES = {Kind.DATASET: "search/datasets.html", Kind.IMAGE: "search/images.html"}
PAGES = {Kind.DATASET: "search:datasets", Kind.IMAGE: "search:images"}
FACET_PAGES = {Kind.DATASET: "search:dataset-facet", Kind.IMAGE: "search:image-facet"}
# Pictures of images above the datasets that match.
STRIP = 6


@require_safe
@throttled
def datasets(request: HttpRequest) -> HttpResponse:
    return _page(request, Kind.DATASET)


@require_safe
@throttled
def images(request: HttpRequest) -> HttpResponse:
    return _page(request, Kind.IMAGE)


def _page(request: HttpRequest, kind: Kind) -> HttpResponse:
    params = dict(request.GET.lists())
    looked_in = _search_inside(request, kind)
    said = _said(request.GET)
    if looked_in or said != request.GET:
        page = reverse(FACET_PAGES[kind], args=[looked_in]) if looked_in else reverse(PAGES[kind])
        return redirect(f"{page}?{said.urlencode()}" if said else page)
    if list(said) == ["q"] and (record := accessions.record_of(said["q"], request.user)):
        return redirect(record)
    context = frame(request, kind)
    query, problems = read(kind, params)
    # A part of the page that a script asks for is put in whatever it says.
    status = 400 if problems and not request.headers.get("HX-Request") else 200
    context["fixes"] = presentation.fixes(problems, params)
    try:
        if any(name == "q" for name, _ in problems):
            raise QueryError(*problems)  # without its words this would be another search
        context |= _found(query, request, problems)
    except QueryError as error:
        context["fixes"] = presentation.fixes(error.problems, params)
        context["kept"] = kept_filters(params, kind, {name for name, _ in error.problems})
        status = 400
    except SearchUnavailable:
        context["is_down"] = True
        context["kept"] = kept_filters(params, kind, set())
        status = 503
    return render(request, TEMPLATES[kind], context, status=status)


def frame(request: HttpRequest, kind: Kind) -> dict[str, Any]:
    """What every page of search shows, whatever is found."""
    page = reverse(PAGES[kind])
    return {
        "section": "search",
        "kind": kind.value,
        "action": page,
        "text": request.GET.get("q", ""),
        "tabs": _tabs(request),
    }


def _said(params: QueryDict) -> QueryDict:
    """The parameters that say something: a form sends its blank fields too, and an address should not hold them."""
    said = QueryDict(mutable=True)
    for name, values in params.lists():
        bounds = [params.get(f"{name.removesuffix('.unit')}.{end}", "").strip() for end in ("min", "max")]
        if not name.endswith(".unit") or any(bounds):
            said.setlist(name, [value for value in values if value.strip()])
            if not said.getlist(name):
                del said[name]
    return said


def _search_inside(request: HttpRequest, kind: Kind) -> str:
    """The facet of which the reader looks for a value by name; Enter in its field sends the whole form."""
    facets = registry.terms(kind)
    return next((facet.name for facet in facets if request.GET.get(f"{facet.name}.contains", "").strip()), "")


def kept_filters(params: dict[str, list[str]], kind: Kind, wrong: set[str]) -> list[tuple[str, str]]:
    """The chosen filters as hidden fields, so that mending one thing loses no other."""
    names = {name for facet in registry.of(kind) for name in (facet.name, *_ends(facet.name))} | {"sort", "size"}
    broken = wrong | {end for name in wrong if "." in name for end in _ends(name.rsplit(".", 1)[0])}
    return [(name, value) for name, values in params.items() if name in names - broken for value in values if value]


def _ends(name: str) -> tuple[str, ...]:
    return tuple(f"{name}.{end}" for end in ("min", "max", "unit"))


def _found(query: SearchQuery, request: HttpRequest, problems: presentation.Problems = ()) -> dict[str, Any]:
    """What a search finds, without the filters that could not be read: those stay in their fields with a sentence."""
    results = finding.find(query, request.user)
    params = dict(request.GET.lists())
    unread = presentation.unread(problems, params)
    found = {
        "query": query,
        "results": results,
        "chips": presentation.chips(query),
        "facets": presentation.forms(query, results, params, problems),
        "facet_page": FACET_PAGES[query.kind],
        "sorts": presentation.sort_options(query),
        "hidden_words": presentation.hidden(query, *(facet.name for facet in registry.of(query.kind))),
        "hidden_all": presentation.hidden(query, "sort") + unread,
        "kept": presentation.hidden(query, "q") + unread,
        "next": presentation.next_url(query, results),
        "first": presentation.first_url(query),
        "usual_size": SIZES[query.kind],
    }
    if not results.total:
        found |= {"hints": _hints(query, request), "correction": _correction(query, request)}
    return found | _other(query, results, request)


def _hints(query: SearchQuery, request: HttpRequest) -> list[dict[str, Any]]:
    """What would be found without each of the filters, and without all of them."""
    chips = presentation.chips(query)
    ways = [(f"{chip.label}: {chip.value}", from_params(query.kind, presentation.params_of(chip))) for chip in chips]
    if len(ways) > 1:
        ways.append(("any filter", replace(query, filters={}, ranges={}, cursor="")))
    found = []
    for words, wider in ways:
        if total := finding.count(wider, request.user):
            found.append({"words": words, "url": "?" + presentation.to_url(wider), "total": total})
    return found


def _correction(query: SearchQuery, request: HttpRequest) -> dict[str, Any] | None:
    better = spelling.corrected(query, request.user)
    if better is None:
        return None
    return {"text": better.query.text, "url": "?" + presentation.to_url(better.query), "total": better.total}


def _other(query: SearchQuery, results: Results, request: HttpRequest) -> dict[str, Any]:
    """The same search for the other kind: its number for the tab, and for datasets some pictures of their images."""
    other = Kind.IMAGE if query.kind is Kind.DATASET else Kind.DATASET
    totals = {query.kind.value: results.total}
    strip: list[Any] = []
    asked, problems = read(other, {**dict(request.GET.lists()), "size": [str(2 * STRIP)], "cursor": [""]})
    if any(name == "q" for name, _ in problems):
        return {"totals": totals, "strip": strip}  # it asks for something that the other kind does not have
    if other is Kind.IMAGE and not query.cursor:
        found = finding.find(replace(asked, facets=()), request.user)
        strip = [hit for hit in found.hits if hit.thumbnail][:STRIP]
        totals[other.value] = found.total
    else:
        totals[other.value] = finding.count(asked, request.user)
    return {"totals": totals, "strip": strip}


def _tabs(request: HttpRequest) -> list[dict[str, str]]:
    """The same words for the other kind; filters that it does not know are simply not read."""
    params = request.GET.copy()
    params.pop("cursor", None)
    query = f"?{params.urlencode()}" if params else ""
    return [
        {"kind": "dataset", "label": "Datasets", "url": reverse("search:datasets") + query},
        {"kind": "image", "label": "Images", "url": reverse("search:images") + query},
    ]
