"""Study crates (RO-Crate 1.1 and 1.2) as studies: the shared profile of BIA, IDR, SSBD and EMPIAR, and BIA's own.

A crate is a graph of entities that refer to each other by `@id`. Properties are told by their local names, types too:
`bia:BioSample` and `BioSample` are the same. What nothing refers to is read all the same, and said.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

from . import identifiers as ids
from . import listing
from .crate_graph import Entity, Graph
from .fields import Fields, fold, text_of
from .gathering import Gathered, annotation_types, distinct, term
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

METADATA = "ro-crate-metadata.json"
_MOST_BYTES = 64 << 20
# Whose study it is, by its identifier, its address or its publisher; the first that fits.
_OWNERS = (
    ("empiar", re.compile(r"EMPIAR-\d+", re.IGNORECASE)),
    ("ssbd", re.compile(r"ssbd\.riken\.jp|ssbd-repos", re.IGNORECASE)),
    ("idr", re.compile(r"idr\.openmicroscopy\.org|^idr\d{4}", re.IGNORECASE)),
    ("bioimage-archive", re.compile(r"S-BIAD|bioimage-archive|biostudies/bioimages", re.IGNORECASE)),
)
_ADDRESSES = {"bioimage-archive": "https://www.ebi.ac.uk/biostudies/BioImages/studies/{}"}


def read_rocrate(path: Path) -> Study:
    """The study of a crate's folder or of its metadata file; file lists are read from beside it."""
    if path.is_dir():
        path = path / METADATA
        if not path.is_file():
            raise BadStudy(f"{path.parent.name} is no crate: it has no {METADATA}. Give the folder that holds it.")
    return parse_rocrate(path.read_bytes(), path.name, path.parent)


def parse_rocrate(content: bytes, name: str = "The crate", folder: Path | None = None) -> Study:
    """Raises BadStudy for what is no crate of a study, and for nothing else."""
    if len(content) > _MOST_BYTES:
        raise BadStudy(f"{name} is larger than the metadata of a crate can be. Give {METADATA}.")
    try:
        crate = json.loads(content.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError) as error:
        raise BadStudy(f"{name} is no JSON that can be read. Export the crate again.") from error
    if not isinstance(crate, Mapping) or not isinstance(crate.get("@graph"), list):
        raise BadStudy(f"{name} has no @graph. Give the {METADATA} of a crate.")
    return _Reader(Graph(crate["@graph"]), folder).read(name)


