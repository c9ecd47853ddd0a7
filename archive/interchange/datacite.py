"""PURE: a dataset, or one version of it, as DataCite describes it (metadata schema 4.5, attributes of its REST API).

E-mail addresses and whatever else only people of the dataset see never get here: only named parts are read.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from archive.metadata.identifiers import is_orcid
from archive.metadata.model import FieldType
from archive.metadata.registries import identify
from archive.metadata.shaped import CURIE, canonical, has_shape
from archive.terms.iris import iri

SCHEMA_VERSION = "http://datacite.org/schema/kernel-4"
# What DataCite writes where a mandatory value is not there.
_UNAVAILABLE = ":unav"
_LICENCES = {
    "CC0-1.0": ("Creative Commons Zero v1.0 Universal", "https://creativecommons.org/publicdomain/zero/1.0/legalcode"),
    "CC-BY-4.0": (
        "Creative Commons Attribution 4.0 International",
        "https://creativecommons.org/licenses/by/4.0/legalcode",
    ),
}
# What related data are to the images, by the choices of the templates (DataCite 4.5, relationType).
_RELATIONS = {
    "supplement": "IsSupplementedBy",
    "derived-from": "IsDerivedFrom",
    "source-of": "IsSourceOf",
    "protocol": "IsDocumentedBy",
    "code": "IsCompiledBy",
}
_ROR = re.compile(r"(?:https?://)?ror\.org/(0[a-z0-9]{6}[0-9]{2})", re.IGNORECASE)

Attributes = dict[str, Any]


@dataclass(frozen=True)
class VersionLink:
    number: int
    doi: str


@dataclass(frozen=True)
class Record:
    """What one DOI stands for. `number` is None for the dataset over all its versions (its "concept" DOI), which is
    described by its latest version. `versions` are the released ones, by number; `document` is the metadata document.
    """

    doi: str
    concept_doi: str
    accession: str
    url: str
    publisher: str
    number: int | None
    versions: Sequence[VersionLink]
    document: Mapping[str, Any]
    released_at: dt.date
    first_released_at: dt.date
    submitted_at: dt.date | None = None
    file_count: int = 0
    image_count: int = 0
    byte_count: int = 0
    formats: Sequence[str] = ()
    source_identifiers: Sequence[Mapping[str, str]] = ()
    # Publications that were added after the release: {doi, pmid}.
    publications: Sequence[Mapping[str, str]] = ()
    retracted_at: dt.date | None = None
    retraction_reason: str = ""

    @property
    def study(self) -> Mapping[str, Any]:
        study = self.document.get("study")
        return study if isinstance(study, Mapping) else {}


def attributes(record: Record) -> Attributes:
    """Everything that DataCite can be told; parts that say nothing are left out."""
    study = record.study
    title = _text(study.get("title")) or record.accession
    issued = record.released_at if record.number else record.first_released_at
    told: Attributes = {
        "doi": record.doi,
        "url": record.url,
        "types": _types(record),
        "creators": _creators(study) or [{"name": _UNAVAILABLE}],
        "titles": [{"title": title, "lang": "en"}],
        "publisher": {"name": record.publisher},
        "publicationYear": f"{issued.year:04}",
        "subjects": _subjects(record.document),
        "dates": _dates(record),
        "language": "en",
        "alternateIdentifiers": _alternates(record),
        "relatedIdentifiers": _related(record),
        "sizes": _sizes(record),
        "formats": sorted(set(record.formats)),
        "version": str(record.number) if record.number else "",
        "rightsList": _rights(_text(study.get("licence"))),
        "descriptions": _descriptions(record),
        "fundingReferences": _funding(study),
        "schemaVersion": SCHEMA_VERSION,
    }
    return {name: value for name, value in told.items() if value}


def draft_attributes(doi: str) -> Attributes:
    """Enough to keep the name: of an unreleased deposit nothing is told to anybody."""
    return {"doi": doi}


def _types(record: Record) -> Attributes:
    if record.number is None:
        return {"resourceTypeGeneral": "Collection", "resourceType": "All versions of a dataset of biological images"}
    return {"resourceTypeGeneral": "Dataset", "resourceType": "Biological images"}


# --- people -----------------------------------------------------------------------------------------------------------


def _creators(study: Mapping[str, Any]) -> list[Attributes]:
    return [_creator(person) for person in _records(study.get("authors")) if _text(person.get("name"))]


def _creator(person: Mapping[str, Any]) -> Attributes:
    """The name as it was typed: where it does not say which part is the family's, nobody guesses."""
    name, orcid = _text(person.get("name")), canonical(FieldType.ORCID, _text(person.get("orcid")))
    family, comma, given = (part.strip() for part in name.partition(","))
    creator: Attributes = {"name": name}
    if comma and given:
        creator |= {"nameType": "Personal", "familyName": family, "givenName": given}
    if is_orcid(orcid):
        creator["nameType"] = "Personal"
        creator["nameIdentifiers"] = [
            {
                "nameIdentifier": f"https://orcid.org/{orcid}",
                "nameIdentifierScheme": "ORCID",
                "schemeUri": "https://orcid.org",
            }
        ]
    if affiliation := _affiliations(person):
        creator["affiliation"] = affiliation
    return creator


