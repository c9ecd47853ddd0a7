"""The vocabularies that come with the portal: which, of what version, under which licence."""

from pathlib import Path

from .index import TermIndex
from .model import OntologyInfo
from .reading import read_terms

DATA = Path(__file__).resolve().parent / "data"

SHIPPED: tuple[OntologyInfo, ...] = (
    OntologyInfo(
        name="NCBITaxon",
        title="NCBI Taxonomy, organisms of imaging studies",
        version="2024.9.7",
        licence="public domain",
        homepage="https://www.ncbi.nlm.nih.gov/taxonomy",
        file=DATA / "ncbitaxon.terms.tsv.gz",
        complete=False,
    ),
    OntologyInfo(
        name="FBbi",
        title="Biological Imaging Methods Ontology",
        version="2019-03-07",
        licence="CC-BY-4.0",
        homepage="https://github.com/CRBS/Biological_Imaging_Methods_Ontology",
        file=DATA / "fbbi.terms.tsv.gz",
    ),
)


def shipped(name: str) -> OntologyInfo:
    """By its name, case ignored. Raises LookupError with a sentence."""
    for ontology in SHIPPED:
        if ontology.name.lower() == name.lower():
            return ontology
    known = ", ".join(ontology.name for ontology in SHIPPED)
    raise LookupError(f"There is no shipped vocabulary “{name}”. Choose one of: {known}.")


def load_shipped(*names: str) -> TermIndex:
    """These vocabularies, or all, in one index."""
    chosen = [shipped(name) for name in names] or list(SHIPPED)
    terms = (term for info in chosen for term in read_terms(info.file, info.name, info.version))
    return TermIndex(terms, partial=[info.name for info in chosen if not info.complete])
