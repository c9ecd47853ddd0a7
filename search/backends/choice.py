"""PORTAL_SEARCH_URL → a backend: tantivy:///folder, elasticsearch://host:9200 or opensearch://host:9201.

Options stand in the query: `?prefix=name&shards=3&replicas=1&scheme=https`.
"""

from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from search.backends.base import SearchBackend
from search.backends.elastic import ElasticBackend, elasticsearch_client, opensearch_client
from search.backends.embedded import EmbeddedBackend

_CLIENTS = {"elasticsearch": elasticsearch_client, "opensearch": opensearch_client}


class BadSearchURL(ValueError):
    """The sentence says what is accepted."""


@lru_cache(maxsize=8)
def backend_for(url: str) -> SearchBackend:
    """The backend of a URL; one per process, so that its index and its connections stay open."""
    parts = urlsplit(url)
    if parts.scheme == "tantivy":
        return EmbeddedBackend(Path(unquote(parts.path)))
    if parts.scheme not in _CLIENTS:
        raise BadSearchURL(
            f"PORTAL_SEARCH_URL starts with {parts.scheme!r}; use tantivy:///, elasticsearch:// or opensearch://."
        )
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    server = f"{options.get('scheme', 'http')}://{parts.netloc}"
    return ElasticBackend(
        _CLIENTS[parts.scheme](server),
        prefix=options.get("prefix", "micrographia"),
        shards=int(options.get("shards", "3")),
        replicas=int(options.get("replicas", "0")),
    )
