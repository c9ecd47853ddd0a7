"""PURE: Europe PMC's answer to a search with resultType=core. It knows PubMed IDs, abstracts and grants."""

from collections.abc import Mapping
from typing import Any

from archive.interchange.publications import reading
from archive.interchange.publications.identifiers import Identifier, Kind
from archive.interchange.publications.model import Author, Grant, Publication, unique_grants


def query(wanted: Identifier) -> str:
    """In Europe PMC's query language; a PubMed ID is unique only within MEDLINE."""
    if wanted.kind is Kind.PMID:
        return f"EXT_ID:{wanted.value} AND SRC:MED"
    quoted = wanted.value.replace("\\", "").replace('"', "")
    return f'DOI:"{quoted}"'


def publication(answer: Any) -> Publication | None:
    """The first hit; None where there is none with a title."""
    hits = reading.records(reading.at(answer, "resultList", "result"))
    title = reading.string(hits[0].get("title")) if hits else ""
    if not title:
        return None
    hit = hits[0]
    return Publication(
        doi=reading.doi(hit.get("doi")),
        pmid=reading.pmid(hit.get("pmid")),
        title=title.removesuffix("."),
        journal=reading.string(reading.at(hit, "journalInfo", "journal", "title"))
        or reading.string(reading.at(hit, "bookOrReportDetails", "publisher")),
        year=reading.year(reading.at(hit, "journalInfo", "yearOfPublication")) or reading.year(hit.get("pubYear")),
        authors=_authors(hit),
        abstract=reading.abstract(hit.get("abstractText")),
        grants=unique_grants(_grants(hit)),
        licence=reading.licence(hit.get("license")),
    )


def _authors(hit: Mapping[str, Any]) -> tuple[Author, ...]:
    people = reading.records(reading.at(hit, "authorList", "author"))
    found = tuple(author for person in people if (author := _author(person)))
    if found:
        return found
    # Old records have the line of authors alone: "Lovelace A, Babbage C."
    names = reading.string(hit.get("authorString")).removesuffix(".").split(", ")
    return tuple(_of_line(name) for name in names if name)


def _of_line(name: str) -> Author:
    family, _, initials = name.rpartition(" ")
    return Author(family, initials) if family and initials.isupper() else Author(name)


def _author(person: Mapping[str, Any]) -> Author | None:
    family = reading.string(person.get("lastName")) or reading.string(person.get("collectiveName"))
    given = reading.string(person.get("firstName")) or reading.string(person.get("initials"))
    if not family:
        family, given = reading.string(person.get("fullName")), ""
    if not family:
        return None
    return Author(family, given, _orcid(person), _affiliation(person))


def _orcid(person: Mapping[str, Any]) -> str:
    identifier = person.get("authorId")
    return reading.orcid(reading.at(identifier, "value")) if reading.at(identifier, "type") == "ORCID" else ""


def _affiliation(person: Mapping[str, Any]) -> str:
    rows = reading.records(reading.at(person, "authorAffiliationDetailsList", "authorAffiliation"))
    places = [reading.string(row.get("affiliation")) for row in rows] or [reading.string(person.get("affiliation"))]
    return "; ".join(dict.fromkeys(place.removesuffix(".") for place in places if place))


def _grants(hit: Mapping[str, Any]) -> list[Grant]:
    rows = reading.records(reading.at(hit, "grantsList", "grant"))
    grants = [Grant(reading.string(row.get("agency")), reading.string(row.get("grantId"))) for row in rows]
    return [grant for grant in grants if grant.funder]