def _affiliations(person: Mapping[str, Any]) -> list[Attributes]:
    """Several are separated by semicolons; a ROR identifier stands beside its name or in a part of its own."""
    places = [part.strip() for part in _text(person.get("affiliation")).split(";")]
    found = [_affiliation(place) for place in places if place]
    own = _text(person.get("ror")).removeprefix("https://ror.org/")
    if len(found) == 1 and _ROR.fullmatch(f"ror.org/{own}"):
        found[0] |= _ror(own)
    return _unique(found)


def _affiliation(place: str) -> Attributes:
    ror = _ROR.search(place)
    name = " ".join(_ROR.sub(" ", place).split()).strip(" ,()[]") if ror else place
    return {"name": name or place, **(_ror(ror[1]) if ror else {})}


def _ror(identifier: str) -> Attributes:
    return {
        "affiliationIdentifier": f"https://ror.org/{identifier.lower()}",
        "affiliationIdentifierScheme": "ROR",
        "schemeUri": "https://ror.org",
    }


# --- what it is about -------------------------------------------------------------------------------------------------


def _subjects(document: Mapping[str, Any]) -> list[Attributes]:
    keywords = [{"subject": word} for each in _list(_study(document).get("keywords")) if (word := _text(each))]
    return _unique([*_terms(document), *keywords])


def _terms(value: Any) -> Iterator[Attributes]:
    """Every term anywhere in the document; free text has no identifier and stays out of the scheme."""
    if isinstance(value, list):
        for item in value:
            yield from _terms(item)
    elif isinstance(value, Mapping):
        if "curie" in value and set(value) <= {"curie", "label"}:
            yield from _term(_text(value.get("curie")), _text(value.get("label")))
        else:
            for part in value.values():
                yield from _terms(part)


def _term(curie: str, label: str) -> Iterator[Attributes]:
    if re.fullmatch(CURIE[1:-1], curie):
        yield {
            "subject": label or curie,
            "subjectScheme": curie.partition(":")[0],
            "valueUri": iri(curie),
            "classificationCode": curie,
        }
    elif label:
        yield {"subject": label}


def _descriptions(record: Record) -> list[Attributes]:
    study = record.study
    told = [
        ("Abstract", _text(study.get("description"))),
        ("Other", _text(study.get("acknowledgements"))),
    ]
    if record.retracted_at:
        told.append(("Other", f"Retracted on {record.retracted_at.isoformat()}: {record.retraction_reason}"))
    return _unique([{"description": text, "descriptionType": kind, "lang": "en"} for kind, text in told if text])


def _funding(study: Mapping[str, Any]) -> list[Attributes]:
    rows = [(_text(row.get("funder")), _text(row.get("number"))) for row in _records(study.get("grants"))]
    return _unique(
        [{"funderName": funder, **({"awardNumber": number} if number else {})} for funder, number in rows if funder]
    )


# --- dates, sizes, rights ---------------------------------------------------------------------------------------------


def _dates(record: Record) -> list[Attributes]:
    latest = record.released_at.isoformat()
    if record.number is None:
        first = record.first_released_at.isoformat()
        dates = [{"date": first, "dateType": "Issued"}, {"date": latest, "dateType": "Updated"}]
    else:
        dates = [{"date": latest, "dateType": "Issued"}, {"date": latest, "dateType": "Available"}]
    if record.submitted_at:
        dates.append({"date": record.submitted_at.isoformat(), "dateType": "Submitted"})
    if record.retracted_at:
        dates.append({"date": record.retracted_at.isoformat(), "dateType": "Withdrawn"})
    return dates


