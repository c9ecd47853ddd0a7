"""A search engine whose process ends and comes back: changes wait in the outbox, then each is found exactly once."""

from collections.abc import Iterator

import pytest

from search import documents, indexing
from search.backends.choice import backend_for
from search.backends.document import SearchDocument
from search.errors import SearchUnavailable
from search.facets import Kind
from search.models import PendingChange
from tests.search.spare_engines import SpareEngine, spare_engine

PUBLIC = frozenset({"public"})
pytestmark = [pytest.mark.services, pytest.mark.enable_socket]


@pytest.fixture(params=["elasticsearch", "opensearch"])
def spare(request, tmp_path, settings) -> Iterator[SpareEngine]:
    with spare_engine(request.param, tmp_path) as engine:
        settings.PORTAL_SEARCH_URL = engine.url
        yield engine
        backend_for(engine.url).client.close()
        backend_for.cache_clear()


def change(*datasets) -> None:
    for dataset in datasets:
        indexing.record_change(dataset_id=dataset.pk)


def test_what_changes_during_an_outage_is_found_exactly_once_after_it(spare, released):
    early = [released(images=2) for _ in range(3)]
    change(*early)
    assert indexing.drain_outbox() == 3
    _end_amid_a_rebuild(spare)
    late = released(images=4)
    change(late, early[0])
    for _ in range(2):
        assert indexing.drain_outbox() == 0
    assert set(PendingChange.objects.values_list("dataset_id", flat=True)) == {late.pk, early[0].pk}
    with pytest.raises(SearchUnavailable):
        backend_for(spare.url).count(Kind.DATASET, PUBLIC)
    spare.start()
    assert backend_for(spare.url).count(Kind.IMAGE, PUBLIC) == 6  # readers have the old index, whole
    assert indexing.drain_outbox() == 2
    assert not PendingChange.objects.exists()
    _each_is_found_once(spare, [*early, late], images=10)
    assert indexing.rebuild() == {Kind.DATASET: 4, Kind.IMAGE: 10}
    _each_is_found_once(spare, [*early, late], images=10)
    assert len(backend_for(spare.url).client.indices.get(index="micrographia-*")) == len(Kind)


def _end_amid_a_rebuild(spare: SpareEngine) -> None:
    def ending() -> Iterator[SearchDocument]:
        yield from documents.of_everything(Kind.IMAGE)
        spare.stop()

    with pytest.raises(SearchUnavailable):
        backend_for(spare.url).rebuild(Kind.IMAGE, ending())


def _each_is_found_once(spare: SpareEngine, datasets: list, images: int) -> None:
    assert not any(indexing.differences())
    engine = backend_for(spare.url)
    assert sorted(engine.ids(Kind.DATASET)) == sorted(dataset.accession for dataset in datasets)
    assert len(set(engine.ids(Kind.IMAGE))) == engine.count(Kind.IMAGE, PUBLIC) == images
