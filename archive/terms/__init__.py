"""Local ontologies: read, look up, search with synonyms, find in text. Pure: no Django here."""

from .index import Found, TermIndex
from .match import Mention, TermMatcher
from .model import IS_A, OntologyInfo, Parent, Scope, Synonym, Term
from .reading import BadTerms, read_terms
from .shipped import SHIPPED, load_shipped, shipped

__all__ = [
    "IS_A",
    "SHIPPED",
    "BadTerms",
    "Found",
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
