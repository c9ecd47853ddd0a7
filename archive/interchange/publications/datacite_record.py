"""PURE: DataCite's answer to `dois/{doi}` (JSON:API, metadata schema 4): preprints of arXiv, data, software."""

from collections.abc import Mapping
from typing import Any

from archive.interchange.publications import reading
from archive.interchange.publications.model import Author, Grant, Publication, unique_grants

# There is no relation of its own for it; arXiv and others use these.
_BECAME = ("IsVersionOf", "IsPreviousVersionOf")


def publication(answer: Any) -> Publication | None:
    """None for an answer that holds nothing with a DOI and a title."""
    record = reading.at(answer, "data", "attributes")
    doi, title = reading.doi(reading.at(record, "doi")), _title(record)
    if not (doi and title):
        return None
    rights = reading.records(record.get("rightsList"))
    return Publication(
        doi=doi,
        title=title,
        journal=reading.string(reading.at(record, "container", "title")) or _publisher(record.get("publisher")),
        year=reading.year(record.get("publicationYear")),
        authors=tuple(author for person in reading.records(record.get("creators")) if (author := _author(person))),
        abstract=_abstract(record),
        grants=unique_grants(_grants(record)),
        licence=next((text for right in rights if (text := _licence(right))), ""),
        preprint_of=_published_as(record),
    )


def _title(record: Any) -> str:
    """The main one: translations and subtitles have a type."""
    rows = reading.records(reading.at(record, "titles"))
    rows.sort(key=lambda row: bool(row.get("titleType")))
    return next((text for row in rows if (text := reading.string(row.get("title")))), "")


def _publisher(value: Any) -> str:
    """A name, or since schema 4.5 an object on demand."""
    return reading.string(value) or reading.string(reading.at(value, "name"))


def _author(person: Mapping[str, Any]) -> Author | None:
    name = reading.string(person.get("name"))
    family, given = reading.string(person.get("familyName")), reading.string(person.get("givenName"))
    if not family and person.get("nameType") != "Organizational":
        family, _, given = (part.strip() for part in name.partition(","))
    identifiers = reading.records(person.get("nameIdentifiers"))
    orcids = [orcid for row in identifiers if (orcid := reading.orcid(row.get("nameIdentifier")))]
    author = Author(family or name, given, next(iter(orcids), ""), _affiliation(person.get("affiliation")))
    return author if author.family else None


def _affiliation(value: Any) -> str:
    """Names, or with `affiliation=true` objects."""
    rows = value if isinstance(value, list) else []
    places = [reading.string(row) or reading.string(reading.at(row, "name")) for row in rows]
    return "; ".join(dict.fromkeys(place for place in places if place))


def _abstract(record: Mapping[str, Any]) -> str:
    rows = reading.records(record.get("descriptions"))
    found = (reading.abstract(row.get("description")) for row in rows if row.get("descriptionType") == "Abstract")
    return next((text for text in found if text), "")


def _grants(record: Mapping[str, Any]) -> list[Grant]:
    rows = reading.records(record.get("fundingReferences"))
    grants = [Grant(reading.string(row.get("funderName")), reading.string(row.get("awardNumber"))) for row in rows]
    return [grant for grant in grants if grant.funder]


def _licence(right: Mapping[str, Any]) -> str:
    named = (reading.licence(right.get(name)) for name in ("rightsUri", "rights", "rightsIdentifier"))
    return next((text for text in named if text), "")


def _published_as(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Of a preprint alone: a data set is a version of something too, and was never a paper."""
    if reading.at(record, "types", "resourceTypeGeneral") != "Preprint":
        return ()
    rows = [row for row in reading.records(record.get("relatedIdentifiers")) if row.get("relationType") in _BECAME]
    return tuple(dict.fromkeys(doi for row in rows if (doi := reading.doi(row.get("relatedIdentifier")))))
