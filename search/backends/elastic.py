"""Elasticsearch 8 and OpenSearch 2: the same bodies through each one's own client.

An alias per kind names the current index; a second alias names the one that a rebuild fills, and changes are written to
both. Documents carry their revision as an external version, so that a rebuild never overwrites a later change.
"""

import json
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import elasticsearch
import opensearchpy

from search import why, words
from search.address import decode_cursor, encode_cursor
from search.backends import elastic_query as build
from search.backends.base import EVERYTHING, Access, SearchBackend
from search.backends.counting import counted, suggestions, terms_facet
from search.backends.document import SearchDocument, fields, hit, now_revision, schema
from search.errors import IndexOutdated, RebuildRunning, SearchUnavailable
from search.facets import FacetDeclaration, FacetRegistry, Kind, registry
from search.query import Prefix, SearchQuery
from search.results import Facet, Results, Suggestion

BULK = 500
FIRST = "first"  # the name of an index that no rebuild has made
TIMEOUT_SECONDS = 30
IDS_AT_ONCE = 5_000
VENDOR_ERRORS = (
    elasticsearch.ApiError,
    elasticsearch.TransportError,
    opensearchpy.exceptions.OpenSearchException,
    ConnectionError,
)


def elasticsearch_client(url: str) -> Any:
    return elasticsearch.Elasticsearch(url, request_timeout=TIMEOUT_SECONDS, max_retries=1, retry_on_timeout=False)


def opensearch_client(url: str) -> Any:
    return opensearchpy.OpenSearch(url, timeout=TIMEOUT_SECONDS, max_retries=1, retry_on_timeout=False)


@contextmanager
def vendor_errors() -> Iterator[None]:
    """A vendor's exception becomes ours at this edge."""
    try:
        yield
    except VENDOR_ERRORS as error:
        raise SearchUnavailable(f"{type(error).__name__}: {error}") from error


