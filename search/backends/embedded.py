"""Tantivy in our own processes: any number of readers, one writer at a time (a lock makes the others wait)."""

import json
import threading
import time
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import tantivy

from search import why, words
from search.address import decode_cursor, encode_cursor
from search.backends import embedded_query as build
from search.backends.base import EVERYTHING, Access, SearchBackend
from search.backends.counting import EVERY_BUCKET, counted, other_filters, suggestions, terms_facet
from search.backends.document import SORT_FIELDS, SearchDocument, hit, now_revision
from search.backends.embedded_index import EmbeddedIndex
from search.backends.generations import Generations
from search.errors import SearchUnavailable
from search.facets import FacetDeclaration, FacetRegistry, Kind, registry
from search.query import Prefix, QueryError, SearchQuery
from search.results import Facet, Hit, Results, Suggestion

REBUILD_BATCH = 5_000
DELETED = "deleted.jsonl"  # what was deleted while a rebuild ran: one {"id", "revision"} per line


class EmbeddedBackend(SearchBackend):
    """One folder per kind below `root`; see generations.py."""

    def __init__(self, root: Path, facets: FacetRegistry = registry) -> None:
        self.facets = facets
        self._generations = {kind: Generations(root / f"{kind}s") for kind in Kind}
        self._open: dict[Path, EmbeddedIndex] = {}
        self._opening = threading.Lock()

    # ---- writing ----

    def ensure(self, kind: Kind) -> None:
        generations = self._generations[kind]
        if generations.current is None:
            with generations.writing():
                if generations.current is None:
                    generations.point("current", self._create(kind))

    def index(self, documents: Sequence[SearchDocument]) -> None:
        for kind in Kind:
            wanted = [document for document in documents if document.kind is kind]
            if not wanted:
                continue
            self.ensure(kind)
            with self._generations[kind].writing():
                for folder in self._live(kind):
                    self._index(folder, kind).write(wanted)

    def delete(self, kind: Kind, ids: Sequence[str]) -> None:
        self.ensure(kind)
        with self._generations[kind].writing():
            if following := self._generations[kind].next:
                with (following / DELETED).open("a") as journal:
                    journal.writelines(json.dumps({"id": each, "revision": now_revision()}) + "\n" for each in ids)
            for folder in self._live(kind):
                self._index(folder, kind).remove(ids)

    def rebuild(self, kind: Kind, documents: Iterable[SearchDocument]) -> int:
        generations = self._generations[kind]
        with generations.rebuilding():
            with generations.writing():
                generations.forget_next()
                folder = self._create(kind)
                generations.point("next", folder)
            written, remaining = 0, iter(documents)
            # The documents are read outside the lock: changes go on meanwhile, into both indexes.
            while batch := list(islice(remaining, REBUILD_BATCH)):
                with generations.writing():
                    self._index(folder, kind).write(_not_deleted(folder, batch))
                written += len(batch)
            with generations.writing():
                generations.swap()
        return written

    def refresh(self, kind: Kind) -> None:
        """A commit is found by the next search already; an index that cannot be read is told of here."""
        self._searcher(kind)

    def _create(self, kind: Kind) -> Path:
        folder = self._generations[kind].new()
        self._open[folder] = EmbeddedIndex.create(folder, kind, self.facets)
        return folder

    def _live(self, kind: Kind) -> list[Path]:
        """What a change is written to: the current index, and the one that a rebuild fills."""
        generations = self._generations[kind]
        return [folder for folder in (generations.current, generations.next) if folder is not None]

    def _index(self, folder: Path, kind: Kind) -> EmbeddedIndex:
        with self._opening:
            if folder not in self._open:
                for gone in [path for path in self._open if not path.exists()]:
                    del self._open[gone]
                self._open[folder] = EmbeddedIndex(folder, kind, self.facets)
            return self._open[folder]

    # ---- reading ----

    def search(self, query: SearchQuery, access: Access) -> Results:
        started = time.perf_counter()
        index, searcher = self._searcher(query.kind)
        after = _checked(decode_cursor(query), searcher.num_docs)
        everything = build.whole(index.schema, query, access, query.filters, query.ranges)
        total, found, cursor = _page(searcher, everything, query, after)
        hits = tuple(self._hit(searcher, query, score, address) for score, address in found)
        facets = tuple(self._count(index, searcher, query, access))
        return Results(hits, facets, total, round((time.perf_counter() - started) * 1000), cursor)

    def facet(self, query: SearchQuery, access: Access, name: str, contains: str = "", size: int = 1000) -> Facet:
        index, searcher = self._searcher(query.kind)
        declaration = next(facet for facet in self.facets.of(query.kind) if facet.name == name)
        answer = self._aggregate(index, searcher, query, access, [declaration])
        if not declaration.is_terms:
            return _range_facet(declaration, answer)
        chosen = query.filters.get(name, ())
        return terms_facet(declaration, _buckets(answer[name]), chosen, contains=contains, size=size)

    def suggest(self, kind: Kind, text: str, access: Access, size: int = 10) -> tuple[Suggestion, ...]:
        index, searcher = self._searcher(kind)
        typed = words.folded(text)
        if not typed:
            return ()
        asked = [build.of_node(index.schema, Prefix(word)) for word in typed]
        query = build.all_of([*build.readable(index.schema, access), *asked])
        facets = self.facets.terms(kind)
        answer = searcher.aggregate(query, {facet.name: _terms(facet) for facet in facets})
        titled = build.all_of(
            [
                *build.readable(index.schema, access),
                *(build.of_node(index.schema, Prefix(word, "title")) for word in typed),
            ]
        )
        titles = [_stored(searcher, address)["title"] for _, address in searcher.search(titled, size, count=False).hits]
        return suggestions(text, [(facet, _buckets(answer[facet.name])) for facet in facets], titles, size)

    def count(self, kind: Kind, access: Access) -> int:
        index, searcher = self._searcher(kind)
        return searcher.search(build.all_of(build.readable(index.schema, access)), 1).count

    def ids(self, kind: Kind, access: Access = frozenset({EVERYTHING})) -> Iterable[str]:
        index, searcher = self._searcher(kind)
        if not searcher.num_docs:
            return []
        wanted = build.all_of(build.readable(index.schema, access))
        found = searcher.search(wanted, searcher.num_docs, count=False)
        return [searcher.doc(address)["id"][0] for _, address in found.hits]

    def ping(self) -> None:
        for kind in Kind:
            self._searcher(kind)

    def _searcher(self, kind: Kind) -> tuple[EmbeddedIndex, tantivy.Searcher]:
        """The current index; once more when a rebuild swapped it away between reading the pointer and opening it."""
        self.ensure(kind)
        for attempt in range(3):
            folder = self._generations[kind].current
            try:
                index = self._index(folder, kind)
                return index, index.searcher()
            except (OSError, ValueError) as error:
                if attempt == 2 or self._generations[kind].current == folder:
                    raise SearchUnavailable(f"The search index cannot be read: {error}") from error
        raise SearchUnavailable("The search index changes too fast to be read.")

    def _hit(self, searcher: tantivy.Searcher, query: SearchQuery, score: Any, address: tantivy.DocAddress) -> Hit:
        document = searcher.doc(address)
        stored = json.loads(document["stored"][0])
        reasons = why.explain(query.node, stored, query.kind, self.facets)
        return hit(document["id"][0], stored, reasons, score if isinstance(score, float) else 0.0)

    def _count(
        self, index: EmbeddedIndex, searcher: tantivy.Searcher, query: SearchQuery, access: Access
    ) -> list[Facet]:
        """Facets that nothing restricts are counted in one go; a chosen one is counted without its own choice."""
        wanted = counted(query, self.facets)
        chosen = [facet for facet in wanted if facet.name in query.filters or facet.name in query.ranges]
        free = [facet for facet in wanted if facet not in chosen]
        answer = self._aggregate(index, searcher, query, access, free) if free else {}
        for facet in chosen:
            answer |= self._aggregate(index, searcher, query, access, [facet])
        return [
            terms_facet(facet, _buckets(answer[facet.name]), query.filters.get(facet.name, ()))
            if facet.is_terms
            else _range_facet(facet, answer)
            for facet in wanted
        ]

    def _aggregate(
        self,
        index: EmbeddedIndex,
        searcher: tantivy.Searcher,
        query: SearchQuery,
        access: Access,
        facets: Sequence[FacetDeclaration],
    ) -> dict[str, Any]:
        filters, ranges = query.filters, query.ranges
        for facet in facets:
            filters, ranges = other_filters(query, facet.name) if len(facets) == 1 else (filters, ranges)
        restricted = build.whole(index.schema, query, access, filters, ranges)
        asked: dict[str, Any] = {}
        for facet in facets:
            if facet.is_terms:
                asked[facet.name] = _terms(facet)
            else:
                asked |= {f"{facet.name}.{end}": {end: {"field": facet.name}} for end in ("min", "max")}
        return searcher.aggregate(restricted, asked)


