"""Terms in memory: by CURIE, up the tree, and by name. Suggestions come from a database (archive.selectors).

Built from any iterable of terms, such as shipped files.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from functools import cached_property

from .model import Scope, Synonym, Term
from .ranking import Found, Kind, best_of_each, exact_kind
from .words import key


class TermIndex:
    """`partial` names the vocabularies of which only a choice of terms is given."""

    def __init__(self, terms: Iterable[Term], *, partial: Iterable[str] = ()) -> None:
        self._terms = {term.curie: term for term in terms}
        self._vocabularies = frozenset(term.prefix for term in self._terms.values())
        self._whole = self._vocabularies - frozenset(partial)

    @cached_property
    def _by_key(self) -> dict[str, list[tuple[Synonym, Term]]]:
        """Without obsolete terms: they are known by their CURIE, and never found by a name."""
        found: dict[str, list[tuple[Synonym, Term]]] = defaultdict(list)
        for term in self:
            for name in () if term.obsolete else term.names():
                found[key(name.text)].append((name, term))
        return found

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

    def knows(self, vocabulary: str) -> bool:
        """Whether there are terms of this prefix."""
        return vocabulary in self._vocabularies

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
        seen, todo, found = {curie}, deque([curie] if curie in self._terms else []), []
        while todo:
            for parent in self._terms[todo.popleft()].parents:
                if parent.curie not in seen and parent.curie in self._terms:
                    seen.add(parent.curie)
                    todo.append(parent.curie)
                    found.append(self._terms[parent.curie])
        return tuple(found)

    def lookup(self, name: str, vocabulary: str = "") -> tuple[Found, ...]:
        """The terms of exactly this name, or of this CURIE: label first, then by scope, then species."""
        term = self.current(name.strip())
        if term is not None:
            return (Found(term, term.label, Scope.LABEL, Kind.EXACT_LABEL),)
        return best_of_each(
            Found(term, known.text, known.scope, exact_kind(known.scope))
            for known, term in self._by_key.get(key(name), ())
            if vocabulary in ("", term.prefix)
        )

    def find(self, name: str, vocabulary: str = "") -> Term | None:
        """The best term of this name."""
        found = self.lookup(name, vocabulary)
        return found[0].term if found else None

    def named(self, label: str, vocabulary: str) -> str:
        """The CURIE of the term of which this is the name, or an exact synonym; nothing if there is none."""
        return next((hit.term.curie for hit in self.lookup(label, vocabulary) if hit.scope.is_exact), "")
