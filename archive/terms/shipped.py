"""The vocabularies that come with the portal: which, of what version, under which licence."""

from pathlib import Path

from .index import TermIndex
from .model import OntologyInfo
from .reading import read_terms

DATA = Path(__file__).resolve().parent / "data"

# Small ones first: what every deposit needs is there soonest.
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
    OntologyInfo(
        name="cellosaurus",
        title="Cellosaurus, cell lines of imaging studies",
        version="55.0",
        licence="CC-BY-4.0",
        homepage="https://www.cellosaurus.org",
        file=DATA / "cellosaurus.terms.tsv.gz",
        complete=False,
    ),
    OntologyInfo(
        name="CL",
        title="Cell Ontology",
        version="v2026-03-26",
        licence="CC-BY-4.0",
        homepage="https://obofoundry.org/ontology/cl",
        file=DATA / "cl.terms.tsv.gz",
        builds_on=("UBERON",),
    ),
    OntologyInfo(
        name="CMPO",
        title="Cellular Microscopy Phenotype Ontology",
        version="2017-12-19",
        licence="Apache-2.0",
        homepage="https://www.ebi.ac.uk/cmpo",
        file=DATA / "cmpo.terms.tsv.gz",
    ),
    OntologyInfo(
        name="PATO",
        title="Phenotype And Trait Ontology",
        version="2025-05-14",
        licence="CC-BY-3.0",
        homepage="https://obofoundry.org/ontology/pato",
        file=DATA / "pato.terms.tsv.gz",
    ),
    OntologyInfo(
        name="GO",
        title="Gene Ontology, cellular components",
        version="oaklib 0.7.4",
        licence="CC-BY-4.0",
        homepage="https://geneontology.org",
        file=DATA / "go_cc.terms.tsv.gz",
        complete=False,
    ),
    OntologyInfo(
        name="UBERON",
        title="Uberon, anatomy of animals",
        version="v2026-04-01",
        licence="CC-BY-3.0",
        homepage="https://obofoundry.org/ontology/uberon",
        file=DATA / "uberon.terms.tsv.gz",
    ),
    OntologyInfo(
        name="EFO",
        title="Experimental Factor Ontology",
        version="3.90.0",
        licence="Apache-2.0",
        homepage="https://www.ebi.ac.uk/efo",
        file=DATA / "efo.terms.tsv.gz",
    ),
    OntologyInfo(
        name="MONDO",
        title="Mondo Disease Ontology",
        version="v2026-05-05",
        licence="CC-BY-4.0",
        homepage="https://mondo.monarchinitiative.org",
        file=DATA / "mondo.terms.tsv.gz",
    ),
)

# These take most of the time that loading all takes.
LARGE = frozenset({"UBERON", "EFO", "MONDO"})


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
