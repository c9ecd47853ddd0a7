"""The parts of people, publications, identifiers elsewhere and grants: the same in every template.

Citations, DOI metadata and exports read these parts by name, so that a template cannot change them.
"""

from .model import Field, FieldType, Tier

_PEOPLE = (
    Field(
        "name",
        "Name",
        FieldType.TEXT,
        Tier.REQUIRED,
        help="As it should stand in a citation.",
        placeholder="Ada Lovelace",
        maximum=200,
    ),
    Field(
        "orcid",
        "ORCID iD",
        FieldType.ORCID,
        Tier.DESIRABLE,
        help="Sixteen digits in four groups.",
        why="Credit goes to the right person, whoever shares the name.",
        placeholder="0000-0002-1825-0097",
    ),
    Field(
        "affiliation",
        "Affiliation",
        FieldType.TEXT,
        Tier.DESIRABLE,
        help="Institution, best with its ROR.",
        maximum=500,
    ),
    Field("email", "E-mail", FieldType.EMAIL, help="Shown to curators only.", maximum=254),
)

_PUBLICATION = (
    Field("title", "Title", FieldType.TEXT, maximum=500),
    Field(
        "doi",
        "DOI",
        FieldType.DOI,
        Tier.DESIRABLE,
        why="Readers of the paper find the images, and the other way round.",
        placeholder="10.1038/s41592-021-01166-8",
    ),
    Field("pmid", "PubMed ID", FieldType.PMID, help="The number that PubMed gave.", placeholder="34021280"),
)

_IDENTIFIERS = (
    Field(
        "scheme",
        "Archive or scheme",
        FieldType.TEXT,
        Tier.REQUIRED,
        help="Who gave the identifier.",
        placeholder="IDR",
        maximum=100,
    ),
    Field("value", "Identifier", FieldType.TEXT, Tier.REQUIRED, placeholder="idr0013", maximum=200),
    Field("url", "Address", FieldType.URL, help="Where it leads, beginning with https://.", maximum=2000),
)

_GRANTS = (
    Field("funder", "Funder", FieldType.TEXT, Tier.REQUIRED, placeholder="European Research Council", maximum=300),
    Field("number", "Grant number", FieldType.TEXT, placeholder="ERC-2019-STG 852448", maximum=100),
)

FIXED_PARTS: dict[FieldType, tuple[Field, ...]] = {
    FieldType.PEOPLE: _PEOPLE,
    FieldType.PUBLICATION: _PUBLICATION,
    FieldType.IDENTIFIERS: _IDENTIFIERS,
    FieldType.GRANTS: _GRANTS,
}