class _Reader:
    def __init__(self, graph: Graph, folder: Path | None) -> None:
        self.graph = graph
        self.ledger = graph.ledger
        self.got = Gathered(self.ledger)
        self.folder = folder
        self.lists: list[Path] = []
        self.direct: list[ListedFile] = []

    def read(self, name: str) -> Study:
        root = self.graph.root()
        if root is None:
            raise BadStudy(f"{name} describes no Dataset. Export the crate again, with its root.")
        fields = root.fields
        identifier = _identifier(fields, root)
        if not identifier:
            raise BadStudy(f"{name} has no identifier. Without it nothing could be imported twice. Add “identifier”.")
        publisher = " ".join(f"{ref.id} {ref.name}" for ref in self.graph.refs(fields, "publisher"))
        self._root(fields)
        for entity in self.graph.entities():
            if entity is not root:
                self._entity(entity)
        for entity in self.graph.entities():
            if entity is not root and entity.kinds & _NEEDED and not self.graph.is_referred(entity):
                self.ledger.doubt(entity.place, "@id", entity.name or entity.id, "Nothing in the crate refers to it.")
        fields.leave()
        hints = f"{identifier} {root.id} {publisher} {' '.join(root.kinds)}"
        fallback = "bioimage-archive" if "bia:Study" in root.types else "ro-crate"
        origin = next((owner for owner, form in _OWNERS if form.search(hints)), fallback)
        url = ids.address(root.id) or _ADDRESSES.get(origin, "").format(identifier)
        study = self.got.study(origin=origin, identifier=identifier, url=url)
        direct, lists = tuple(self.direct), tuple(self.lists)
        return replace(
            study,
            doi=ids.doi(root.id),
            files=lambda: chain(direct, chain.from_iterable(listing.read_list(path) for path in lists)),
        )

    # ---- the root -----------------------------------------------------------------------------------------------

    def _root(self, fields: Fields) -> None:
        got, graph = self.got, self.graph
        got.title = fields.text("name", "headline", "title")
        got.description = fields.text("description", "abstract")
        got.release_date = got.day(fields, "datePublished")
        licences = [entry.value for entry in fields.entries("license")]
        got.licence = ids.licence(*(text for value in licences for text in graph.words(value)))
        got.keywords += fields.texts("keywords", "keyword")
        got.acknowledgements = fields.text("acknowledgement", "acknowledgements")
        for person in graph.refs(fields, "author", "creator", "contributor"):
            self._person(person)
        for subject in graph.refs(fields, "about"):
            self._subject(subject)
        for method in graph.refs(fields, "measurementMethod", "measurementTechnique"):
            if "definedterm" in method.kinds or not method.is_known:
                got.methods.append(_term(method, "FBbi"))
        for quantity in graph.refs(fields, "size"):
            self._quantity(quantity)
        for article in graph.refs(fields, "citation", "relatedPublication", "seeAlso"):
            self._related(article)
        for grant in graph.refs(fields, "funder", "funding"):
            self._grant(grant)
        graph.refs(fields, "hasPart", "mentions", "isPartOf")

    def _subject(self, entity: Entity) -> None:
        if "taxon" in entity.kinds or "NCBITaxon" in entity.id:
            self.got.organisms.append(_taxon(entity))
        elif "definedterm" in entity.kinds:
            self.got.subjects.append(_term(entity, ""))

    def _person(self, entity: Entity) -> None:
        fields = entity.fields
        organisations = [self._organisation(ref) for ref in self.graph.refs(fields, "affiliation", "memberOf")]
        spoken = fields.text("description")
        said = _department(spoken)
        if said:
            organisations = [replace(o, name=said) for o in organisations[:1]] or [Organisation(said)]
        elif spoken:
            self.ledger.keep(entity.place, "description", spoken)
        address = fields.text("address")
        if address and not organisations:
            organisations = [Organisation(address)]
        orcids = fields.entries("orcid", "identifier")
        if "orcid.org" in entity.id:
            orcids = [*orcids, entity.entry("@id", entity.id)]
        given = f"{fields.text('givenName')} {fields.text('familyName')}".strip()
        person = self.got.person(
            name=fields.text("name", "displayName") or given,
            orcid=orcids,
            email=fields.entries("email", "contactEmail"),
            affiliations=[organisation for organisation in organisations if organisation.name],
            roles=fields.texts("role"),
        )
        if person.name:
            self.got.authors.append(person)
        else:
            self.ledger.doubt(entity.place, "name", entity.id, "A person without a name cannot be cited.")

    def _organisation(self, entity: Entity) -> Organisation:
        body = entity.body
        name = text_of(body.get("name")) or text_of(body.get("displayName")) or text_of(body.get("legalName"))
        return Organisation(name, ids.ror(entity.id), text_of(body.get("address")))

    def _quantity(self, entity: Entity) -> None:
        fields = entity.fields
        unit = fold(" ".join(fields.texts("unitText", "unitCode")))
        values = [listing.whole(text) for text in fields.texts("value")]
        fields.entries("description")
        if values and values[0] is not None:
            if "filecount" in unit or "uo0000189" in unit:
                self.got.file_count = values[0]
            elif "bytes" in unit or "uo0000233" in unit:
                self.got.byte_count = values[0]

    def _related(self, entity: Entity) -> None:
        fields = entity.fields
        if entity.kinds & {"scholarlyarticle", "publication"}:
            dois = fields.entries("doi", "identifier")
            if ids.doi(entity.id):
                dois = [entity.entry("@id", entity.id), *dois]
            self.got.publication(
                title=fields.text("name", "headline"),
                doi=dois,
                pmid=fields.entries("pubmedId", "pmid"),
                authors="; ".join(fields.texts("authorNames", "author")),
                year=fields.text("yearPublished", "datePublished"),
            )
        else:
            words = [text for text in (fields.text("description"), fields.text("name")) if text]
            kind = fields.text("additionalType", "linkType")
            self.got.link(entity.place, fields.text("url", "link") or entity.id, kind, " ".join(words))

    def _grant(self, entity: Entity) -> None:
        fields = entity.fields
        funders = [self._organisation(ref).name for ref in self.graph.refs(fields, "funder")]
        name = fields.text("name")
        number = fields.text("identifier")
        funder = ", ".join(name for name in funders if name)
        if funder or number or entity.kinds & {"organization", "organisation"}:
            self.got.grants.append(Grant(funder or name, number, name if funder else ""))
        elif name:  # a sentence of thanks
            self.got.funding = "\n".join(distinct([*self.got.funding.splitlines(), name]))

    # ---- what the root is about, by type -----------------------------------------------------------------------

    def _entity(self, entity: Entity) -> None:
        for kind, read in _KINDS.items():
            if kind in entity.kinds:
                read(self, entity)
                break
        entity.fields.leave()

    def biosample(self, entity: Entity) -> None:
        fields = entity.fields
        taxa = [_taxon(ref) for ref in self.graph.refs(fields, "taxonomicRange", "organismClassification")]
        lines = [ref.name or ref.id for ref in self.graph.refs(fields, "hasCellLine")]
        name, words = fields.text("name", "title"), fields.text("description")
        self.got.samples.append(
            Sample(
                title=name.removeprefix("_:"),
                description=words,
                entity=fields.text("biologicalEntityDescription", "biologicalEntity"),
                organisms=tuple(taxa),
                cell_lines=tuple(lines),
                intrinsic=tuple(fields.texts("intrinsicVariableDescription")),
                extrinsic=tuple(fields.texts("extrinsicVariableDescription")),
                experimental=tuple(fields.texts("experimentalVariableDescription")),
            )
        )
        self.got.organisms += taxa
        for growth in self.graph.refs(fields, "growthProtocol"):
            self.got.specimens.append(Specimen(name, "", growth.words("protocolDescription", "description")))

    def protocol(self, entity: Entity) -> None:
        """Whether it grows, prepares, images or analyses is told by its name, as archives give no type."""
        fields = entity.fields
        title, words = fields.text("name", "title"), fields.text("description", "protocolDescription")
        techniques = self.graph.refs(fields, "measurementTechnique", "measurementMethod")
        methods = [_term(ref, "FBbi") for ref in techniques if not ref.id.rpartition("/")[2].startswith("EFO")]
        equipment = "; ".join(text for e in fields.entries("labEquipment") for text in self.graph.words(e.value))
        lower = title.lower()
        if "growth" in lower:
            self.got.specimens.append(Specimen(title, "", words))
        elif "analysis" in lower:
            self.got.analyses.append(Analysis(title, words))
        elif re.search(r"treatment|library|preparation|staining", lower) and not equipment:
            self.got.specimens.append(Specimen(title, words))
        else:
            self.got.acquisitions.append(Acquisition(title, equipment, words, tuple(methods)))
            self.got.methods += methods

    def acquisition(self, entity: Entity) -> None:
        fields = entity.fields
        labels = fields.texts("imagingMethodName")
        curies = [text for e in fields.entries("fbbiId") for text in self.graph.words(e.value)]
        pairs = [
            (labels[n] if n < len(labels) else "", curies[n] if n < len(curies) else "")
            for n in range(max(len(labels), len(curies)))
        ]
        methods = [term(label, curie, "FBbi") for label, curie in pairs]
        instrument = fields.text("imagingInstrumentDescription")
        parameters = fields.text("protocolDescription")
        self.got.acquisitions.append(Acquisition(fields.text("title"), instrument, parameters, tuple(methods)))
        self.got.methods += methods

    def specimen(self, entity: Entity) -> None:
        fields = entity.fields
        self.got.specimens.append(Specimen(fields.text("title"), fields.text("protocolDescription")))

    def annotation(self, entity: Entity) -> None:
        fields = entity.fields
        self.got.annotations.append(
            AnnotationSet(
                title=fields.text("title"),
                method=fields.text("protocolDescription"),
                types=annotation_types(fields.texts("methodType")),
                criteria=fields.text("annotationCriteria"),
                coverage=fields.text("annotationCoverage"),
            )
        )

    def analysis(self, entity: Entity) -> None:
        fields = entity.fields
        self.got.analyses.append(Analysis(fields.text("title"), fields.text("protocolDescription")))

    def correlation(self, entity: Entity) -> None:
        fields = entity.fields
        found = Correlation(
            fields.text("title"),
            fields.text("protocolDescription"),
            fields.text("fiducialsUsed"),
            fields.text("transformationMatrix"),
        )
        self.got.correlations.append(found)

    def component(self, entity: Entity) -> None:
        fields, refs = entity.fields, self.graph.refs
        name = fields.text("name", "title") or entity.id.lstrip("#")
        self.got.components.append(
            Component(
                name=name,
                description=fields.text("description"),
                samples=distinct(ref.name for ref in refs(fields, "associatedBiologicalEntity") if ref.name),
                specimens=distinct(
                    ref.name
                    for ref in refs(fields, "associatedSpecimenImagingPreparationProtocol", "associatedSpecimen")
                    if ref.name
                ),
                acquisitions=distinct(
                    ref.name for ref in refs(fields, "associatedImageAcquisitionProtocol") if ref.name
                ),
            )
        )
        refs(fields, "associatedAnnotationMethod", "associatedImageAnalysisMethod", "associatedProtocol", "hasPart")
        refs(fields, "associatedImageCorrelationMethod", "associatedSourceImage", "associatedCreationProcess")

    def file(self, entity: Entity) -> None:
        """A list of files beside the crate, or a file that the crate names itself."""
        fields = entity.fields
        if "filelist" in entity.kinds or "table" in entity.kinds:
            self.graph.refs(fields, "tableSchema")
            found = listing.beside(self.folder, entity.id)
            if found is not None:
                self.lists.append(found)
            else:
                self.ledger.doubt(entity.place, "FileList", entity.id, "The file list is not beside the crate.")
            return
        sizes = [listing.whole(text) for text in fields.texts("contentSize", "sizeInBytes")]
        attributes = {key: text for key in ("name", "encodingFormat", "sha256") if (text := fields.text(key))}
        if entity.id != METADATA:
            self.direct.append(ListedFile(entity.id, sizes[0] if sizes else None, attributes))

    def taken(self, entity: Entity) -> None:
        """Read where it is referred to; names and addresses of it are no news."""
        entity.fields.entries(
            "name", "displayName", "url", "scientificName", "vernacularName", "commonName", "termCode"
        )
        entity.fields.entries("address", "website", "identifier", "columnName", "propertyUrl", "column", "about")
        entity.fields.entries("conformsTo", "inDefinedTermSet", "inCodeSet", "valueReference", "license")


