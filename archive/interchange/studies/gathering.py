"""What a parser gathers of a study until it is whole, and the rules that all sources share."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from . import identifiers as ids
from .fields import Entry, Fields, Ledger, fold, text_of
from .model import (
    Acquisition,
    Analysis,
    AnnotationSet,
    Component,
    Correlation,
    Grant,
    Link,
    Organisation,
    Person,
    Publication,
    Sample,
    Screen,
    Specimen,
    Study,
    TermRef,
)

Item = TypeVar("Item")
# Gives the tidy form of a text, or nothing.
Form = Callable[[str], str]
_COMMON_NAME = re.compile(r"^(?P<name>[A-Z][^()]+?)\s*\([^()]*\)$")


class Gathered:
    """Mutable, for one parse. Values of a wrong form go to the ledger, with the reason."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.title = self.description = self.licence = self.release_date = ""
        self.funding = self.acknowledgements = ""
        self.file_count: int | None = None
        self.byte_count: int | None = None
        self.screen: Screen | None = None
        self.authors: list[Person] = []
        self.keywords: list[str] = []
        self.organisms: list[TermRef] = []
        self.methods: list[TermRef] = []
        self.subjects: list[TermRef] = []
        self.samples: list[Sample] = []
        self.specimens: list[Specimen] = []
        self.acquisitions: list[Acquisition] = []
        self.analyses: list[Analysis] = []
        self.correlations: list[Correlation] = []
        self.annotations: list[AnnotationSet] = []
        self.components: list[Component] = []
        self.links: list[Link] = []
        self.publications: list[Publication] = []
        self.grants: list[Grant] = []

    def study(self, *, origin: str, identifier: str, url: str) -> Study:
        return Study(
            origin=origin,
            identifier=identifier,
            url=url,
            title=self.title,
            description=self.description,
            authors=distinct(self.authors),
            licence=self.licence,
            release_date=self.release_date,
            keywords=distinct(word.strip() for word in self.keywords if word.strip()),
            organisms=distinct_terms(self.organisms),
            methods=distinct_terms(self.methods),
            subjects=distinct_terms(self.subjects),
            samples=distinct(self.samples),
            specimens=distinct(self.specimens),
            acquisitions=distinct(self.acquisitions),
            analyses=distinct(self.analyses),
            correlations=distinct(self.correlations),
            annotations=distinct(self.annotations),
            components=distinct(self.components),
            screen=self.screen,
            links=distinct(self.links),
            publications=distinct(self.publications),
            grants=distinct(self.grants),
            funding=self.funding,
            acknowledgements=self.acknowledgements,
            file_count=self.file_count,
            byte_count=self.byte_count,
            unplaced=self.ledger.rows,
        )

    def person(
        self,
        *,
        name: str,
        orcid: Sequence[Entry] = (),
        email: Sequence[Entry] = (),
        affiliations: Iterable[Organisation] = (),
        roles: Iterable[str] = (),
    ) -> Person:
        return Person(
            name=re.sub(r"\s+", " ", name).removeprefix("_:"),
            orcid=self.of_form(orcid, ids.orcid, "This is no ORCID iD: its form or its check digit is wrong."),
            email=self.of_form(email, ids.email, "This is no single e-mail address."),
            affiliations=tuple(affiliations),
            roles=distinct(role for text in roles for role in re.split(r"\s*[,;]\s*", text) if role),
        )

    def publication(
        self,
        *,
        title: str = "",
        doi: Sequence[Entry] = (),
        pmid: Sequence[Entry] = (),
        pmcid: Sequence[Entry] = (),
        authors: str = "",
        year: str = "",
    ) -> None:
        found = Publication(
            title=title,
            doi=self.of_form(doi, ids.doi, "There is no DOI (10.…/…) in it."),
            pmid=self.of_form(pmid, ids.pmid, "A PubMed ID is digits alone."),
            pmcid=self.of_form(pmcid, ids.pmcid, "A PMC ID is PMC and digits."),
            authors=authors,
            year=year,
        )
        if found.title or found.doi or found.pmid or found.pmcid:
            self.publications.append(found)
        elif authors or year:
            self.ledger.keep("publication", "Authors", f"{authors} {year}".strip())

    def link(self, place: str, text: str, kind: str = "", description: str = "") -> None:
        found = ids.link(text, kind, description) if text else None
        if found is not None:
            self.links.append(found)
        elif text:
            self.ledger.doubt(place, "url", text, "It leads nowhere: no address, and no identifier that is known.")

    def day(self, fields: Fields, *names: str) -> str:
        return self.of_form(fields.entries(*names), ids.day, "A date is year, month and day.")

    def of_form(self, entries: Sequence[Entry], form: Form, why: str) -> str:
        """The first value that has the form; others are kept or doubted."""
        chosen = ""
        for entry in entries:
            text = text_of(entry.value)
            value = form(text) if text else ""
            if not value:
                self.ledger.doubt(entry.place, entry.key, entry.value, why)
            elif chosen and value != chosen:
                self.ledger.keep(entry.place, entry.key, text)
            else:
                chosen = value
        return chosen


def distinct(found: Iterable[Item]) -> tuple[Item, ...]:
    return tuple(dict.fromkeys(found))


def distinct_terms(found: Iterable[TermRef]) -> tuple[TermRef, ...]:
    """One of each: a name without an identifier goes where another one has both."""
    terms = distinct(term for term in found if term.label or term.curie)
    named = {term.label.casefold() for term in terms if term.curie and term.label}
    kept: dict[str, TermRef] = {}
    for term in terms:
        if term.curie:
            before = kept.get(term.curie)
            kept[term.curie] = before if before and before.label else term
        elif term.label.casefold() not in named:
            kept.setdefault(term.label.casefold(), term)
    return tuple(kept.values())


def term_of(entry: Entry, vocabulary: str) -> TermRef:
    """A name with the identifier that qualifies it; “Mus musculus (mouse)” is the species alone."""
    label = text_of(entry.value)
    identifier = next((text for name, text in entry.qualifiers.items() if fold(name) == "termid"), "")
    return term(label, identifier, vocabulary)


def term(label: str, identifier: str, vocabulary: str) -> TermRef:
    curie = ids.curie(identifier, vocabulary) if identifier else ""
    named = _COMMON_NAME.match(label) if vocabulary == "NCBITaxon" else None
    return TermRef(named["name"] if named else label, curie)


# MIFA's names of kinds, as the template has them.
_KINDS = {
    fold(name): name
    for name in (
        *("class_labels", "bounding_boxes", "counts", "derived_annotations", "geometrical_annotations", "graphs"),
        *("point_annotations", "segmentation_mask", "tracks", "weak_annotations", "other"),
    )
}


def annotation_types(texts: Iterable[str]) -> tuple[str, ...]:
    parts = [part for text in texts for part in re.split(r"\s*[,;]\s*", text) if part]
    return distinct(_KINDS.get(fold(part)) or _KINDS.get(fold(part) + "s") or part for part in parts)
