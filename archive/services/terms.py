"""Local ontologies into the database, each replaced as a whole: reading a version twice changes nothing."""

from dataclasses import dataclass

from django.db import transaction

from archive.models import Term
from archive.terms import OntologyInfo, TermIndex, read_terms

_BATCH = 2000


@dataclass(frozen=True)
class Loaded:
    """`changed` is False where this version was here already."""

    ontology: str
    version: str
    count: int
    changed: bool


def load_ontology(info: OntologyInfo, *, again: bool = False) -> Loaded:
    """Read a shipped ontology with every term's ancestors."""
    present = Term.objects.filter(ontology=info.name)
    if not again and present.exists() and not present.exclude(version=info.version).exists():
        return Loaded(info.name, info.version, present.count(), changed=False)
    index = TermIndex(read_terms(info.file, info.name, info.version))
    with transaction.atomic():
        present.delete()
        # New rows in one transaction: processes that keep an index see by the newest row that theirs is old.
        Term.objects.bulk_create((_row(term.curie, index, info) for term in index), batch_size=_BATCH)
    return Loaded(info.name, info.version, len(index), changed=True)


def _row(curie: str, index: TermIndex, info: OntologyInfo) -> Term:
    term = index.get(curie)
    return Term(
        curie=curie,
        ontology=info.name,
        version=info.version,
        label=term.label,
        synonyms=[{"scope": str(synonym.scope), "text": synonym.text} for synonym in term.synonyms],
        ancestors=[ancestor.curie for ancestor in index.ancestors(curie)],
        definition=term.definition,
        rank=term.rank,
        is_obsolete=term.obsolete,
        replaced_by=" ".join(term.replaced_by)[:60],
    )
