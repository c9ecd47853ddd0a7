"""Searching on behalf of a reader: the index filters by tokens, and hits are checked once more against the database."""

from dataclasses import replace

from django.contrib.auth.models import AnonymousUser

from archive import access
from archive.models import Dataset, Image, User
from search.facets import Kind
from search.query import SearchQuery
from search.results import Facet, Results, Suggestion
from search.selectors.backend import backend

Reader = User | AnonymousUser
MODELS = {Kind.DATASET: Dataset, Kind.IMAGE: Image}


def find(query: SearchQuery, reader: Reader) -> Results:
    """Results that this reader may see; a hit that is no longer theirs is left out even if the index lags behind."""
    results = backend().search(query, access.tokens_for(reader))
    accessions = [hit.accession for hit in results.hits]
    records = access.visible_to(MODELS[query.kind].objects.filter(accession__in=accessions), reader)
    allowed = set(records.values_list("accession", flat=True))
    return replace(results, hits=tuple(hit for hit in results.hits if hit.accession in allowed))


def count(query: SearchQuery, reader: Reader) -> int:
    """How many documents a search finds, without hits and facets."""
    return backend().search(replace(query, facets=(), size=1, cursor=""), access.tokens_for(reader)).total


def facet(query: SearchQuery, reader: Reader, name: str, contains: str, size: int) -> Facet:
    return backend().facet(query, access.tokens_for(reader), name, contains, size)


def suggest(kind: Kind, text: str, reader: Reader, size: int) -> tuple[Suggestion, ...]:
    return backend().suggest(kind, text, access.tokens_for(reader), size)
