"""Terms by name out of the database: exactly, and by the beginnings of words while somebody types.

Every question costs a fixed number of queries, and reads no more rows than it suggests several times over, whatever
the number of terms is: nothing is kept in the memory of a process.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from archive.metadata.shaped import CURIE
from archive.models import Term, TermName, TermWord, Vocabulary
from archive.terms import Scope
from archive.terms.postings import unpack
from archive.terms.ranking import Kind, kind_of, order
from archive.terms.words import key, words

# Nobody types a longer name.
MAXIMUM_TYPED = 200
# A term has several names, and a preferred branch is looked for among the best names alone: so many are read.
_NAMES_PER_TERM = 8
_AMONG = 200
# So few names are read rather than the numbers of all that have a shorter word.
_FEW = 500
# Above all that UTF-8 can begin with.
_END = b"\xff"
_A_CURIE = re.compile(CURIE[1:-1])


@dataclass(frozen=True, slots=True)
class Hit:
    """`name` is the label or the synonym that fits."""

    term: Term
    name: str
    scope: Scope
    kind: Kind
    standing: int

    @property
    def by_synonym(self) -> bool:
        return self.scope is not Scope.LABEL


def current_term(curie: str) -> Term | None:
    """The term, or what replaces it if it is obsolete and exactly one does; None if there is none."""
    seen: set[str] = set()
    term = Term.objects.filter(curie=curie).first()
    while term is not None and term.is_obsolete:
        replacements = term.replaced_by.split()
        if len(replacements) != 1 or term.curie in seen:
            return None
        seen.add(term.curie)
        term = Term.objects.filter(curie=replacements[0]).first()
    return term


def lookup_terms(name: str, vocabularies: Sequence[str] = ()) -> list[Hit]:
    """The terms of exactly this name, or of this CURIE: label first, then by scope, then species."""
    by_curie = _by_curie(name)
    exact = Q(ontology__in=_searched(vocabularies), key=_bytes(key(name)))
    return by_curie or _ranked((_hit(row, key(name)) for row in _rows(exact)), vocabularies)


def names_of_terms(names: Iterable[str], vocabularies: Collection[str]) -> dict[tuple[str, str], Term]:
    """The best term of each name in each vocabulary, by key and vocabulary, of names that mean the term: one query."""
    keys = {key(name) for name in names} - {""}
    wanted = Q(ontology__in=vocabularies, key__in=[_bytes(text) for text in keys])
    rows = _rows(wanted) if keys and vocabularies else ()
    found: dict[tuple[str, str], list[Hit]] = defaultdict(list)
    for row in rows:
        found[(bytes(row.key).decode(), row.ontology)].append(_hit(row, bytes(row.key).decode()))
    best = {place: _ranked(hits)[0] for place, hits in found.items()}
    return {place: hit.term for place, hit in best.items() if hit.scope.is_exact}


def search_names(typed: str, vocabularies: Sequence[str] = (), *, prefer: str = "", limit: int = 20) -> list[Hit]:
    """What is meant by the beginnings of words: "conf micr", "mice", "fruit fl".

    Every typed word must begin a word of one name. Among terms that fit as well, those below `prefer` come first, then
    those of the vocabulary that is named first.
    """
    typed = typed[:MAXIMUM_TYPED]
    typed_key = key(typed)
    searched = _searched(vocabularies)
    if not typed_key or not searched:
        return []
    among = _AMONG if prefer else limit * _NAMES_PER_TERM
    search = _Search(typed_key, searched, vocabularies, prefer, among)
    hits = [*_by_curie(typed), *search.exact()]
    if typed_words := set(words(typed)):
        hits += search.beginning()
        if len({hit.term.pk for hit in hits}) < limit:
            hits += search.with_words(typed_words)
    return _ranked(hits, vocabularies, prefer)[:limit]


def _searched(vocabularies: Sequence[str]) -> list[str]:
    """Always named, so that the indexes, which begin with the vocabulary, are used."""
    return list(vocabularies) or list(Vocabulary.objects.values_list("name", flat=True))


def _by_curie(name: str) -> list[Hit]:
    term = current_term(name.strip()) if _A_CURIE.fullmatch(name.strip()) else None
    return [Hit(term, term.label, Scope.LABEL, Kind.EXACT_LABEL, 0)] if term else []


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _rows(wanted: Q, *, with_ancestors: bool = False) -> QuerySet[TermName]:
    """`wanted` names the vocabulary."""
    unread = ["term__synonyms", *([] if with_ancestors else ["term__ancestors"])]
    return TermName.objects.filter(wanted).select_related("term").defer(*unread)


def _hit(row: TermName, typed_key: str) -> Hit:
    scope = Scope(row.scope)
    return Hit(row.term, row.text, scope, kind_of(bytes(row.key).decode(), scope, typed_key), row.standing)


@dataclass(frozen=True, slots=True)
class _Search:
    """What was typed, as a key, and the vocabularies; `among` names that fit as well are read, the best."""

    typed: str
    searched: Sequence[str]
    ordered: Sequence[str]
    prefer: str
    among: int

    def hits(self, wanted: Q) -> list[Hit]:
        return [_hit(row, self.typed) for row in _rows(wanted, with_ancestors=bool(self.prefer))]

    def exact(self) -> list[Hit]:
        return self.hits(Q(ontology__in=self.searched, key=_bytes(self.typed)))

    def beginning(self) -> list[Hit]:
        """The best names that begin with what was typed."""
        start = _bytes(self.typed)
        rows = TermName.objects.filter(ontology__in=self.searched, key__gt=start, key__lt=start + _END)
        places = [When(ontology=name, then=Value(place)) for place, name in enumerate(self.ordered)]
        first = [Case(*places, output_field=IntegerField())] if len(places) > 1 else []
        # Sorted by the index alone: the rows of all terms that begin so would be read for the few that are shown.
        best = list(rows.order_by(*first, "standing", "pk").values_list("pk", flat=True)[: self.among])
        return self.hits(Q(pk__in=best)) if best else []

    def with_words(self, typed: Collection[str]) -> list[Hit]:
        """The best names, in each vocabulary, of which some word begins with each typed word."""
        numbers: dict[str, set[int]] = {}
        todo = sorted(typed, key=len, reverse=True)
        for place, word in enumerate(todo):
            found = self._numbers(word)
            numbers = found if place == 0 else {name: numbers[name] & found[name] for name in numbers.keys() & found}
            if sum(map(len, numbers.values())) <= _FEW:
                break
        best = {name: sorted(found)[: max(self.among, _FEW)] for name, found in numbers.items() if found}
        wanted = reduce(or_, (Q(ontology=name, number__in=found) for name, found in best.items()), Q())
        if not best:
            return []
        keys = TermName.objects.filter(wanted).order_by("standing", "pk").values_list("pk", "key")
        fitting = [pk for pk, each in keys if _has_words(bytes(each).decode(), todo)]
        return self.hits(Q(pk__in=fitting[: self.among]))

    def _numbers(self, word: str) -> dict[str, set[int]]:
        """Of the names with a word that begins so, by vocabulary."""
        start = _bytes(word)
        rows = TermWord.objects.filter(ontology__in=self.searched, word__gte=start, word__lt=start + _END)
        found: dict[str, set[int]] = defaultdict(set)
        for ontology, packed in rows.values_list("ontology", "names").iterator(chunk_size=2000):
            found[ontology].update(unpack(packed))
        return found


def _has_words(known: str, typed: Iterable[str]) -> bool:
    spaced = f" {known}"
    return all(f" {word}" in spaced for word in typed)


def _ranked(hits: Iterable[Hit], vocabularies: Sequence[str] = (), prefer: str = "") -> list[Hit]:
    """Each term once, by its best name."""

    def rank(hit: Hit) -> tuple:
        kind, *rest = order(hit.kind, hit.scope, hit.standing, hit.term.curie)
        is_beside = bool(prefer) and prefer not in hit.term.ancestors
        place = vocabularies.index(hit.term.ontology) if hit.term.ontology in vocabularies else 0
        return kind, is_beside, place, *rest

    best: dict[str, Hit] = {}
    for hit in sorted(hits, key=rank):
        best.setdefault(hit.term.curie, hit)
    return list(best.values())
