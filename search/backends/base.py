"""The interface of a search engine. It fits on a screen; tests/search/backend_contract.py says what it promises."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from search.backends.document import SearchDocument
from search.facets import Kind
from search.query import SearchQuery
from search.results import Facet, Results, Suggestion

# The reader's token that stands for everything: administrators only.
EVERYTHING = "*"
Access = frozenset[str]
# A word in the title, and a facet's value that is exactly what was asked for, come first.
TITLE_BOOST = 3.0
WHOLE_BOOST = 2.0


class SearchBackend(ABC):
    """Every method raises SearchUnavailable when the engine does not answer; none ever raises a vendor's exception."""

    @abstractmethod
    def ensure(self, kind: Kind) -> None:
        """Make the index if there is none; keep it if there is one."""

    @abstractmethod
    def index(self, documents: Sequence[SearchDocument]) -> None:
        """Add or replace documents. A document read from the database earlier never replaces a later one."""

    @abstractmethod
    def delete(self, kind: Kind, ids: Sequence[str]) -> None:
        """Take documents out; those that are not there are no error."""

    @abstractmethod
    def rebuild(self, kind: Kind, documents: Iterable[SearchDocument]) -> int:
        """Fill a new index and put it in the place of the old one at once; what is written meanwhile is in both."""

    @abstractmethod
    def refresh(self, kind: Kind) -> None:
        """Everything that was written can be found when this returns."""

    @abstractmethod
    def search(self, query: SearchQuery, access: Access) -> Results:
        """Hits, exact total, and facets whose counts leave out the facet's own selection."""

    @abstractmethod
    def facet(self, query: SearchQuery, access: Access, name: str, contains: str = "", size: int = 1000) -> Facet:
        """One facet in full; `contains` keeps the values that hold these words."""

    @abstractmethod
    def suggest(self, kind: Kind, text: str, access: Access, size: int = 10) -> tuple[Suggestion, ...]:
        """Values of facets, and titles, of which a word begins with what was typed."""

    @abstractmethod
    def count(self, kind: Kind, access: Access) -> int:
        """How many documents a reader with these tokens can find."""

    @abstractmethod
    def ids(self, kind: Kind, access: Access = frozenset({EVERYTHING})) -> Iterable[str]:
        """Every id in the index that has one of these tokens, for taking out what is no longer there."""

    @abstractmethod
    def ping(self) -> None:
        """Returns when the engine answers."""
