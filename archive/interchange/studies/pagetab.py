"""Submissions of BioStudies and the BioImage Archive (PageTab) as studies.

All generations of templates are read by one table: BioImages v1 to v5, MIFA, IDR's converter, the plain default.
What has no field is in `unplaced`, with its place as a path: `section/Biosample[2]/Strain`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from . import identifiers as ids
from . import listing, pagetab_legacy
from .fields import Entry, Fields, Ledger, fold, items, text_of
from .gathering import Gathered, annotation_types, distinct, term_of
from .model import (
    Acquisition,
    Analysis,
    AnnotationSet,
    BadStudy,
    Component,
    Correlation,
    Grant,
    ListedFile,
    Organisation,
    Sample,
    Specimen,
    Study,
    TermRef,
)
from .pagetab_tree import Node, read_tree

_STUDIES = "https://www.ebi.ac.uk/biostudies/{}/{}"


def read_pagetab(path: Path, file_lists: Path | None = None) -> Study:
    """The study of a submission in JSON or TSV. File lists are looked for beside it, or in `file_lists`."""
    return parse_pagetab(path.read_bytes(), path.name, file_lists or path.parent)


def parse_pagetab(content: bytes, name: str = "The submission", file_lists: Path | None = None) -> Study:
    """Raises BadStudy for what is no submission, and for nothing else."""
    tree = read_tree(content, name)
    if "section" not in tree and "accession_id" in tree:
        return pagetab_legacy.parse(tree)
    accession = text_of(tree.get("accno")) or text_of(tree.get("accNo"))
    if not isinstance(tree.get("section"), Mapping):
        raise BadStudy(f"{name} has no section that describes a study. Export the whole submission.")
    if not accession:
        raise BadStudy(f"{name} has no accession (accno). Without it nothing could be imported twice. Add it.")
    return _Reader(accession, file_lists).read(tree)


class _Reader:
    """One submission; its parts fill `self.got` as they are met."""

    def __init__(self, accession: str, file_lists: Path | None) -> None:
        self.ledger = Ledger()
        self.got = Gathered(self.ledger)
        self.accession = accession
        self.folder = file_lists
        self.organisations: dict[str, Organisation] = {}
        self.waiting: list[tuple[int, list[tuple[str, str]]]] = []
        self.lists: list[Path] = []
        self.direct: list[Any] = []

    def read(self, tree: Node) -> Study:
        root = self._fields(tree, "submission")
        section = tree["section"]
        self._walk(section, "section", known=True)
        self.got.title = self.got.title or root.text("Title")
        root.texts("Title")
        own_doi = ids.doi(root.text("DOI"))
        # BioStudies releases by the submission's date; the section's may be of an older form.
        self.got.release_date = self.got.day(root, "ReleaseDate") or self.got.release_date
        root.leave()
        self._join_people()
        of_images = _is_bioimage(self.accession, tree)
        study = self.got.study(
            origin="bioimage-archive" if of_images else "biostudies",
            identifier=self.accession,
            url=_STUDIES.format("BioImages/studies" if of_images else "studies", self.accession),
        )
        direct, lists = list(listing.from_entries(iter(self.direct))), tuple(self.lists)
        return replace(
            study,
            doi=own_doi,
            file_count=study.file_count if study.file_count is not None else (len(direct) if direct else None),
            files=_opener(direct, lists),
        )

    # ---- the tree -----------------------------------------------------------------------------------------------

    def _walk(self, node: Any, place: str, *, known: bool = False) -> None:
        if not isinstance(node, Mapping):
            self.ledger.doubt(place, "", node, "A section was expected here.")
            return
        kind = text_of(node.get("type"))
        fields = self._fields(node, place)
        reader = _SECTIONS.get(fold(kind))
        if reader is not None:
            reader(self, fields, node)
        elif not known:
            self._unknown(kind, fields, node, place)
        fields.leave()
        self._leaves(node, place)
        counts: dict[str, int] = {}
        for child in items(node.get("subsections")):
            name = text_of(child.get("type")) if isinstance(child, Mapping) else "?"
            counts[name] = counts.get(name, 0) + 1
            self._walk(child, f"{place}/{name}[{counts[name]}]")

    def _unknown(self, kind: str, fields: Fields, node: Mapping[str, Any], place: str) -> None:
        if not node.get("attributes"):
            self.ledger.doubt(place, kind, "", "This kind of section is not known.")

    def _fields(self, node: Mapping[str, Any], place: str) -> Fields:
        entries = []
        for attribute in items(node.get("attributes")):
            if isinstance(attribute, Mapping) and isinstance(attribute.get("name"), str):
                entries.append(_entry(attribute, place))
            else:
                self.ledger.doubt(place, "", attribute, "An attribute has a name and a value.")
        return Fields(entries, self.ledger)

    def _leaves(self, node: Mapping[str, Any], place: str) -> None:
        self.direct += items(node.get("files"))
        for number, leaf in enumerate(items(node.get("links")), start=1):
            where = f"{place}/link[{number}]"
            if not isinstance(leaf, Mapping):
                self.ledger.doubt(where, "url", leaf, "A link is an object with a url.")
                continue
            fields = self._fields(leaf, where)
            kind, words = fields.text("Type"), fields.text("Description", "Title")
            self.got.link(where, text_of(leaf.get("url")), kind, words)
            fields.leave()

    # ---- sections -----------------------------------------------------------------------------------------------

    def study(self, fields: Fields, node: Mapping[str, Any]) -> None:
        got = self.got
        got.title = fields.text("Title")
        abstract = fields.texts("Description", "Abstract")
        got.description = "\n\n".join(dict.fromkeys(abstract))
        got.keywords += [
            word for text in fields.texts("Keywords", "Keyword") for word in re.split(r"\s*[;\n]\s*", text)
        ]
        got.acknowledgements = fields.text("Acknowledgements", "Acknowledgement")
        got.funding = fields.text("Funding statement")
        licences = fields.entries("License", "Licence")
        got.licence = ids.licence(*(text for e in licences for text in (text_of(e.value), *e.qualifiers.values())))
        got.release_date = got.day(fields, "Release date") or got.day(fields, "ReleaseDate")
        taxa = fields.texts("NCBI Taxonomy ID")
        organisms = [term_of(entry, "NCBITaxon") for entry in fields.entries("Organism")]
        if len(taxa) == 1 and len(organisms) == 1 and not organisms[0].curie:
            organisms = [TermRef(organisms[0].label, ids.curie(taxa[0], "NCBITaxon"))]
        got.organisms += organisms
        got.methods += [term_of(e, "FBbi") for e in fields.entries("Imaging method", "Technology type")]
        instrument = fields.text("Technology platform")
        if instrument:
            got.acquisitions.append(Acquisition(instrument=instrument))
        sample = Sample(
            strain=fields.text("Strain"),
            sex=fields.text("Sex"),
            tissues=tuple(TermRef(text) for text in fields.texts("Tissue")),
            organisms=tuple(organisms),
        )
        if sample.strain or sample.sex or sample.tissues:
            got.samples.append(sample)
        idr = fields.text("IDR accession number")
        if idr:
            got.link("section", idr, "IDR")

    def author(self, fields: Fields, node: Mapping[str, Any]) -> None:
        references = [ref for entry in fields.entries("Affiliation") for ref in _references(entry)]
        person = self.got.person(
            name=fields.text("Name"),
            orcid=fields.entries("ORCID"),
            email=fields.entries("E-mail", "Email"),
            roles=fields.texts("Role"),
        )
        if person.name:
            self.waiting.append((len(self.got.authors), references))
            self.got.authors.append(person)

    def organisation(self, fields: Fields, node: Mapping[str, Any]) -> None:
        found = Organisation(
            name=fields.text("Name"), ror=ids.ror(fields.text("RORID", "ROR")), address=fields.text("Address")
        )
        key = text_of(node.get("accno")) or text_of(node.get("accNo")) or f"o{len(self.organisations) + 1}"
        self.organisations.setdefault(key, found)

    def publication(self, fields: Fields, node: Mapping[str, Any]) -> None:
        self.got.publication(
            title=fields.text("Title"),
            doi=fields.entries("DOI"),
            pmid=fields.entries("Pubmed ID", "PMID"),
            pmcid=fields.entries("PMC ID", "PMCID"),
            authors="; ".join(fields.texts("Authors")),
            year=fields.text("Year"),
        )

    def funding(self, fields: Fields, node: Mapping[str, Any]) -> None:
        grant = Grant(fields.text("Agency"), fields.text("grant_id"), fields.text("Title"))
        if grant.funder or grant.number:
            self.got.grants.append(grant)

    def biosample(self, fields: Fields, node: Mapping[str, Any]) -> None:
        organisms = [term_of(entry, "NCBITaxon") for entry in fields.entries("Organism")]
        organisms += self._below(node, "Organism", _organism)
        self.got.samples.append(
            Sample(
                title=fields.text("Title"),
                description=fields.text("Description"),
                entity=fields.text("Biological entity"),
                organisms=tuple(organisms),
                intrinsic=tuple(fields.texts("Intrinsic variable")),
                extrinsic=tuple(fields.texts("Extrinsic variable")),
                experimental=tuple(fields.texts("Experimental variable")),
            )
        )
        self.got.organisms += organisms

    def specimen(self, fields: Fields, node: Mapping[str, Any]) -> None:
        preparation = fields.text("Sample preparation protocol")
        self.got.specimens.append(Specimen(fields.text("Title"), preparation, fields.text("Growth protocol")))

    def acquisition(self, fields: Fields, node: Mapping[str, Any]) -> None:
        methods = [term_of(entry, "FBbi") for entry in fields.entries("Imaging method")]
        methods += self._below(node, "Imaging Method", _method)
        self.got.acquisitions.append(
            Acquisition(
                title=fields.text("Title"),
                instrument=fields.text("Imaging instrument"),
                parameters=fields.text("Image acquisition parameters"),
                methods=tuple(methods),
            )
        )
        self.got.methods += methods

    def analysis(self, fields: Fields, node: Mapping[str, Any]) -> None:
        found = Analysis(fields.text("Title"), fields.text("Image analysis overview"))
        if found != Analysis():
            self.got.analyses.append(found)

    def correlation(self, fields: Fields, node: Mapping[str, Any]) -> None:
        found = Correlation(
            title=fields.text("Title"),
            alignment=fields.text("Spatial and temporal alignment"),
            fiducials=fields.text("Fiducials used"),
            transformation=fields.text("Transformation matrix"),
        )
        if found != Correlation():
            self.got.correlations.append(found)

    def annotation(self, fields: Fields, node: Mapping[str, Any]) -> None:
        self.got.annotations.append(
            AnnotationSet(
                title=fields.text("Title"),
                overview=fields.text("Annotation Overview"),
                method=fields.text("Annotation Method"),
                types=annotation_types(fields.texts("Annotation Type")),
                criteria=fields.text("Annotation Criteria"),
                coverage=fields.text("Annotation Coverage"),
            )
        )
        self._file_list(fields)

    def component(self, fields: Fields, node: Mapping[str, Any]) -> None:
        used: dict[str, list[str]] = {}
        for child in items(node.get("subsections")):
            if isinstance(child, Mapping) and fold(text_of(child.get("type"))) == "associations":
                for attribute in items(child.get("attributes")):
                    if isinstance(attribute, Mapping) and text_of(attribute.get("value")):
                        used.setdefault(fold(text_of(attribute.get("name"))), []).append(text_of(attribute["value"]))
        methods = [term_of(entry, "FBbi") for entry in fields.entries("Imaging method")]
        name = fields.text("Name", "Title") or text_of(node.get("accno")) or text_of(node.get("type"))
        self.got.components.append(
            Component(
                name=name,
                description=fields.text("Description"),
                samples=distinct(used.get("biosample", [])),
                specimens=distinct(used.get("specimen", [])),
                acquisitions=distinct(used.get("imageacquisition", [])),
                methods=tuple(methods),
            )
        )
        self.got.methods += methods
        self._file_list(fields)

    def organism(self, fields: Fields, node: Mapping[str, Any]) -> None:
        self.got.organisms.append(_organism(fields))

    def method(self, fields: Fields, node: Mapping[str, Any]) -> None:
        self.got.methods.append(_method(fields))

    def associations(self, fields: Fields, node: Mapping[str, Any]) -> None:
        """Its component has read them; an analysis or correlation is told by its own section."""
        fields.entries("Biosample", "Specimen", "Image acquisition", "Image analysis", "Image correlation")

    # ---- helpers ------------------------------------------------------------------------------------------------

    def _below(self, node: Mapping[str, Any], kind: str, read: Callable[[Fields], TermRef]) -> list[TermRef]:
        children = [child for child in items(node.get("subsections")) if isinstance(child, Mapping)]
        found = [
            read(self._fields(child, kind)) for child in children if fold(text_of(child.get("type"))) == fold(kind)
        ]
        return [term for term in found if term.label or term.curie]

    def _file_list(self, fields: Fields) -> None:
        for entry in fields.entries("File List"):
            name = text_of(entry.value)
            found = listing.beside(self.folder, name)
            if found is not None:
                self.lists.append(found)
            elif name:
                why = "The file list is not beside the submission: its files are not listed."
                self.ledger.doubt(entry.place, entry.key, name, why)

    def _join_people(self) -> None:
        for at, references in self.waiting:
            affiliations = [
                self.organisations.get(text) or (Organisation(text) if not re.fullmatch(r"o\d+", text) else None)
                for text, _ in references
            ]
            for (text, place), found in zip(references, affiliations, strict=True):
                if found is None:
                    self.ledger.doubt(place, "affiliation", text, "There is no organisation of this number.")
            known = tuple(item for item in affiliations if item is not None and item.name)
            self.got.authors[at] = replace(self.got.authors[at], affiliations=known)


_Section = Callable[[_Reader, Fields, Mapping[str, Any]], None]
_SECTIONS: dict[str, _Section] = {
    "study": _Reader.study,
    "author": _Reader.author,
    "organisation": _Reader.organisation,
    "organization": _Reader.organisation,
    "affiliation": _Reader.organisation,
    "publication": _Reader.publication,
    "funding": _Reader.funding,
    "biosample": _Reader.biosample,
    "specimen": _Reader.specimen,
    "imageacquisition": _Reader.acquisition,
    "imageanalysis": _Reader.analysis,
    "imagecorrelation": _Reader.correlation,
    "annotations": _Reader.annotation,
    "studycomponent": _Reader.component,
    "experiment": _Reader.component,
    "supplementarydata": _Reader.component,
    "associations": _Reader.associations,
    "organism": _Reader.organism,
    "imagingmethod": _Reader.method,
}


def _references(entry: Entry) -> list[tuple[str, str]]:
    """The numbers of organisations (“o1, o2”), or a name in words, each with its place."""
    text = text_of(entry.value)
    parts = [part for part in re.split(r"\s*[,;]\s*", text) if part]
    numbered = all(re.fullmatch(r"[A-Za-z]+[-_]?\d+[\w-]*", part) for part in parts)
    return [(part, entry.place) for part in (parts if numbered else [text])]


def _organism(fields: Fields) -> TermRef:
    label, common = fields.text("Scientific name"), fields.text("Common name")
    return TermRef(label or common, ids.curie(fields.text("NCBI taxon ID"), "NCBITaxon"))


def _method(fields: Fields) -> TermRef:
    fields.entries("Ontology Name")
    return TermRef(fields.text("Ontology Value"), ids.curie(fields.text("Ontology Term ID"), "FBbi"))


def _entry(attribute: Mapping[str, Any], place: str) -> Entry:
    qualifiers = {
        text_of(pair.get("name")): text_of(pair.get("value"))
        for key in ("valqual", "nmqual", "valueAttrs", "nameAttrs")
        for pair in items(attribute.get(key))
        if isinstance(pair, Mapping)
    }
    name = str(attribute["name"]).strip()
    return Entry(name, attribute.get("value"), f"{place}/{name}", qualifiers, attribute.get("reference") is True)


def _is_bioimage(accession: str, tree: Node) -> bool:
    attached = [text_of(a.get("value")) for a in items(tree.get("attributes")) if isinstance(a, Mapping)]
    return accession.startswith("S-BIAD") or "BioImages" in attached


def _opener(direct: list[ListedFile], lists: tuple[Path, ...]) -> Callable[[], Iterator[ListedFile]]:
    return lambda: chain(direct, chain.from_iterable(listing.read_list(path) for path in lists))
