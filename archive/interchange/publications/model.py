"""PURE: a publication, whoever described it, and how two descriptions of one become one."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Author:
    """`family` alone is a group, or a name that nobody took apart. `orcid` is bare and has a right check digit."""

    family: str
    given: str = ""
    orcid: str = ""
    affiliation: str = ""

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}".strip()


@dataclass(frozen=True)
class Grant:
    funder: str
    award: str = ""


@dataclass(frozen=True)
class Publication:
    """What is not known is empty. DOIs are bare; `abstract` is plain text; `licence` an SPDX name where there is one.

    `preprint_of` are the DOIs of what this preprint became, `preprints` those of what this paper was.
    """

    doi: str = ""
    pmid: str = ""
    title: str = ""
    journal: str = ""
    year: int | None = None
    authors: tuple[Author, ...] = ()
    abstract: str = ""
    grants: tuple[Grant, ...] = ()
    licence: str = ""
    preprint_of: tuple[str, ...] = ()
    preprints: tuple[str, ...] = ()


def merged(first: Publication, second: Publication) -> Publication:
    """Two descriptions of one publication: the first one's word counts, the second one fills what it leaves open."""
    return Publication(
        doi=first.doi or second.doi,
        pmid=first.pmid or second.pmid,
        title=first.title or second.title,
        journal=first.journal or second.journal,
        year=first.year or second.year,
        authors=_authors(first.authors, second.authors),
        abstract=first.abstract or second.abstract,
        grants=unique_grants((*first.grants, *second.grants)),
        licence=_licence(first.licence, second.licence),
        preprint_of=_links(first.preprint_of, second.preprint_of),
        preprints=_links(first.preprints, second.preprints),
    )


def folded(text: str) -> str:
    """For comparing names: letters and digits alone, without accents and case."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return re.sub(r"[\W_]+", " ", "".join(c for c in plain if not unicodedata.combining(c))).strip()


def same_person(first: Author, second: Author) -> bool:
    """The same ORCID iD, or the same family name and initial where not both have one."""
    if first.orcid and second.orcid:
        return first.orcid == second.orcid
    mine, yours = folded(first.given), folded(second.given)
    return folded(first.family) == folded(second.family) and mine[:1] == yours[:1]


def _authors(first: tuple[Author, ...], second: tuple[Author, ...]) -> tuple[Author, ...]:
    """The first one's list and order. A name that two people of a list share is nobody's."""
    return tuple(_completed(author, first, second) for author in first) or second


def _completed(author: Author, own: Iterable[Author], others: Iterable[Author]) -> Author:
    alike = [other for other in others if same_person(author, other)]
    if len(alike) != 1 or sum(same_person(other, alike[0]) for other in own) != 1:
        return author
    other = alike[0]
    return replace(author, orcid=author.orcid or other.orcid, affiliation=author.affiliation or other.affiliation)


def unique_grants(grants: Iterable[Grant]) -> tuple[Grant, ...]:
    """Each award once; a funder without an award only where none of its awards is known."""
    grants, awards = list(grants), dict[str, Grant]()
    for grant in grants:
        if grant.award:
            awards.setdefault(folded(grant.award), grant)
    named = {folded(grant.funder) for grant in awards.values()}
    bare = {folded(grant.funder): grant for grant in grants if not grant.award}
    kept = [grant for funder, grant in bare.items() if funder not in named]
    return (*awards.values(), *kept)


def _licence(first: str, second: str) -> str:
    """The one with a version says more."""
    return first if any(c.isdigit() for c in first) or not second else second


def _links(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
