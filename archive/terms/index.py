"""Terms in memory: by CURIE, up and down the tree, by name, and by the beginning of words.

Built from any iterable of terms: shipped files, or rows of a database.
"""

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from .model import Scope, Term
from .words import key, words

# Nobody types a longer name; a longer text is for `match`.
MAXIMUM_TYPED = 200


class Kind(IntEnum):
    """How well a name fits what was typed, the best first."""

    EXACT_LABEL = 0
    EXACT_SYNONYM = 1
    BEGINS = 2
    HAS_WORDS = 3


@dataclass(frozen=True, slots=True)
class Found:
    """`name` is the label or the synonym that fits; say "synonym of" where `scope` is not the label."""

    term: Term
    name: str
    scope: Scope
    kind: Kind

    @property
    def by_synonym(self) -> bool:
        return self.scope is not Scope.LABEL


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    key: str
    scope: Scope
    term: Term


class TermIndex:
    """`partial` names the vocabularies of which only a choice of terms is given."""

    def __init__(self, terms: Iterable[Term], *, partial: Iterable[str] = ()) -> None:
        self._terms: dict[str, Term] = {}
        self._children: dict[str, list[str]] = defaultdict(list)
        self._names: list[_Name] = []
        self._by_key: dict[str, list[_Name]] = defaultdict(list)
        for term in terms:
            self._add(term)
        vocabularies = frozenset(term.prefix for term in self._terms.values())
        self._whole = vocabularies - frozenset(partial)
        self._postings = self._word_postings()
        self._words = sorted(self._postings)

    def _add(self, term: Term) -> None:
        self._terms[term.curie] = term
        for parent in term.parents:
            self._children[parent.curie].append(term.curie)
        if term.obsolete:
            return  # still known by its CURIE, never suggested
        for name in term.names():
            entry = _Name(name.text, key(name.text), name.scope, term)
            self._names.append(entry)
            self._by_key[entry.key].append(entry)

    def _word_postings(self) -> dict[str, list[int]]:
        postings: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self._names):
            for word in set(name.key.split(" ")):
                postings[word].append(number)
        return dict(postings)

    def __len__(self) -> int:
        return len(self._terms)

    def __iter__(self) -> Iterator[Term]:
        return iter(self._terms.values())

    def get(self, curie: str) -> Term | None:
        """Also obsolete terms."""
        return self._terms.get(curie)

    def covers(self, vocabulary: str) -> bool:
        """Whether all terms of this prefix are here, so that one that is missing is wrong."""
        return vocabulary in self._whole

    def current(self, curie: str) -> Term | None:
        """The term, or what replaces it if it is obsolete and exactly one does; None if there is none."""
        seen: set[str] = set()
        term = self.get(curie)
        while term is not None and term.obsolete:
            if len(term.replaced_by) != 1 or term.curie in seen:
                return None
            seen.add(term.curie)
            term = self.get(term.replaced_by[0])
        return term

    def ancestors(self, curie: str) -> tuple[Term, ...]:
        """All terms above, over every relation, the nearest first; without the term itself."""
        return self._walk(curie, lambda c: [parent.curie for parent in self._terms[c].parents])

    def descendants(self, curie: str) -> tuple[Term, ...]:
        """All terms below, the nearest first; without the term itself."""
        return self._walk(curie, lambda c: self._children.get(c, []))

    def children(self, curie: str) -> tuple[Term, ...]:
        return tuple(self._terms[child] for child in self._children.get(curie, ()))

    def _walk(self, start: str, steps: Callable[[str], Iterable[str]]) -> tuple[Term, ...]:
        seen, todo, found = {start}, deque([start] if start in self._terms else []), []
        while todo:
            for curie in steps(todo.popleft()):
                if curie not in seen and curie in self._terms:
                    seen.add(curie)
                    todo.append(curie)
                    found.append(self._terms[curie])
        return tuple(found)

    def lookup(self, name: str, vocabulary: str = "") -> tuple[Found, ...]:
        """The terms of exactly this name, or of this CURIE: label first, then by scope, then species."""
        term = self.current(name.strip())
        if term is not None:
            return (Found(term, term.label, Scope.LABEL, Kind.EXACT_LABEL),)
        entries = (entry for entry in self._by_key.get(key(name), ()) if vocabulary in ("", entry.term.prefix))
        return _best_of_each(_exact(entry) for entry in entries)

    def find(self, name: str, vocabulary: str = "") -> Term | None:
        """The best term of this name."""
        found = self.lookup(name, vocabulary)
        return found[0].term if found else None

    def search(self, typed: str, vocabulary: str = "", *, prefer: str = "", limit: int = 20) -> tuple[Found, ...]:
        """What is meant by the beginnings of words, for suggestions: "conf micr", "mice", "fruit fl".

        Every typed word must begin a word of one name. Terms below `prefer` come before others that fit as well.
        """
        typed = typed[:MAXIMUM_TYPED]
        typed_key = key(typed)
        entries = (self._names[number] for number in self._with_words(words(typed)))
        wanted = (entry for entry in entries if vocabulary in ("", entry.term.prefix))
        found = _best_of_each([*self.lookup(typed, vocabulary), *(_fitting(entry, typed_key) for entry in wanted)])
        if prefer:
            below = {term.curie for term in self.descendants(prefer)}
            found = tuple(sorted(found, key=lambda hit: (hit.kind, hit.term.curie not in below)))
        return found[:limit]

    def _with_words(self, typed: tuple[str, ...]) -> set[int]:
        """The numbers of the names of which some word begins with each typed word."""
        hits: set[int] | None = None
        for word in sorted(set(typed), key=len, reverse=True):
            numbers = {number for known in self._beginning(word) for number in self._postings[known]}
            hits = numbers if hits is None else hits & numbers
            if not hits:
                return set()
        return hits or set()

    def _beginning(self, word: str) -> Iterator[str]:
        for position in range(bisect_left(self._words, word), len(self._words)):
            if not self._words[position].startswith(word):
                return
            yield self._words[position]


def _exact(entry: _Name) -> Found:
    kind = Kind.EXACT_LABEL if entry.scope is Scope.LABEL else Kind.EXACT_SYNONYM
    return Found(entry.term, entry.text, entry.scope, kind)


def _fitting(entry: _Name, typed_key: str) -> Found:
    if entry.key == typed_key:
        return _exact(entry)
    kind = Kind.BEGINS if entry.key.startswith(typed_key) else Kind.HAS_WORDS
    return Found(entry.term, entry.text, entry.scope, kind)


def preference(found: Found) -> tuple[int, int, bool, int, int, int, int, str]:
    """The order of results: how it fits; an exact name's scope; species first; those with everyday names first."""
    term = found.term
    scope = found.scope.order
    exact = found.kind <= Kind.EXACT_SYNONYM
    return (
        found.kind,
        scope if exact else 0,
        term.rank != "species",
        -term.familiarity,
        scope,
        len(found.name),
        len(term.curie),
        term.curie,
    )


def _best_of_each(found: Iterable[Found]) -> tuple[Found, ...]:
    best: dict[str, Found] = {}
    for hit in sorted(found, key=preference):
        best.setdefault(hit.term.curie, hit)
    return tuple(best.values())
