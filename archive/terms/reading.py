"""Streams `<ontology>.terms.tsv.gz`; the format is told in data/SOURCES.md."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from .model import Parent, Scope, Synonym, Term

COLUMNS = ("id", "label", "synonyms", "parents", "obsolete", "replaced_by", "definition")
_SEPARATOR = "|"


class BadTerms(ValueError):
    """A file of terms that cannot be used: file, line, and what is wrong."""


def read_terms(path: Path, ontology: str, version: str = "") -> Iterator[Term]:
    """One term after the other, in the file's order. Raises BadTerms at the first fault."""
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as text:
            rows = csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE)
            header = next(rows, [])
            if tuple(header[: len(COLUMNS)]) != COLUMNS:
                raise BadTerms(
                    f"{path}: the columns must begin with {', '.join(COLUMNS)}. Compare with data/SOURCES.md."
                )
            for number, row in enumerate(rows, start=2):
                yield _term(path, number, header, row, ontology, version)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as error:
        raise BadTerms(f"{path} cannot be read as a table of terms: {error}. Fetch the file again.") from error


def _term(path: Path, number: int, header: list[str], row: list[str], ontology: str, version: str) -> Term:
    if len(row) != len(header):
        raise BadTerms(f"{path}, line {number}: {len(row)} cells instead of {len(header)}. Mend or remove the line.")
    cells = dict(zip(header, row, strict=True))
    if ":" not in cells["id"] or not cells["label"]:
        raise BadTerms(f"{path}, line {number}: a term needs a CURIE and a label. Mend or remove the line.")
    try:
        synonyms = tuple(_synonym(text) for text in _split(cells["synonyms"]))
    except ValueError as error:
        raise BadTerms(f"{path}, line {number}: {error}. Use a scope of data/SOURCES.md.") from error
    return Term(
        curie=cells["id"],
        label=cells["label"],
        synonyms=synonyms,
        parents=tuple(_parent(text) for text in _split(cells["parents"])),
        obsolete=cells["obsolete"] == "1",
        replaced_by=tuple(_split(cells["replaced_by"])),
        definition=cells["definition"],
        rank=cells.get("rank", ""),
        ontology=ontology,
        version=version,
    )


def _split(cell: str) -> list[str]:
    return [part for part in cell.split(_SEPARATOR) if part]


def _synonym(text: str) -> Synonym:
    scope, _, name = text.partition(":")
    return Synonym(name, Scope(scope))


def _parent(text: str) -> Parent:
    """`CL:1`, or with a relation in front: `part_of:CL:1`."""
    relation, _, curie = text.partition(":")
    return Parent(curie, relation) if ":" in curie else Parent(text)