class ElasticBackend(SearchBackend):
    """`client` is either vendor's; `prefix` lets several portals (and tests) share a cluster."""

    def __init__(
        self,
        client: Any,
        *,
        prefix: str = "micrographia",
        shards: int = 3,
        replicas: int = 0,
        facets: FacetRegistry = registry,
    ) -> None:
        self.client = client
        self.prefix = prefix
        self.facets = facets
        self._checked: set[str] = set()
        self.settings = {"number_of_shards": shards, "number_of_replicas": replicas, "gc_deletes": "1h"}

    # ---- names ----

    def _alias(self, kind: Kind) -> str:
        return f"{self.prefix}-{kind}s"

    def _next(self, kind: Kind) -> str:
        return f"{self.prefix}-{kind}s-next"

    def _behind(self, alias: str) -> list[str]:
        if not self.client.indices.exists_alias(name=alias):
            return []
        return list(self.client.indices.get_alias(name=alias))

    def _create(self, kind: Kind, alias: str, suffix: str = "") -> str:
        name = f"{self._alias(kind)}-{suffix or uuid.uuid4().hex[:12]}"
        body = {
            "settings": {"index": self.settings},
            "mappings": build.mapping(schema(kind, self.facets)),
            "aliases": {alias: {}},
        }
        self.client.indices.create(index=name, body=body)
        return name

    # ---- writing ----

    def ensure(self, kind: Kind) -> None:
        with vendor_errors():
            names = self._behind(self._alias(kind))
            if not names:
                names = [self._create_first(kind)]
            self._check_layout(kind, names[0])

    def _create_first(self, kind: Kind) -> str:
        """Its name is always the same, so that of two processes that begin at once only one makes it."""
        try:
            return self._create(kind, self._alias(kind), FIRST)
        except VENDOR_ERRORS as error:
            if "resource_already_exists" not in str(getattr(error, "error", "")):
                raise
        return f"{self._alias(kind)}-{FIRST}"

    def _check_layout(self, kind: Kind, name: str) -> None:
        """Once per index and process: was it made for the facets that the portal has?"""
        if name in self._checked:
            return
        mapped = self.client.indices.get_mapping(index=name)[name]["mappings"].get("properties", {})
        if set(mapped) != set(schema(kind, self.facets)):
            raise IndexOutdated("The index was built for other facets. Run: manage.py rebuild_index")
        self._checked.add(name)

    def index(self, documents: Sequence[SearchDocument]) -> None:
        for kind in Kind:
            wanted = [document for document in documents if document.kind is kind]
            if wanted:
                self.ensure(kind)
                with vendor_errors():
                    for alias in self._live(kind):
                        self._write(alias, wanted, require_alias=True)

    def delete(self, kind: Kind, ids: Sequence[str]) -> None:
        self.ensure(kind)
        revision = now_revision()
        with vendor_errors():
            for alias in self._live(kind):
                where = {"_index": alias, "require_alias": True, "version": revision, "version_type": "external_gte"}
                self._bulk([{"delete": {"_id": each, **where}} for each in ids])

    def _live(self, kind: Kind) -> list[str]:
        """What a change is written to. The next index first: when the swap comes in between, the second alias is it."""
        following = self._next(kind)
        return [*([following] if self._behind(following) else []), self._alias(kind)]

    def rebuild(self, kind: Kind, documents: Iterable[SearchDocument]) -> int:
        with vendor_errors():
            for left in self._behind(self._next(kind)):
                self.client.indices.delete(index=left)
            name = self._create(kind, self._next(kind))
        written, remaining = 0, iter(documents)
        while batch := list(islice(remaining, BULK)):
            with vendor_errors():
                self._write(name, batch)
            written += len(batch)
        with vendor_errors():
            self._swap(kind, name)
        return written

    def _swap(self, kind: Kind, name: str) -> None:
        if self._behind(self._next(kind)) != [name]:
            raise RebuildRunning("Another rebuild of this index began meanwhile; that one goes on.")
        self.client.indices.refresh(index=name)
        old = self._behind(self._alias(kind))
        actions: list[dict[str, Any]] = [{"add": {"index": name, "alias": self._alias(kind)}}]
        actions += [{"remove": {"index": each, "alias": self._alias(kind)}} for each in old]
        actions.append({"remove": {"index": name, "alias": self._next(kind)}})
        self.client.indices.update_aliases(body={"actions": actions})
        for each in old:
            self.client.indices.delete(index=each)

    def _write(self, name: str, documents: Sequence[SearchDocument], *, require_alias: bool = False) -> None:
        """To an alias only while it exists: an engine would otherwise make an index of that name without a mapping."""
        where = {"_index": name, "version_type": "external_gte", "require_alias": require_alias}
        for at in range(0, len(documents), BULK):
            lines: list[dict[str, Any]] = []
            for document in documents[at : at + BULK]:
                lines.append({"index": {"_id": document.id, "version": document.revision, **where}})
                lines.append(fields(document, self.facets))
            self._bulk(lines)

    def _bulk(self, lines: list[dict[str, Any]]) -> None:
        """An older revision than the one there (409) and a missing document (404) are as wanted; so is a next
        index that was swapped in meanwhile (404)."""
        if not lines:
            return
        answer = self.client.bulk(body=lines)
        for item in answer["items"]:
            result = next(iter(item.values()))
            if result["status"] >= 400 and result["status"] not in (404, 409):
                raise SearchUnavailable(f"The engine refused {result['_id']}: {result.get('error')}")

    def refresh(self, kind: Kind) -> None:
        self.ensure(kind)
        with vendor_errors():
            self.client.indices.refresh(index=self._alias(kind))

    # ---- reading ----

    def search(self, query: SearchQuery, access: Access) -> Results:
        started = time.perf_counter()
        wanted = counted(query, self.facets)
        one_more = {"size": query.size + 1}  # tells whether another page follows
        answer = self._ask(query.kind, build.page(query, access, wanted, decode_cursor(query)) | one_more)
        found = answer["hits"]["hits"][: query.size]
        hits = []
        for each in found:
            stored = json.loads(each["_source"]["stored"])
            reasons = why.explain(query.node, stored, query.kind, self.facets)
            hits.append(hit(each["_id"], stored, reasons, each.get("_score") or 0.0))
        cursor = encode_cursor(query, found[-1]["sort"]) if len(answer["hits"]["hits"]) > query.size else ""
        facets = tuple(self._facet(facet, answer, query) for facet in wanted)
        took = round((time.perf_counter() - started) * 1000)
        return Results(tuple(hits), facets, answer["hits"]["total"]["value"], took, cursor)

    def facet(self, query: SearchQuery, access: Access, name: str, contains: str = "", size: int = 1000) -> Facet:
        declaration = next(facet for facet in self.facets.of(query.kind) if facet.name == name)
        answer = self._ask(query.kind, build.counts(query, access, [declaration]))
        return self._facet(declaration, answer, query, contains=contains, size=size)

    def _facet(self, facet: FacetDeclaration, answer: Any, query: SearchQuery, **how: Any) -> Facet:
        counts = answer["aggregations"][facet.name]
        if facet.is_terms:
            return terms_facet(facet, _buckets(counts), query.filters.get(facet.name, ()), **how)
        return Facet(facet, low=counts["low"]["value"], high=counts["high"]["value"])

    def suggest(self, kind: Kind, text: str, access: Access, size: int = 10) -> tuple[Suggestion, ...]:
        typed = words.folded(text)
        if not typed:
            return ()
        facets = self.facets.terms(kind)
        search = build.base(SearchQuery(kind), access)[:0]
        search = search.query("bool", filter=[build.of_node(Prefix(word)) for word in typed])
        for facet in facets:
            build.add_facet(search, SearchQuery(kind), facet)
        answer = self._ask(kind, search.to_dict())
        titled = build.base(SearchQuery(kind), access).source(["stored"])[:size]
        titled = titled.query("bool", filter=[build.of_node(Prefix(word, "title")) for word in typed])
        hits = self._ask(kind, titled.to_dict())["hits"]["hits"]
        titles = [json.loads(each["_source"]["stored"])["title"] for each in hits]
        return suggestions(text, [(f, _buckets(answer["aggregations"][f.name])) for f in facets], titles, size)

    def count(self, kind: Kind, access: Access) -> int:
        answer = self._ask(kind, build.base(SearchQuery(kind), access)[:0].to_dict())
        return answer["hits"]["total"]["value"]

    def ids(self, kind: Kind, access: Access = frozenset({EVERYTHING})) -> Iterable[str]:
        after: list[str] = []
        wanted = build.base(SearchQuery(kind), access).to_dict()["query"]
        while True:
            body: dict[str, Any] = {"query": wanted, "size": IDS_AT_ONCE, "_source": False, "sort": ["id"]}
            found = self._ask(kind, body | ({"search_after": after} if after else {}))["hits"]["hits"]
            yield from (each["_id"] for each in found)
            if len(found) < IDS_AT_ONCE:
                return
            after = found[-1]["sort"]

    def ping(self) -> None:
        with vendor_errors():
            self.client.info()

    def _ask(self, kind: Kind, body: dict[str, Any]) -> Any:
        try:
            return self._asked(kind, body)
        except SearchUnavailable:
            # No index yet (a fresh portal): make it, then ask again; a dead engine raises anew.
            self.ensure(kind)
            return self._asked(kind, body)

    def _asked(self, kind: Kind, body: dict[str, Any]) -> Any:
        with vendor_errors():
            return self.client.search(index=self._alias(kind), body=body)


def _buckets(counts: Any) -> list[tuple[str, int]]:
    return [(bucket["key"], bucket["doc_count"]) for bucket in counts["values"]["buckets"]]
