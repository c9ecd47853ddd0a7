"""What is wrong with a document, one sentence each, at a place that a form or an API client can point to."""

from dataclasses import dataclass
from enum import StrEnum

from .model import Tier


class Code(StrEnum):
    """Stable names of problems, for API clients."""

    REQUIRED = "required"
    TYPE = "type"
    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    TOO_SMALL = "too-small"
    TOO_LARGE = "too-large"
    TOO_FEW = "too-few"
    TOO_MANY = "too-many"
    PATTERN = "pattern"
    CHOICE = "choice"
    REFUSED = "refused"
    UNIT = "unit"
    DATE = "date"
    DATE_FUTURE = "date-future"
    DATE_EARLY = "date-early"
    URL = "url"
    DOI = "doi"
    ORCID = "orcid"
    EMAIL = "email"
    PMID = "pmid"
    IDENTIFIER = "identifier"
    CURIE = "curie"
    TERM_UNKNOWN = "term-unknown"
    TERM_UNCHECKED = "term-unchecked"
    TERM_OBSOLETE = "term-obsolete"
    TERM_FREE_TEXT = "term-free-text"
    TERM_VOCABULARY = "term-vocabulary"
    TERM_LABEL = "term-label"
    NO_SUCH_ITEM = "no-such-item"
    SAME_NAME = "same-name"
    UNKNOWN_FIELD = "unknown-field"
    TYPO = "typo"
    SIZE_DIFFERS = "size-differs"


@dataclass(frozen=True, slots=True)
class Problem:
    """`tier` says how bad it is: required blocks submission, desirable should be mended, optional is a notice."""

    pointer: str
    code: Code
    message: str
    tier: Tier = Tier.REQUIRED

    @property
    def blocks(self) -> bool:
        return self.tier is Tier.REQUIRED


def pointer_of(*steps: str | int) -> str:
    """A JSON pointer (RFC 6901): `/study/authors/0/name`."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
