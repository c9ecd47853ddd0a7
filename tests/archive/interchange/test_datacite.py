"""A version as DataCite takes it: complete, valid by its schema, and whatever shape the metadata have."""

import datetime as dt
from typing import Any

import pytest

from archive.interchange.datacite import Record, VersionLink, attributes
from archive.metadata.organisations import organisations
from archive.terms.iris import iri
from portal.demo import read_datasets, to_document
from tests.archive.documents import complete_document
from tests.archive.interchange.datacite_schema import faults

VERSIONS = tuple(VersionLink(number, f"10.5072/mg-d1042.{number}") for number in (1, 2, 3))
DAY = dt.date(2026, 3, 31)


def record(document: Any = None, number: int | None = 2, **more: Any) -> Record:
    given: dict[str, Any] = {
        "doi": f"10.5072/mg-d1042.{number}" if number else "10.5072/mg-d1042",
        "concept_doi": "10.5072/mg-d1042",
        "accession": "MG-D1042",
        "url": "https://images.example.org/datasets/MG-D1042/v2/",
        "publisher": "Micrographia",
        "number": number,
        "versions": VERSIONS,
        "document": complete_document() if document is None else document,
        "released_at": DAY,
        "first_released_at": dt.date(2025, 12, 1),
        "file_count": 12,
        "image_count": 1,
        "byte_count": 2048,
        "formats": ("OME-TIFF", "CZI", "OME-TIFF"),
    }
    return Record(**{**given, **more})


FULL = complete_document(
    keywords=["mitosis", "RNAi"],
    authors=[
        {
            "name": "Lovelace, Ada",
            "orcid": "0000-0002-1825-0097",
            "affiliation": "EMBL (https://ror.org/03mstc592); Institute of Examples",
            "email": "ada@example.org",
        },
        {"name": "Charles Babbage", "affiliation": "EMBL", "ror": "03mstc592"},
        {"name": "Image Data Consortium"},
    ],
    publication={"title": "A paper", "doi": "10.1038/s41592-018-0195-8", "pmid": "30377375"},
    grants=[{"funder": "ERC", "number": "852448"}, {"funder": "EMBL"}],
    links=[{"url": "https://github.com/example/code"}, {"url": "https://doi.org/10.5281/zenodo.1"}],
    source_identifiers=[{"scheme": "IDR", "value": "idr0013", "url": "https://idr.openmicroscopy.org/idr0013"}],
    acknowledgements="Thanks.",
)


def test_an_organisation_that_was_offered_is_told_with_its_identifier():
    place = organisations()[0]
    (ada,) = attributes(record(complete_document(authors=[{"name": "Ada", "affiliation": place.affiliation}])))[
        "creators"
    ]
    assert ada["affiliation"][0]["name"] == place.name
    assert ada["affiliation"][0]["affiliationIdentifier"] == f"https://ror.org/{place.ror}"


def test_a_version_is_told_completely():
    told = attributes(record(FULL, submitted_at=DAY, source_identifiers=[{"scheme": "DOI", "value": "10.1234/first"}]))
    assert faults(told) == []
    assert told["types"] == {"resourceTypeGeneral": "Dataset", "resourceType": "Biological images"}
    ada, charles, group = told["creators"]
    assert (ada["familyName"], ada["givenName"], ada["nameType"]) == ("Lovelace", "Ada", "Personal")
    assert ada["nameIdentifiers"][0]["nameIdentifier"] == "https://orcid.org/0000-0002-1825-0097"
    assert ada["affiliation"] == [
        {
            "name": "EMBL",
            "affiliationIdentifier": "https://ror.org/03mstc592",
            "affiliationIdentifierScheme": "ROR",
            "schemeUri": "https://ror.org",
        },
        {"name": "Institute of Examples"},
    ]
    assert charles["affiliation"][0]["affiliationIdentifier"] == "https://ror.org/03mstc592"
    assert group == {"name": "Image Data Consortium"}
    assert (told["publicationYear"], told["version"], told["language"]) == ("2026", "2", "en")
    assert told["sizes"] == ["12 files", "1 image", "2048 bytes"]
    assert told["formats"] == ["CZI", "OME-TIFF"]
    assert told["rightsList"][0]["rightsIdentifier"] == "CC0-1.0"
    assert told["fundingReferences"] == [{"funderName": "ERC", "awardNumber": "852448"}, {"funderName": "EMBL"}]
    assert [date["dateType"] for date in told["dates"]] == ["Issued", "Available", "Submitted"]
    assert [text["descriptionType"] for text in told["descriptions"]] == ["Abstract", "Other"]
    assert told["alternateIdentifiers"][0]["alternateIdentifier"] == "MG-D1042.2"


def test_terms_are_subjects_with_their_addresses():
    subjects = attributes(record(FULL))["subjects"]
    assert {
        "subject": "Homo sapiens",
        "subjectScheme": "NCBITaxon",
        "valueUri": "http://purl.obolibrary.org/obo/NCBITaxon_9606",
        "classificationCode": "NCBITaxon:9606",
    } in subjects
    assert {"subject": "mitosis"} in subjects


