"""The contract on Elasticsearch and on OpenSearch, three primary shards each."""

import os
import uuid

import pytest

from search.backends.elastic import ElasticBackend, elasticsearch_client, opensearch_client
from search.errors import SearchUnavailable
from search.facets import Kind
from tests.search.backend_contract import BackendContract

CLIENTS = {"ELASTICSEARCH": elasticsearch_client, "OPENSEARCH": opensearch_client}


def engine(name: str):
    """A backend with indices of its own, dropped afterwards; a missing service fails the test."""
    url = os.environ[f"PORTAL_TEST_{name}_URL"]
    client = CLIENTS[name](url.replace("elasticsearch://", "http://").replace("opensearch://", "http://"))
    backend = ElasticBackend(client, prefix=f"test-{uuid.uuid4().hex[:8]}", shards=3)
    yield backend
    for index in client.indices.get(index=f"{backend.prefix}-*"):
        client.indices.delete(index=index)
    client.close()


class EngineContract(BackendContract):
    def with_facets(self, backend, facets):
        return ElasticBackend(backend.client, prefix=backend.prefix, facets=facets)

    def test_two_processes_that_begin_at_once_share_one_index(self, backend):
        other = self.with_facets(backend, backend.facets)
        other._behind = lambda alias: []  # it looked before the first one made the index
        backend.ensure(Kind.IMAGE)
        other.ensure(Kind.IMAGE)
        assert len(backend._behind(backend._alias(Kind.IMAGE))) == 1


@pytest.mark.services
@pytest.mark.enable_socket
class TestElasticsearch(EngineContract):
    @pytest.fixture
    def backend(self):
        yield from engine("ELASTICSEARCH")


@pytest.mark.services
@pytest.mark.enable_socket
class TestOpenSearch(EngineContract):
    @pytest.fixture
    def backend(self):
        yield from engine("OPENSEARCH")


@pytest.mark.enable_socket
@pytest.mark.parametrize("client", [elasticsearch_client, opensearch_client])
def test_an_engine_that_is_down_is_told_as_our_own_error(client):
    vendor = client("http://127.0.0.1:9")
    backend = ElasticBackend(vendor)
    with pytest.raises(SearchUnavailable):
        backend.ping()
    with pytest.raises(SearchUnavailable):
        backend.count(Kind.IMAGE, frozenset({"public"}))
    vendor.close()
