"""Local ontologies into the database: reading a version twice changes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import Model

from archive.models import Term, TermName, TermWord, Vocabulary
from archive.terms import OntologyInfo, Synonym, TermIndex, read_terms, shipped
from archive.terms import Term as TermValue
from archive.terms.model import IS_A
from archive.terms.postings import pack
from archive.terms.ranking import standing
from archive.terms.words import key

# Rows of one transaction: a fraction of a second.
_BATCH = 1_000
# Of a longer list only whole CURIEs are kept.
_LONGEST_REPLACED_BY = 200


@dataclass(frozen=True)
class Loaded:
    """`changed` is False where this version was here already."""

    ontology: str
    version: str
    count: int
    changed: bool


def load_ontology(info: OntologyInfo, *, again: bool = False) -> Loaded:
    """Read a shipped ontology with every term's ancestors and names."""
    present = Vocabulary.objects.filter(name=info.name, version=info.version).first()
    if present and not again:
        return Loaded(info.name, info.version, present.term_count, changed=False)
    own = list(read_terms(info.file, info.name, info.version))
    beside = [shipped(name) for name in info.builds_on]
    index = TermIndex([*own, *(term for other in beside for term in read_terms(other.file, other.name))])
    store_terms(info=info, terms=own, index=index)
    return Loaded(info.name, info.version, len(own), changed=True)


def store_terms(*, info: OntologyInfo, terms: list[TermValue], index: TermIndex) -> None:
    """These are the terms of the vocabulary from now on; `index` knows their ancestors.

    A batch at a time, so that others may write in between, of whom SQLite lets one write at a time. The vocabulary's
    own row is gone meanwhile: its terms are believed unchecked, and a loading that was cut off begins anew.
    """
    Vocabulary.objects.filter(name=info.name).delete()
    for model in (TermWord, TermName, Term):
        _clear(model, info.name)
    _add(Term, (_row(term, index, info) for term in terms))
    pks = dict(Term.objects.filter(ontology=info.name).values_list("curie", "pk"))
    names = _names(terms)
    keys = [key(name.text) for _, _, name, _ in names]
    _add(
        TermName,
        (
            TermName(
                term_id=pks[term.curie],
                ontology=info.name,
                text=name.text,
                scope=str(name.scope),
                key=keys[number].encode(),
                standing=place,
                number=number,
            )
            for number, (place, _, name, term) in enumerate(names)
        ),
    )
    words = sorted(_numbers_by_word(keys).items())
    _add(TermWord, (TermWord(ontology=info.name, word=word.encode(), names=pack(numbers)) for word, numbers in words))
    facts = {"title": info.title, "version": info.version, "licence": info.licence, "homepage": info.homepage}
    Vocabulary.objects.create(name=info.name, **facts, is_complete=info.complete, term_count=len(terms))


def _clear(model: type[Model], ontology: str) -> None:
    rows = model.objects.filter(ontology=ontology)
    while pks := list(rows.values_list("pk", flat=True)[:_BATCH]):
        model.objects.filter(pk__in=pks).delete()


def _add(model: type[Model], rows: Iterator[Model]) -> None:
    while batch := list(islice(rows, _BATCH)):
        model.objects.bulk_create(batch)


def _names(terms: Iterable[TermValue]) -> list[tuple[int, str, Synonym, TermValue]]:
    """All names that can be found, the best suggestion first; their places are their numbers."""
    found = (
        (standing(term, name), term.curie, name, term) for term in terms if not term.obsolete for name in term.names()
    )
    return sorted(found, key=lambda entry: (entry[0], entry[1], entry[2].text))


def _numbers_by_word(keys: Iterable[str]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, words in enumerate(keys):
        for word in set(words.split(" ")):
            numbers[word].append(number)
    return numbers


def _row(term: TermValue, index: TermIndex, info: OntologyInfo) -> Term:
    parents = sorted(term.parents, key=lambda parent: parent.relation != IS_A)
    replaced_by = " ".join(term.replaced_by)
    return Term(
        curie=term.curie,
        ontology=info.name,
        version=info.version,
        label=term.label,
        synonyms=[{"scope": str(synonym.scope), "text": synonym.text} for synonym in term.synonyms],
        parents=[{"relation": parent.relation, "curie": parent.curie} for parent in parents],
        ancestors=[ancestor.curie for ancestor in index.ancestors(term.curie)],
        definition=term.definition,
        rank=term.rank,
        is_obsolete=term.obsolete,
        replaced_by=replaced_by if len(replaced_by) <= _LONGEST_REPLACED_BY else "",
    )
