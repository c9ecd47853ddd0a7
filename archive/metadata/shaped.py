"""The shapes of strings with a grammar: ORCID iD, DOI, address, e-mail, PubMed ID, CURIE, date.

One table of patterns, read by the validation and by the JSON Schema, so that both say the same. What a pattern cannot
say (a check digit, the 30th of February) is a function beside it.
"""

import datetime as dt
import re

from .model import FieldType

# Anchored, and in the part of the syntax that Python and JavaScript share.
PATTERNS: dict[FieldType, str] = {
    FieldType.ORCID: r"^[0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X]$",
    FieldType.DOI: r"^10\.[0-9]{4,9}/\S+$",
    FieldType.URL: r"^https?://[^\s/?#]+\S*$",
    FieldType.EMAIL: r"^[^@\s<>,;]+@[^@\s.<>,;]+(\.[^@\s.<>,;]+)+$",
    FieldType.PMID: r"^[1-9][0-9]{0,8}$",
    FieldType.DATE: r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
}
CURIE = r"^[A-Za-z][A-Za-z0-9_.]*:[A-Za-z0-9_.-]+$"
# What stands behind the colon, for vocabularies of which only a part is here: a form that it cannot have is wrong.
LOCAL_PARTS = {"NCBITaxon": "[1-9][0-9]*"}

ADVICE: dict[FieldType, str] = {
    FieldType.ORCID: "An ORCID iD looks like 0000-0002-1825-0097. Copy it from your ORCID page.",
    FieldType.DOI: "A DOI looks like 10.1038/s41592-021-01166-8. Give it without anything before “10.”.",
    FieldType.URL: "An address begins with https:// or http://. Copy it whole from the browser.",
    FieldType.EMAIL: "An e-mail address looks like name@institute.org. Correct it or leave it out.",
    FieldType.PMID: "A PubMed ID is digits alone, such as 34021280. Correct it or leave it out.",
    FieldType.DATE: "A date is year, month and day, such as 2024-03-31. Correct it.",
}

_PREFIXES: dict[FieldType, re.Pattern[str]] = {
    FieldType.ORCID: re.compile(r"^(https?://)?(www\.)?orcid\.org/", re.IGNORECASE),
    FieldType.DOI: re.compile(r"^((https?://)?\s*(dx\.|www\.)?doi\.org/\s*)?(doi:\s*)?", re.IGNORECASE),
    FieldType.PMID: re.compile(r"^((https?://)?pubmed\.ncbi\.nlm\.nih\.gov/|pmid:\s*)", re.IGNORECASE),
}


def has_shape(kind: FieldType, text: str) -> bool:
    """Whether the text fits its type's pattern; types without one take any text."""
    pattern = PATTERNS.get(kind)
    return pattern is None or (re.search(pattern, text) is not None and not text.endswith("\n"))


def is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return has_shape(FieldType.DATE, text)


# Preprints have DOIs of this form (https://info.arxiv.org/help/doi.html); the version is not part of them.
_ARXIV = re.compile(r"^arxiv:\s*([0-9]{4}\.[0-9]{4,5}|[a-z.-]+/[0-9]{7})(v[0-9]+)?$", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"^(www\.|(dx\.)?doi\.org/)\S+$", re.IGNORECASE)
_NAMED_MAILBOX = re.compile(r"^[^<>]*<([^<>]+)>$")


def canonical(kind: FieldType, text: str) -> str:
    """Without https://doi.org/ or https://orcid.org/ in front, without outer white space, with Unix line ends.

    What can be read in one way only is read so: an arXiv identifier as its DOI, a DOI or an address without https:// as
    an address, an e-mail address that stands behind its owner's name alone.
    """
    text = text.strip().replace("\r\n", "\n")
    if kind is FieldType.DOI and (preprint := _ARXIV.match(text)):
        return f"10.48550/arXiv.{preprint[1]}"
    if kind is FieldType.URL:
        return _address(text)
    if kind is FieldType.EMAIL:
        return _NAMED_MAILBOX.sub(r"\1", text).strip()
    prefix = _PREFIXES.get(kind)
    if prefix is None:
        return text
    text = prefix.sub("", text)
    if kind is FieldType.ORCID:
        text = _grouped(text.rstrip("/").upper())
    return text.rstrip("/") if kind is FieldType.PMID else text


def _address(text: str) -> str:
    if re.search(PATTERNS[FieldType.DOI], text):
        return f"https://doi.org/{text}"
    return f"https://{text}" if _BARE_ADDRESS.match(text) else text


def _grouped(orcid: str) -> str:
    bare = re.sub(r"[\s-]", "", orcid)
    return "-".join(re.findall("....", bare)) if re.fullmatch(r"\d{15}[\dX]", bare, re.ASCII) else orcid
