"""Searching on behalf of a reader: the index filters by tokens, and hits are checked once more against the database.

Pages and API receive hits that are ready to be shown: with pictures and labels as they are now, not as indexed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.contrib.auth.models import AnonymousUser

from archive import access, extensions
from archive.models import Dataset, Image, User
from archive.states import Standing
from search.facets import Kind
from search.query import SearchQuery
from search.results import Facet, Hit, Results, Suggestion
from search.selectors.backend import backend
from search.selectors.pictures import Picture, pictures

Reader = User | AnonymousUser


def find(query: SearchQuery, reader: Reader) -> Results:
    """Results that this reader may see; a hit that is no longer theirs is left out even if the index lags behind."""
    results = backend().search(query, access.tokens_for(reader))
    keys = _still_there(query.kind, results.hits, reader)
    hits = [hit for hit in results.hits if hit.accession in keys]
    total = results.total - (len(results.hits) - len(hits))
    return replace(results, hits=tuple(_dressed(query.kind, hits, keys, reader)), total=total)


def _still_there(kind: Kind, hits: Sequence[Hit], reader: Reader) -> dict[str, int]:
    """The primary keys of the hits that the reader may see now. A tombstone may be read, and is no result."""
    accessions = [hit.accession for hit in hits]
    if kind is Kind.DATASET:
        rows = Dataset.objects.filter(accession__in=accessions, standing=Standing.CURRENT)
    else:
        rows = Image.objects.filter(accession__in=accessions, role="", dataset__standing=Standing.CURRENT)
    return dict(access.visible_to(rows, reader).values_list("accession", "pk"))


def _dressed(kind: Kind, hits: Sequence[Hit], keys: Mapping[str, int], reader: Reader) -> list[Hit]:
    shots = [shot["accession"] for hit in hits for shot in hit.shown.get("shots", ())]
    found = pictures(shots if kind is Kind.DATASET else keys, reader) if hits else {}
    if kind is Kind.IMAGE:
        worn = extensions.image_badges([keys[hit.accession] for hit in hits])
        return [_image(hit, found.get(hit.accession), worn[keys[hit.accession]]) for hit in hits]
    badges = extensions.badges([keys[hit.accession] for hit in hits])
    return [_dataset(hit, found, badges[keys[hit.accession]]) for hit in hits]


def _image(hit: Hit, picture: Picture | None, badges: Sequence[extensions.Badge]) -> Hit:
    shown = {**hit.shown, "labels": _labels(badges)}
    if picture is None:
        return replace(hit, shown=shown)
    shown |= {"width": picture.width, "height": picture.height, "no_picture": ""}
    return replace(hit, thumbnail=picture.url, shown=shown)


def _labels(badges: Sequence[extensions.Badge]) -> list[dict[str, str]]:
    return [
        {"kind": badge.kind, "label": badge.label, "evidence": badge.evidence, "url": badge.url} for badge in badges
    ]


def _dataset(hit: Hit, found: Mapping[str, Picture], badges: Sequence[extensions.Badge]) -> Hit:
    shots: list[dict[str, Any]] = []
    for shot in hit.shown.get("shots", ()):
        if picture := found.get(shot["accession"]):
            shots.append({**shot, "url": picture.url, "width": picture.width, "height": picture.height})
    thumbnail = shots[0]["url"] if shots else ""
    return replace(hit, thumbnail=thumbnail, shown={**hit.shown, "shots": shots, "labels": _labels(badges)})


def count(query: SearchQuery, reader: Reader) -> int:
    """How many documents a search finds, without hits and facets."""
    return backend().search(replace(query, facets=(), size=1, cursor=""), access.tokens_for(reader)).total


def facet(query: SearchQuery, reader: Reader, name: str, contains: str, size: int) -> Facet:
    return backend().facet(query, access.tokens_for(reader), name, contains, size)


def suggest(kind: Kind, text: str, reader: Reader, size: int) -> tuple[Suggestion, ...]:
    return backend().suggest(kind, text, access.tokens_for(reader), size)
