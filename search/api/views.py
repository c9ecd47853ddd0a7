"""The API of search: the same parameters and the same results as the pages."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from search.address import from_params
from search.facets import Kind, did_you_mean, registry
from search.query import QueryError
from search.results import Facet, Hit
from search.selectors import finding

PARAMETERS = [
    OpenApiParameter("q", str, description="The query, in the query language."),
    OpenApiParameter("sort", str, description="relevance, date, -date, title, size or accession."),
    OpenApiParameter("cursor", str, description="Where to go on, from the previous answer."),
    OpenApiParameter("size", int, description="Hits per page, at most 200."),
]
MOST_VALUES = 10_000


def facet_json(facet: Facet) -> dict[str, Any]:
    found: dict[str, Any] = {"name": facet.name, "label": facet.label, "type": facet.declaration.type.value}
    if facet.declaration.is_terms:
        return found | {"values": [asdict(value) for value in facet.values], "distinct": facet.distinct}
    return found | {"unit": facet.declaration.unit, "values": [], "min": facet.low, "max": facet.high}


def hit_json(hit: Hit) -> dict[str, Any]:
    return {
        "accession": hit.accession,
        "title": hit.title,
        "source_identifiers": list(hit.source_identifiers),
        "why": [f"matched: {reason.text}" for reason in hit.why],
        "thumbnail": hit.thumbnail or None,
        **{name: value for name, value in hit.shown.items() if name not in {"accession", "title"}},
    }


class _SearchView(APIView):
    throttle_scope = "search"
    kind: Kind

    @extend_schema(parameters=PARAMETERS, responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        query = from_params(self.kind, dict(request.query_params.lists()))
        results = finding.find(query, request.user)
        return Response(
            {
                "hits": [hit_json(hit) for hit in results.hits],
                "facets": [facet_json(facet) for facet in results.facets],
                "total": results.total,
                "took_ms": results.took_ms,
                "cursor": results.cursor or None,
            }
        )


class SearchDatasets(_SearchView):
    """Datasets that match."""

    kind = Kind.DATASET


class SearchImages(_SearchView):
    """Images that match."""

    kind = Kind.IMAGE


class Suggest(APIView):
    """Completions of what was typed, each with the number of documents that it finds."""

    throttle_scope = "search"

    @extend_schema(
        parameters=[OpenApiParameter("q", str), OpenApiParameter("kind", str, enum=list(Kind))],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request) -> Response:
        found = finding.suggest(_kind(request), request.query_params.get("q", "")[:100], request.user, 10)
        return Response({"suggestions": [asdict(suggestion) for suggestion in found]})


class FacetValues(APIView):
    """Every value of one facet under a search; `contains` keeps those whose words begin with these."""

    throttle_scope = "search"

    @extend_schema(
        parameters=[*PARAMETERS, OpenApiParameter("contains", str), OpenApiParameter("kind", str, enum=list(Kind))],
        responses=OpenApiTypes.OBJECT,
    )
    def get(self, request: Request, name: str) -> Response:
        kind = _kind(request)
        facet = registry.find(kind, name)
        if facet is None:
            raise NotFound(f'There is no facet "{name[:40]}".{did_you_mean(name, registry.names(kind))}')
        query = from_params(kind, dict(request.query_params.lists()))
        contains = request.query_params.get("contains", "")[:100]
        return Response(facet_json(finding.facet(query, request.user, facet.name, contains, MOST_VALUES)))


def _kind(request: Request) -> Kind:
    written = request.query_params.get("kind", Kind.IMAGE)
    if written not in list(Kind):
        raise QueryError(("kind", f"The kind is {' or '.join(Kind)}."))
    return Kind(written)