# A crate says of these by a reference to whom or what they belong.
_NEEDED = frozenset({"person", "scholarlyarticle", "grant", "taxon", "dataset"})
_Kind = Callable[[_Reader, Entity], None]
_KINDS: dict[str, _Kind] = {
    "filelist": _Reader.file,
    "biosample": _Reader.biosample,
    "labprotocol": _Reader.protocol,
    "imageacquisitionprotocol": _Reader.acquisition,
    "specimenimagingpreparationprotocol": _Reader.specimen,
    "annotationmethod": _Reader.annotation,
    "imageanalysismethod": _Reader.analysis,
    "imagecorrelationmethod": _Reader.correlation,
    "protocol": _Reader.protocol,
    "dataset": _Reader.component,
    "file": _Reader.file,
    **dict.fromkeys(
        (
            *("person", "contributor", "organization", "organisation", "affiliation", "fundingbody", "definedterm"),
            *("scholarlyarticle", "publication", "externalreference", "grant", "quantitativevalue", "quantitivevalue"),
            *("taxon", "column", "schema", "creativework"),
        ),
        _Reader.taken,
    ),
}


def _identifier(fields: Fields, root: Entity) -> str:
    texts = fields.texts("accessionId", "identifier")
    if texts:
        return texts[0]
    return root.id.rstrip("/").rpartition("/")[2] if root.id not in ("./", "") else ""


def _taxon(entity: Entity) -> TermRef:
    label = text_of(entity.body.get("scientificName")) or entity.name or text_of(entity.body.get("commonName"))
    return TermRef(label, ids.curie(entity.id, "NCBITaxon"))


def _term(entity: Entity, vocabulary: str) -> TermRef:
    label = entity.name or ("" if ids.curie(entity.id) else entity.id)
    return TermRef(label, ids.curie(entity.id, vocabulary))


def _department(text: str) -> str:
    """“Organization: A; Department: B” as B, A; nothing for other words."""
    parts = dict(re.findall(r"(Organization|Department|Laboratory):\s*([^;]+)", text))
    names = [parts.get(key, "").strip() for key in ("Laboratory", "Department", "Organization")]
    return ", ".join(distinct(name for name in names if name))
