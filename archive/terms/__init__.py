"""Local ontologies: read, look up, search with synonyms, find in text. Pure: no Django here."""

from .index import TermIndex
from .match import Mention, TermMatcher
from .model import IS_A, OntologyInfo, Parent, Scope, Synonym, Term
from .ranking import Found, Kind
from .reading import BadTerms, read_terms
from .shipped import LARGE, SHIPPED, load_shipped, shipped

__all__ = [
    "IS_A",
    "LARGE",
    "SHIPPED",
    "BadTerms",
    "Found",
    "Kind",
    "Mention",
    "OntologyInfo",
    "Parent",
    "Scope",
    "Synonym",
    "Term",
    "TermIndex",
    "TermMatcher",
    "load_shipped",
    "read_terms",
    "shipped",
]
