"""One Tantivy index in one folder: made for a schema, opened once per process, written under its owner's lock."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy

from search.backends.document import FieldType, SearchDocument, fields, schema
from search.errors import IndexOutdated, SearchUnavailable
from search.facets import FacetRegistry, Kind

HEAP_BYTES = 64_000_000
LAYOUT = "layout.json"  # the fields that the index was made with
_WHITESPACE = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def tantivy_schema(layout: dict[str, FieldType]) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name, kind in layout.items():
        if kind is FieldType.KEYWORD:
            builder.add_text_field(name, stored=name == "id", fast=True, tokenizer_name="raw", index_option="basic")
        elif kind is FieldType.WORDS:
            builder.add_text_field(name, tokenizer_name="words", index_option="position")
        elif kind is FieldType.PREFIXES:
            builder.add_text_field(name, tokenizer_name="words", index_option="basic")
        elif kind is FieldType.NUMBER:
            builder.add_float_field(name, fast=True)
        elif kind is FieldType.SORT:
            # Ordered by its fast column alone, so the inverted side stays as small as Tantivy allows.
            builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
        elif kind is FieldType.REVISION:
            builder.add_unsigned_field(name, fast=True)
        else:
            builder.add_text_field(name, stored=True, tokenizer_name="nothing", index_option="basic")
    return builder.build()


def tantivy_document(values: dict, layout: dict[str, FieldType]) -> tantivy.Document:
    document = tantivy.Document()
    for name, kind in layout.items():
        value = values[name]
        if kind is FieldType.REVISION:
            document.add_unsigned(name, value)
            continue
        add = document.add_float if kind is FieldType.NUMBER else document.add_text
        for each in value if isinstance(value, list) else [value]:
            add(name, each)
    return document


class EmbeddedIndex:
    """An open index. Readers call `searcher()`; whoever holds the write lock calls `write` and `remove`."""

    def __init__(self, folder: Path, kind: Kind, facets: FacetRegistry) -> None:
        self.layout = schema(kind, facets)
        self.facets = facets
        written = json.loads((folder / LAYOUT).read_text())
        if list(written.items()) != list(self.layout.items()):  # the order of the fields is part of the format
            raise IndexOutdated("The index was built for other facets. Run: manage.py rebuild_index")
        self.schema = tantivy_schema(self.layout)
        self._index = tantivy.Index(self.schema, path=str(folder), reuse=True)
        _register(self._index)
        self._reloading = threading.Lock()

    @classmethod
    def create(cls, folder: Path, kind: Kind, facets: FacetRegistry) -> "EmbeddedIndex":
        (folder / LAYOUT).write_text(json.dumps(schema(kind, facets)))
        return cls(folder, kind, facets)

    def searcher(self) -> tantivy.Searcher:
        """Everything committed so far, by any process."""
        with self._reloading:
            self._index.reload()
        return self._index.searcher()

    def write(self, documents: Sequence[SearchDocument]) -> None:
        """Add or replace; of two readings of one record, the later stays."""
        known = self._revisions([document.id for document in documents])
        latest: dict[str, SearchDocument] = {}
        for document in sorted(documents, key=lambda document: document.revision):
            if document.revision >= known.get(document.id, 0):
                latest[document.id] = document
        with self._writer() as writer:
            for document in latest.values():
                writer.delete_documents_by_term("id", document.id)
                writer.add_document(tantivy_document(fields(document, self.facets), self.layout))

    def remove(self, ids: Sequence[str]) -> None:
        with self._writer() as writer:
            for each in ids:
                writer.delete_documents_by_term("id", each)

    def _revisions(self, ids: Sequence[str]) -> dict[str, int]:
        searcher = self.searcher()
        if not searcher.num_docs:
            return {}
        query = tantivy.Query.term_set_query(self.schema, "id", list(ids))
        addresses = [address for _, address in searcher.search(query, max(1, len(ids)), count=False).hits]
        found = searcher.fast_field_values("revision", addresses)
        return {searcher.doc(at)["id"][0]: int(value or 0) for at, value in zip(addresses, found, strict=True)}

    @contextmanager
    def _writer(self) -> Iterator[tantivy.IndexWriter]:
        """One commit; merges are finished before the lock is given back, so that the next writer finds no other."""
        try:
            writer = self._index.writer(HEAP_BYTES, 1)
            yield writer
            writer.commit()
            writer.wait_merging_threads()
        except (ValueError, OSError) as error:
            raise SearchUnavailable(f"The search index cannot be written: {error}") from error


def _register(index: tantivy.Index) -> None:
    index.register_tokenizer("words", _WHITESPACE)
    # What is only stored is indexed as nothing: no text is short enough to pass.
    nothing = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw()).filter(tantivy.Filter.remove_long(1)).build()
    index.register_tokenizer("nothing", nothing)