def test_links_say_what_they_mean():
    told = attributes(record(FULL, source_identifiers=[{"scheme": "DOI", "value": "10.1234/first"}]))
    links = {(link["relationType"], link["relatedIdentifier"]) for link in told["relatedIdentifiers"]}
    assert links == {
        ("IsVersionOf", "10.5072/mg-d1042"),
        ("IsNewVersionOf", "10.5072/mg-d1042.1"),
        ("IsPreviousVersionOf", "10.5072/mg-d1042.3"),
        ("IsSupplementTo", "10.1038/s41592-018-0195-8"),
        ("IsSupplementTo", "30377375"),
        ("IsDerivedFrom", "10.1234/first"),
        ("IsVariantFormOf", "https://idr.openmicroscopy.org/idr0013"),
        ("References", "https://github.com/example/code"),
        ("References", "10.5281/zenodo.1"),
    }


def test_related_data_say_what_they_are_to_the_images():
    related = [
        {"identifier": "PDB:1ABC", "relation": "supplement"},
        {"identifier": "MG-D7.2", "relation": "derived-from"},
        {"identifier": "10.17504/protocols.io.x", "relation": "protocol"},
        {"identifier": "https://github.com/a/b", "relation": "code", "version": "v2"},
        {"identifier": "GEO:GSE12", "relation": "source-of"},
        {"identifier": "https://a.org", "relation": "other"},
        {"identifier": "nothing known", "relation": "other"},
    ]
    told = attributes(record(complete_document(related=related), number=None, versions=()))
    assert faults(told) == []
    assert [(link["relationType"], link["relatedIdentifier"]) for link in told["relatedIdentifiers"]] == [
        ("IsSupplementedBy", "https://www.rcsb.org/structure/1ABC"),
        ("IsDerivedFrom", "https://images.example.org/datasets/MG-D7/v2/"),
        ("IsDocumentedBy", "10.17504/protocols.io.x"),
        ("IsCompiledBy", "https://github.com/a/b"),
        ("IsSourceOf", "https://www.ncbi.nlm.nih.gov/geo/query/acc.cgi?acc=GSE12"),
        ("References", "https://a.org"),
    ]


def test_the_concept_collects_its_versions():
    told = attributes(record(FULL, number=None))
    assert faults(told) == []
    assert told["types"]["resourceTypeGeneral"] == "Collection"
    assert told["publicationYear"] == "2025"
    assert "version" not in told
    versions = [link for link in told["relatedIdentifiers"] if link["relationType"] == "HasVersion"]
    assert [link["relatedIdentifier"] for link in versions] == [version.doi for version in VERSIONS]


def test_a_retraction_is_told_with_its_reason():
    told = attributes(record(retracted_at=DAY, retraction_reason="The wrong cell line."))
    assert faults(told) == []
    assert {"date": "2026-03-31", "dateType": "Withdrawn"} in told["dates"]
    assert told["descriptions"][-1]["description"] == "Retracted on 2026-03-31: The wrong cell line."


def test_no_address_of_anybody_is_told():
    assert "ada@example.org" not in str(attributes(record(FULL)))


@pytest.mark.parametrize(
    "document",
    [{}, {"study": None}, {"study": {"authors": "Ada"}}, {"study": {"authors": [None, {}], "grants": {}}}],
    ids=["empty", "nothing", "words", "blanks"],
)
def test_an_unfinished_document_still_fits_the_schema(document):
    told = attributes(record(document))
    assert faults(told) == []
    assert told["creators"] == [{"name": ":unav"}]
    assert told["titles"][0]["title"] == "MG-D1042"


@pytest.mark.parametrize("dataset", read_datasets(), ids=lambda dataset: dataset.slug)
@pytest.mark.parametrize("number", [None, 1], ids=["concept", "version"])
def test_every_demonstration_record_fits_the_schema(dataset, number):
    more = {"source_identifiers": list(dataset.source_identifiers), "doi": f"10.5072/demo.{number}"}
    told = attributes(record(to_document(dataset), number, **more))
    assert faults(told) == []
    assert told["titles"][0]["title"] == dataset.metadata["title"]


@pytest.mark.parametrize(
    ("curie", "address"),
    [
        ("FBbi:00000246", "http://purl.obolibrary.org/obo/FBbi_00000246"),
        ("EFO:0001185", "http://www.ebi.ac.uk/efo/EFO_0001185"),
        ("no curie", ""),
        ("NCBITaxon:", ""),
    ],
)
def test_addresses_of_terms(curie, address):
    assert iri(curie) == address


def test_the_schema_refuses_what_is_wrong():
    assert faults({**attributes(record()), "publicationYear": 2026})
    assert faults({**attributes(record()), "secret": "x"})
