"""PURE: what a person types to name a publication: a DOI or a PubMed ID, bare, as an address, or with its prefix."""

from dataclasses import dataclass
from enum import StrEnum

from archive.metadata.model import FieldType
from archive.metadata.shaped import canonical, has_shape

_LONGEST = 300


class Kind(StrEnum):
    DOI = "DOI"
    PMID = "PMID"


@dataclass(frozen=True)
class Identifier:
    kind: Kind
    value: str

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


def read_identifier(text: str) -> Identifier | None:
    """None for what is neither. DOIs come in lower case, for they are compared without it."""
    text = text.strip().rstrip(".,;")
    if len(text) > _LONGEST:
        return None
    number = canonical(FieldType.PMID, text)
    if has_shape(FieldType.PMID, number):
        return Identifier(Kind.PMID, number)
    name = canonical(FieldType.DOI, text).lower()
    return Identifier(Kind.DOI, name) if has_shape(FieldType.DOI, name) else None