def _sizes(record: Record) -> list[str]:
    counted = ((record.file_count, "file"), (record.image_count, "image"), (record.byte_count, "byte"))
    return [f"{number} {noun}{'' if number == 1 else 's'}" for number, noun in counted if number]


def _rights(licence: str) -> list[Attributes]:
    if not licence:
        return []
    if licence not in _LICENCES:
        return [{"rights": licence}]
    name, address = _LICENCES[licence]
    return [
        {
            "rights": name,
            "rightsUri": address,
            "rightsIdentifier": licence,
            "rightsIdentifierScheme": "SPDX",
            "schemeUri": "https://spdx.org/licenses/",
        }
    ]


# --- links ------------------------------------------------------------------------------------------------------------


def _alternates(record: Record) -> list[Attributes]:
    name = f"{record.accession}.{record.number}" if record.number else record.accession
    return [{"alternateIdentifier": name, "alternateIdentifierType": f"{record.publisher} accession"}]


def _related(record: Record) -> list[Attributes]:
    papers = [link for paper in (record.study.get("publication"), *record.publications) for link in _publication(paper)]
    links = [*_versions(record), *papers, *_origins(record), *_links(record)]
    return _unique([link for link in links if link["relatedIdentifier"] != record.doi])


def _versions(record: Record) -> Iterator[Attributes]:
    if record.number is None:
        for version in record.versions:
            yield _link("HasVersion", "DOI", version.doi)
        return
    yield _link("IsVersionOf", "DOI", record.concept_doi)
    for version in record.versions:
        if version.number == record.number - 1:
            yield _link("IsNewVersionOf", "DOI", version.doi)
        elif version.number == record.number + 1:
            yield _link("IsPreviousVersionOf", "DOI", version.doi)


def _publication(publication: Any) -> Iterator[Attributes]:
    if not isinstance(publication, Mapping):
        return
    doi = canonical(FieldType.DOI, _text(publication.get("doi")))
    pmid = canonical(FieldType.PMID, _text(publication.get("pmid")))
    if has_shape(FieldType.DOI, doi):
        yield _link("IsSupplementTo", "DOI", doi)
    if has_shape(FieldType.PMID, pmid):
        yield _link("IsSupplementTo", "PMID", pmid)


def _origins(record: Record) -> Iterator[Attributes]:
    """Where the dataset came from, and where else its study is."""
    for relation, rows in (
        ("IsDerivedFrom", record.source_identifiers),
        ("IsVariantFormOf", record.study.get("source_identifiers")),
    ):
        for row in _records(rows):
            yield from _reference(relation, _text(row.get("url")) or _text(row.get("value")))


def _links(record: Record) -> Iterator[Attributes]:
    for row in _records(record.study.get("links")):
        yield from _reference("References", _text(row.get("url")))
    for row in _records(record.study.get("related")):
        found = identify(_text(row.get("identifier")))
        if found:
            relation = _RELATIONS.get(_text(row.get("relation")), "References")
            # A dataset of this portal is named by its path.
            yield from _reference(relation, found.value if found.is_doi else urljoin(record.url, found.url))


def _reference(relation: str, text: str) -> Iterator[Attributes]:
    """A DOI or an address; an accession of somebody else says nothing without its archive."""
    doi = canonical(FieldType.DOI, text)
    if has_shape(FieldType.DOI, doi):
        yield _link(relation, "DOI", doi)
    elif has_shape(FieldType.URL, text):
        yield _link(relation, "URL", text)


def _link(relation: str, kind: str, identifier: str) -> Attributes:
    return {"relatedIdentifier": identifier, "relatedIdentifierType": kind, "relationType": relation}


# --- shapes -----------------------------------------------------------------------------------------------------------


def _study(document: Mapping[str, Any]) -> Mapping[str, Any]:
    study = document.get("study")
    return study if isinstance(study, Mapping) else {}


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def _records(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in _list(value) if isinstance(row, Mapping)]


def _unique(rows: Iterable[Attributes]) -> list[Attributes]:
    """In their order; the schema takes none twice."""
    kept: list[Attributes] = []
    for row in rows:
        if row not in kept:
            kept.append(row)
    return kept
