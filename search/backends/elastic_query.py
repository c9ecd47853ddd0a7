"""From a SearchQuery to the body that Elasticsearch and OpenSearch both understand, built with elasticsearch-dsl."""

from collections.abc import Mapping, Sequence
from typing import Any

from elasticsearch_dsl import Q, Search
from elasticsearch_dsl.query import Query

from search import words
from search.backends.base import EVERYTHING, TITLE_BOOST, WHOLE_BOOST, Access
from search.backends.counting import EVERY_BUCKET, other_filters
from search.backends.document import SORT_FIELDS, FieldType, is_of_values
from search.facets import FacetDeclaration
from search.query import And, Node, Not, Or, Phrase, Prefix, Range, SearchQuery, Word

_TYPES: dict[FieldType, dict[str, Any]] = {
    FieldType.KEYWORD: {"type": "keyword"},
    # Words come from our own tokeniser; the engine only cuts at the spaces.
    FieldType.WORDS: {"type": "text", "analyzer": "whitespace"},
    FieldType.PREFIXES: {"type": "text", "analyzer": "whitespace", "index_options": "docs", "norms": False},
    FieldType.NUMBER: {"type": "double"},
    FieldType.SORT: {"type": "keyword", "index": False},
    FieldType.REVISION: {"type": "long"},
    FieldType.STORED: {"type": "keyword", "index": False, "doc_values": False},
}


def mapping(layout: Mapping[str, FieldType]) -> dict[str, Any]:
    return {"dynamic": "strict", "properties": {name: _TYPES[kind] for name, kind in layout.items()}}


def of_node(node: Node) -> Query:
    if isinstance(node, And):
        return Q("bool", must=[of_node(part) for part in node.nodes])
    if isinstance(node, Or):
        return Q("bool", should=[of_node(part) for part in node.nodes], minimum_should_match=1)
    if isinstance(node, Not):
        return Q("bool", must_not=[of_node(node.node)])
    if isinstance(node, Range):
        return Q("bool", filter=[of_range(node)])
    if node.field:
        return _in_field(node, node.field, 1.0)
    options = [_in_field(node, "title", TITLE_BOOST), _in_field(node, "body", 1.0)]
    return Q("bool", should=options, minimum_should_match=1)


def _in_field(node: Word | Phrase | Prefix, field: str, boost: float) -> Query:
    if isinstance(node, Prefix):
        # Only body and title keep unstemmed words; a prefix in another field is asked of its stems.
        exact = {"body": "exact", "title": "title_exact"}.get(field, field)
        begins = Q("prefix", **{exact: {"value": node.text, "boost": boost}})
        if not is_of_values(field):
            return begins
        named = Q("prefix", **{field: {"value": f"{words.WHOLE}{node.text}", "boost": boost}})
        return Q("bool", should=[begins, named], minimum_should_match=1)
    found = words.stems(node.text)
    if len(found) == 1:
        among = Q("term", **{field: {"value": found[0], "boost": boost}})
    else:
        among = Q("match_phrase", **{field: {"query": " ".join(found), "boost": boost}})
    if not is_of_values(field):
        return among
    exactly = Q("term", **{field: {"value": words.whole(node.text), "boost": boost * WHOLE_BOOST}})
    return Q("bool", should=[exactly, among], minimum_should_match=1)


def of_range(bounds: Range) -> Query:
    limits = {
        "gte" if bounds.include_low else "gt": bounds.low,
        "lte" if bounds.include_high else "lt": bounds.high,
    }
    return Q("range", **{bounds.field: {name: value for name, value in limits.items() if value is not None}})


def readable(access: Access) -> list[Query]:
    return [] if EVERYTHING in access else [Q("terms", access=sorted(access))]


def restrictions(filters: Mapping[str, Sequence[str]], ranges: Mapping[str, Range]) -> list[Query]:
    return [
        *(Q("terms", **{name: list(values)}) for name, values in filters.items()),
        *(of_range(bounds) for bounds in ranges.values()),
    ]


def base(query: SearchQuery, access: Access) -> Search:
    """What was written and what the reader may see: hits and every facet start from here."""
    must = [of_node(query.node)] if query.node is not None else []
    return Search().query("bool", must=must, filter=readable(access)).extra(track_total_hits=True)


def page(
    query: SearchQuery, access: Access, facets: Sequence[FacetDeclaration], after: Sequence[Any]
) -> dict[str, Any]:
    """One request for hits, total and facets. Filters are a post filter, so that each facet leaves out its own."""
    search = base(query, access).source(["stored"])[: query.size]
    if query.is_filtered:
        search = search.post_filter("bool", filter=restrictions(query.filters, query.ranges))
    field, descending = SORT_FIELDS.get(query.sort, (None, True))
    search = search.sort(f"{'-' if descending else ''}{field}") if field else search.sort("_score", "id")
    if after:
        search = search.extra(search_after=list(after))
    for facet in facets:
        add_facet(search, query, facet)
    return search.to_dict()


def counts(query: SearchQuery, access: Access, facets: Sequence[FacetDeclaration]) -> dict[str, Any]:
    """The facets alone."""
    search = base(query, access)[:0]
    for facet in facets:
        add_facet(search, query, facet)
    return search.to_dict()


def add_facet(search: Search, query: SearchQuery, facet: FacetDeclaration) -> None:
    others = restrictions(*other_filters(query, facet.name))
    bucket = search.aggs.bucket(facet.name, "filter", Q("bool", filter=others))
    if facet.is_terms:
        # As many buckets from each shard as there may be values: only then are counts over shards exact.
        bucket.bucket("values", "terms", field=facet.name, size=EVERY_BUCKET, shard_size=EVERY_BUCKET)
        return
    bucket.metric("low", "min", field=facet.name)
    bucket.metric("high", "max", field=facet.name)
