"""PURE: Crossref's answer to `works/{doi}` (github.com/CrossRef/rest-api-doc, api_format.md). It knows ORCID iDs."""

from collections.abc import Mapping
from typing import Any

from archive.interchange.publications import reading
from archive.interchange.publications.model import Author, Grant, Publication, unique_grants


def publication(answer: Any) -> Publication | None:
    """None for an answer that holds no work with a DOI and a title."""
    work = reading.at(answer, "message")
    doi, title = reading.doi(reading.at(work, "DOI")), _first(work, "title")
    if not (doi and title):
        return None
    return Publication(
        doi=doi,
        title=title,
        journal=_first(work, "container-title") or _institution(work),
        year=_year(work),
        authors=tuple(author for person in reading.records(work.get("author")) if (author := _author(person))),
        abstract=reading.abstract(work.get("abstract")),
        grants=unique_grants([grant for funder in reading.records(work.get("funder")) for grant in _grants(funder)]),
        licence=_licence(work),
        preprint_of=_related(work, "is-preprint-of"),
        preprints=_related(work, "has-preprint"),
    )


def _first(work: Any, name: str) -> str:
    return next(iter(reading.strings(reading.at(work, name))), "")


def _institution(work: Mapping[str, Any]) -> str:
    """Where a preprint stands, which is no journal: an object once, a list of them now."""
    value = work.get("institution")
    places = reading.records(value if isinstance(value, list) else [value])
    return reading.string(places[0].get("name")) if places else ""


def _year(work: Mapping[str, Any]) -> int | None:
    for name in ("published", "issued", "published-online", "published-print", "created"):
        parts = reading.at(work, name, "date-parts")
        first = parts[0] if isinstance(parts, list) and parts else None
        if isinstance(first, list) and first and (year := reading.year(first[0])):
            return year
    return None


def _author(person: Mapping[str, Any]) -> Author | None:
    family = reading.string(person.get("family")) or reading.string(person.get("name"))
    given = reading.string(person.get("given"))
    if not (family or given):
        return None
    places = [reading.string(place.get("name")) for place in reading.records(person.get("affiliation"))]
    return Author(
        family=family or given,
        given=given if family else "",
        orcid=reading.orcid(person.get("ORCID")),
        affiliation="; ".join(dict.fromkeys(place for place in places if place)),
    )


def _grants(funder: Mapping[str, Any]) -> list[Grant]:
    name = reading.string(funder.get("name"))
    if not name:
        return []
    return [Grant(name, award) for award in reading.strings(funder.get("award"))] or [Grant(name)]


def _licence(work: Mapping[str, Any]) -> str:
    """That of the version of record, or else the first; terms of mining are none."""
    rows = [row for row in reading.records(work.get("license")) if row.get("content-version") != "tdm"]
    rows.sort(key=lambda row: row.get("content-version") != "vor")
    return next((text for row in rows if (text := reading.licence(row.get("URL")))), "")


def _related(work: Mapping[str, Any], relation: str) -> tuple[str, ...]:
    rows = reading.records(reading.at(work, "relation", relation))
    return tuple(dict.fromkeys(doi for row in rows if (doi := reading.doi(row.get("id")))))
