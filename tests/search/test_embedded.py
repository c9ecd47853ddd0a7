"""The contract on Tantivy, and what is particular to it: folders, locks and other processes."""

import multiprocessing
from dataclasses import replace

import pytest

from search.address import encode_cursor, from_params
from search.backends.embedded import EmbeddedBackend
from search.errors import IndexOutdated, RebuildRunning, SearchUnavailable
from search.facets import FACETS, FacetDeclaration, FacetRegistry, Kind
from search.query import QueryError
from tests.search.backend_contract import PUBLIC, BackendContract
from tests.search.builders import image


class TestEmbedded(BackendContract):
    @pytest.fixture
    def backend(self, tmp_path):
        self.folder = tmp_path
        return EmbeddedBackend(tmp_path)

    def with_facets(self, backend, facets):
        return EmbeddedBackend(self.folder, facets)


def _write(folder, first: int) -> None:
    backend = EmbeddedBackend(folder, FacetRegistry(FACETS))
    for at in range(first, first + 5):
        backend.index([image(at)])


def test_several_processes_write_at_once_and_a_reader_finds_all(tmp_path):
    # The other processes know nothing of the facets that upper layers add here.
    reader = EmbeddedBackend(tmp_path, FacetRegistry(FACETS))
    assert reader.count(Kind.IMAGE, PUBLIC) == 0
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(tmp_path, first)) for first in (0, 100)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert reader.count(Kind.IMAGE, PUBLIC) == 10


def test_a_rebuild_by_another_process_is_followed(tmp_path):
    reader, writer = EmbeddedBackend(tmp_path), EmbeddedBackend(tmp_path)
    writer.index([image(1), image(2)])
    assert reader.count(Kind.IMAGE, PUBLIC) == 2
    writer.rebuild(Kind.IMAGE, iter([image(3)]))
    assert reader.count(Kind.IMAGE, PUBLIC) == 1


def test_only_one_rebuild_at_a_time(tmp_path):
    first, second = EmbeddedBackend(tmp_path), EmbeddedBackend(tmp_path)

    def documents():
        yield image(1)
        with pytest.raises(RebuildRunning):
            second.rebuild(Kind.IMAGE, iter(()))

    assert first.rebuild(Kind.IMAGE, documents()) == 1


def test_an_index_of_other_facets_asks_for_a_rebuild_and_gets_well_by_it(tmp_path):
    EmbeddedBackend(tmp_path, FacetRegistry(FACETS)).index([image(1)])
    with pytest.raises(IndexOutdated):
        EmbeddedBackend(tmp_path, FacetRegistry([*FACETS, FacetDeclaration("mood", "Mood")])).ping()
    reordered = [replace(facet, order=-facet.order) for facet in FACETS]
    wider = EmbeddedBackend(tmp_path, FacetRegistry(reordered))
    with pytest.raises(IndexOutdated):
        wider.count(Kind.IMAGE, PUBLIC)
    wider.rebuild(Kind.IMAGE, iter([image(1)]))
    assert wider.count(Kind.IMAGE, PUBLIC) == 1


def test_a_folder_that_cannot_be_read_is_told_as_our_own_error(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SearchUnavailable):
        EmbeddedBackend(tmp_path / "file").ping()


@pytest.mark.parametrize("after", [["x"], [-1, ""], [True, ""], [1.5, ""], [1, 2]])
def test_a_page_mark_made_by_hand_is_refused(tmp_path, after):
    query = from_params(Kind.IMAGE, {"sort": ["title"]})
    with pytest.raises(QueryError, match="first page"):
        EmbeddedBackend(tmp_path).search(replace(query, cursor=encode_cursor(query, after)), PUBLIC)


def test_a_page_mark_far_beyond_the_end_finds_nothing_more(tmp_path):
    backend = EmbeddedBackend(tmp_path)
    backend.index([image(1)])
    query = from_params(Kind.IMAGE, {})
    assert backend.search(replace(query, cursor=encode_cursor(query, [10**30, ""])), PUBLIC).hits == ()
