"""Documents made in code for the tests of search."""

from typing import Any

from search.backends.document import SearchDocument, TermValue
from search.facets import Kind

HUMAN = TermValue("organism", "Homo sapiens", ("human", "man"), ("Mammalia", "Metazoa"))
MOUSE = TermValue("organism", "Mus musculus", ("mouse", "house mouse"), ("Mammalia", "Metazoa"))
CRESS = TermValue("organism", "Arabidopsis thaliana", ("thale cress", "mouse-ear cress"), ("seed plants",))
YEAST = TermValue("organism", "Saccharomyces cerevisiae", ("baker's yeast",), ("Fungi",))
CONFOCAL = TermValue("imaging_method", "confocal microscopy", ("CLSM",), ("light microscopy",))
ELECTRON = TermValue("imaging_method", "electron microscopy", ("EM",), ())


def channel(name: str) -> TermValue:
    return TermValue("channel", name)


def image(
    number: int, title: str = "", *terms: TermValue, access: tuple[str, ...] = ("public",), **more: Any
) -> SearchDocument:
    """An image document; numbers of range facets by keyword (pixel_size=0.1)."""
    return _document(Kind.IMAGE, f"MG-D{number // 10 + 1}-I{number}", title, terms, access, more)


def dataset(
    number: int, title: str = "", *terms: TermValue, access: tuple[str, ...] = ("public",), **more: Any
) -> SearchDocument:
    return _document(Kind.DATASET, f"MG-D{number}", title, terms, access, more)


def _document(
    kind: Kind, accession: str, title: str, terms: tuple, access: tuple, more: dict[str, Any]
) -> SearchDocument:
    own = {
        name: more.pop(name)
        for name in ("date", "size", "texts", "source_identifiers", "revision", "shown")
        if name in more
    }
    numbers = {name: values if isinstance(values, list | tuple) else [values] for name, values in more.items()}
    return SearchDocument(accession, kind, access, title or accession, terms, numbers, **own)
