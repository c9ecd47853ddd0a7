"""A small ontology in code, and files of terms."""

import gzip
from pathlib import Path

from archive.terms import Parent, Scope, Synonym, Term

HEADER = "id\tlabel\tsynonyms\tparents\tobsolete\treplaced_by\tdefinition\trank"


def term(curie: str, label: str, *parents: str, **changes) -> Term:
    names = changes.pop("names", {})
    synonyms = tuple(Synonym(text, scope) for text, scope in names.items())
    return Term(curie, label, synonyms, tuple(Parent(parent) for parent in parents), **changes)


TERMS = (
    term("T:1", "Animalia", rank="kingdom", names={"animals": Scope.COMMON}),
    term("T:2", "Mus", "T:1", rank="genus", names={"mouse": Scope.COMMON, "mice": Scope.COMMON}),
    term(
        "T:3",
        "Mus musculus",
        "T:2",
        rank="species",
        names={"mouse": Scope.COMMON, "house mouse": Scope.COMMON, "M. musculus": Scope.ABBREVIATION},
    ),
    term("T:30", "Malus musculus", "T:1", rank="species", names={"M. musculus": Scope.ABBREVIATION}),
    term("T:4", "Mus old", obsolete=True, replaced_by=("T:3",)),
    term("T:5", "Mus split", obsolete=True, replaced_by=("T:2", "T:3")),
    term("T:6", "Mus round", obsolete=True, replaced_by=("T:7",)),
    term("T:7", "Mus about", obsolete=True, replaced_by=("T:6",)),
    term("M:1", "imaging method"),
    term("M:2", "light-sheet illumination"),
    term("M:3", "SPIM", "M:1", names={"light sheet microscopy": Scope.EXACT, "SIM-like": Scope.RELATED}),
    term("M:4", "structured illumination microscopy", "M:1", names={"SIM": Scope.ABBREVIATION}),
)


def write_terms(path: Path, *rows: str, header: str = HEADER) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as text:
        text.write("\n".join([header, *rows]) + "\n")
    return path