def _terms(facet: FacetDeclaration) -> dict[str, Any]:
    return {"terms": {"field": facet.name, "size": EVERY_BUCKET, "segment_size": EVERY_BUCKET}}


def _buckets(answer: dict[str, Any]) -> list[tuple[str, int]]:
    return [(bucket["key"], bucket["doc_count"]) for bucket in answer["buckets"]]


def _range_facet(facet: FacetDeclaration, answer: dict[str, Any]) -> Facet:
    return Facet(facet, low=answer[f"{facet.name}.min"]["value"], high=answer[f"{facet.name}.max"]["value"])


def _stored(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> dict[str, Any]:
    return json.loads(searcher.doc(address)["stored"][0])


def _not_deleted(folder: Path, batch: list[SearchDocument]) -> list[SearchDocument]:
    """A record deleted while the rebuild was reading stays deleted."""
    journal = folder / DELETED
    if not journal.exists():
        return batch
    gone: dict[str, int] = {}
    for line in journal.read_text().splitlines():
        entry = json.loads(line)
        gone[entry["id"]] = entry["revision"]
    return [document for document in batch if document.revision > gone.get(document.id, -1)]


def _checked(after: list, most: int) -> list:
    """A page mark is a place and a sort key; anything else was made by hand or by another engine."""
    if after and not (len(after) == 2 and type(after[0]) is int and after[0] > 0 and isinstance(after[1], str)):
        raise QueryError(("cursor", "This page mark does not belong to this search. Start at its first page."))
    return [min(after[0], most), after[1]] if after else []


def _page(
    searcher: tantivy.Searcher, everything: tantivy.Query, query: SearchQuery, after: list
) -> tuple[int, list[tuple[Any, tantivy.DocAddress]], str]:
    """Total, one page, and the cursor of the next. Explicit orders continue after a key, relevance after a place."""
    name, descending = SORT_FIELDS.get(query.sort, (None, True))
    order = tantivy.Order.Desc if descending else tantivy.Order.Asc

    def fetch(offset: int, limit: int) -> tantivy.SearchResult:
        return searcher.search(everything, limit, order_by_field=name, order=order, offset=offset)

    offset = max(0, int(after[0])) if after else 0
    if after and name is not None:
        offset = _place_after(fetch, str(after[1]), offset, descending)
    result = fetch(offset, query.size)
    reached = offset + len(result.hits)
    cursor = ""
    if result.hits and reached < result.count:
        cursor = encode_cursor(query, [reached, result.hits[-1][0] if name else ""])
    return result.count, result.hits, cursor


def _place_after(fetch: Any, key: str, guess: int, descending: bool) -> int:
    """The place after a sort key: where it was, or found anew by halving when the index has changed since."""
    here = fetch(guess - 1, 1).hits if guess else []
    if here and here[0][0] == key:
        return guess
    low, high = 0, fetch(0, 1).count
    while low < high:
        middle = (low + high) // 2
        value = fetch(middle, 1).hits[0][0]
        is_before = value >= key if descending else value <= key
        low, high = (middle + 1, high) if is_before else (low, middle)
    return low
