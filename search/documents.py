"""Builds the documents of datasets and of their images: streamed, in batches, with a constant number of queries each.

Everything an engine knows comes from here. A document carries the tokens of `archive.access`, so that the one
visibility rule holds in the index; nothing of a draft gets into a public document.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from archive import access
from archive.metadata.registries import Identified, identify
from archive.models import Image
from search import extensions, wording
from search.backends.document import SearchDocument, TermValue, now_revision
from search.facets import LICENCES, Kind, day_number
from search.facts import Gathered, ImageFacts, caption, facts_of, shown_of, stated_pixel_size, title_of
from search.selectors.indexed import indexed_datasets, indexed_images
from search.sources import Source, all_terms, byte_counts, file_names, records, section_of, sizes_of, sources_of
from search.vocabulary import TermBook

DATASETS_AT_ONCE = 200
IMAGES_AT_ONCE = 1_000
SHOTS = 4
# The facets whose values are ontology terms of the metadata: facet, section, field.
TERMS = (
    ("organism", "biosample", "organism"),
    ("imaging_method", "acquisition", "imaging_method"),
    ("cell_line", "biosample", "cell_line"),
    ("tissue", "biosample", "tissue"),
    ("cell_type", "biosample", "cell_type"),
    ("cellular_component", "biosample", "cellular_component"),
    ("disease", "biosample", "disease"),
    ("phenotype", "screen", "phenotypes"),
)
# What a picture's alternative text says of it.
_SAID = ("organism", "imaging_method")
# Free texts of the metadata by which a dataset is found; those of the sample find its images too.
_DESCRIPTIONS = (("study", "description"), ("acquisition", "instrument"), ("acquisition", "parameters"),
                 ("specimen", "preparation"), ("specimen", "signal"))  # fmt: skip
_COMPONENT = ("name", "description", "biosample", "specimen", "acquisition")
_SAMPLE = ("name", "biological_entity", "cell_line", "tissue", "cell_type", "cellular_component", "disease", "strain",
           "developmental_stage")  # fmt: skip


def of_everything(kind: Kind) -> Iterator[SearchDocument]:
    """Every document of a kind, for a rebuild."""
    ids = iter(indexed_datasets().order_by("pk").values_list("pk", flat=True).iterator(chunk_size=2_000))
    while chunk := list(islice(ids, DATASETS_AT_ONCE)):
        yield from of_datasets(chunk, frozenset({kind}))


def of_datasets(dataset_ids: Sequence[int], kinds: frozenset[Kind] = frozenset(Kind)) -> Iterator[SearchDocument]:
    """The documents of some datasets: their images as they are read, then the datasets themselves.

    The revision of all is the moment before the first row was read: what changes later makes a later document.
    """
    builder = _Builder(sources_of(dataset_ids), now_revision())
    for batch in _images(builder.sources):
        builder.gather(batch)
        if Kind.IMAGE in kinds:
            yield from builder.images(batch)
    if Kind.DATASET in kinds:
        yield from builder.datasets()


def _images(dataset_ids: Iterable[int]) -> Iterator[list[Image]]:
    """By key, not by one long cursor: each batch is a short query on every database."""
    rows = indexed_images().filter(dataset__in=list(dataset_ids)).order_by("pk")
    rows = rows.select_related("dataset", "file", "well__plate").defer("findings")
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:IMAGES_AT_ONCE]):
        yield batch
        last = batch[-1].pk


class _Builder:
    """The documents of one set of sources."""

    def __init__(self, sources: dict[int, Source], revision: int) -> None:
        self.sources = sources
        self.revision = revision
        self.terms = TermBook()
        self.gathered = {pk: Gathered() for pk in sources}
        self._facts: dict[int, ImageFacts] = {}
        self._shared: dict[tuple[int, str, bool], list[TermValue]] = {}
        metadata = [each.metadata for source in sources.values() for each in (source.version, source.draft) if each]
        self.terms.load(term for each in metadata for _, *place in TERMS for term in all_terms(each, *place))

    def gather(self, batch: Sequence[Image]) -> None:
        """What datasets are found by because their images have it. A draft's images add nothing to a public record."""
        self._facts = {}
        for image in batch:
            source = self.sources[image.dataset_id]
            facts = facts_of(image, stated_pixel_size(source.metadata_of(image)))
            self._facts[image.pk] = facts
            if source.version is None or image.from_version <= source.version.number:
                gathered = self.gathered[image.dataset_id]
                gathered.add(facts)
                if facts.has_picture and len(gathered.shots) < SHOTS:
                    gathered.shots.append(self._shot(image, facts))

    def _shot(self, image: Image, facts: ImageFacts) -> dict[str, Any]:
        said = ", ".join(value.key for value in self._terms(image) if value.facet in _SAID) or title_of(image)
        alt = f"{said}: {', '.join(facts.labels)}" if facts.labels else said
        return {"accession": image.accession, "alt": alt, "caption": caption(image, facts)}

    def _terms(self, image: Image) -> list[TermValue]:
        """The ontology terms of an image; images of one component share them."""
        source = self.sources[image.dataset_id]
        metadata = source.metadata_of(image)
        key = (image.dataset_id, image.file.component, metadata is source.metadata)
        if key not in self._shared:
            named = [(facet, source.terms_of(image, section, name)) for facet, section, name in TERMS]
            self._shared[key] = [value for name, terms in named for value in self._values(name, terms)]
        return self._shared[key]

    def _values(self, facet: str, named: Iterable[Mapping[str, Any]]) -> list[TermValue]:
        found = (self.terms.value(facet, each) for each in named)
        return list({value.key: value for value in found if value}.values())

    # ---- images ----

    def images(self, batch: Sequence[Image]) -> Iterator[SearchDocument]:
        sizes = sizes_of(batch)
        extras = extensions.extras(Kind.IMAGE, [image.pk for image in batch])
        for image in batch:
            yield self._image(image, sizes[image.file_id], extras.get(image.pk, []))

    def _image(self, image: Image, size: int, extras: list[extensions.Extra]) -> SearchDocument:
        source, facts = self.sources[image.dataset_id], self._facts[image.pk]
        metadata = source.metadata_of(image)
        terms = self._terms(image)
        numbers = {axis: [getattr(image, axis)] for axis in ("size_x", "size_y", "size_z", "size_c", "size_t")}
        return SearchDocument(
            id=image.accession,
            kind=Kind.IMAGE,
            access=access.tokens_of(image),
            title=title_of(image),
            terms=(*terms, *_simple_terms(metadata, facts, source), *_extra_terms(extras)),
            numbers={**numbers, "pixel_size": facts.pixel_sizes, "bytes": [size], **_released(source)},
            texts=_merged(_image_texts(source, image, facts), extras),
            source_identifiers=_identifiers(source),
            date=_date(source),
            size=size,
            shown={
                **shown_of(image, facts),
                "dataset_title": source.dataset.title,
                "organisms": [term.key for term in terms if term.facet == "organism"],
                "imaging_method": ", ".join(term.key for term in terms if term.facet == "imaging_method"),
                "alt": self._shot(image, facts)["alt"],
                **_extra_shown(extras),
            },
            revision=self.revision,
        )

    # ---- datasets ----

    def datasets(self) -> Iterator[SearchDocument]:
        names, sizes = file_names(self.sources), byte_counts(self.sources.values())
        extras = extensions.extras(Kind.DATASET, list(self.sources))
        for pk, source in self.sources.items():
            yield self._dataset(source, names[pk], sizes.get(pk, 0), extras.get(pk, []))

    def _dataset(self, source: Source, names: list[str], size: int, extras: list[extensions.Extra]) -> SearchDocument:
        gathered, metadata = self.gathered[source.dataset.pk], source.metadata
        terms = [value for facet, *place in TERMS for value in self._values(facet, all_terms(metadata, *place))]
        count = source.version.image_count if source.version else gathered.count
        numbers = {"images": [count], "bytes": [size], "pixel_size": list(gathered.pixel_sizes), **_released(source)}
        return SearchDocument(
            id=source.dataset.accession,
            kind=Kind.DATASET,
            access=access.tokens_of(source.dataset),
            title=str(section_of(metadata, "study").get("title") or source.dataset.title or source.dataset.accession),
            terms=(*terms, *_simple_terms(metadata, gathered, source), *_extra_terms(extras)),
            numbers=numbers,
            texts=_merged(_dataset_texts(metadata, names), extras),
            source_identifiers=_identifiers(source),
            date=_date(source),
            size=size,
            shown={**_card(source, terms, gathered, count, size), **_extra_shown(extras)},
            revision=self.revision,
        )


def _simple_terms(metadata: Mapping[str, Any], facts: ImageFacts | Gathered, source: Source) -> list[TermValue]:
    """Facets whose values are plain words."""
    is_one = isinstance(facts, ImageFacts)
    formats, modalities = ((facts.format,), (facts.modality,)) if is_one else (facts.formats, facts.modalities)
    licence = str(section_of(metadata, "study").get("licence") or "")
    released = source.dataset.released_at
    values: dict[str, Iterable[str]] = {
        "channel": facts.channels,
        "format": formats,
        "modality": modalities,
        "licence": (licence,),
        "year": (str(released.year),) if released else (),
    }
    return [TermValue(facet, value) for facet, found in values.items() for value in found if value]


def _released(source: Source) -> dict[str, list[float]]:
    released: datetime | None = source.dataset.released_at
    return {"released": [day_number(released.date())]} if released else {}


def _date(source: Source) -> str:
    return source.dataset.released_at.date().isoformat() if source.dataset.released_at else ""


def _identifiers(source: Source) -> tuple[str, ...]:
    """Identifiers elsewhere, of the record and of its metadata, the publication's and our own DOI."""
    study = section_of(source.metadata, "study")
    named = [*records(source.dataset.source_identifiers), *records(study.get("source_identifiers"))]
    publication = section_of(study, "publication")
    own = source.version.doi if source.version else ""
    later = [value for each in source.publications for value in (each.doi, each.pmid)]
    found = [*(each.get("value") for each in named), publication.get("doi"), publication.get("pmid"), *later, own]
    return tuple(dict.fromkeys(str(each) for each in found if each))


def _related(study: Mapping[str, Any]) -> list[Identified]:
    rows = records(study.get("related"))
    return [found for row in rows if (found := identify(str(row.get("identifier") or "")))]


def _authors(metadata: Mapping[str, Any]) -> list[str]:
    people = records(section_of(metadata, "study").get("authors"))
    return [str(person["name"]) for person in people if person.get("name")]


def _words(value: Any) -> list[str]:
    """The texts in a metadata value: a string, a list of strings, or terms."""
    values = value if isinstance(value, list) else [value]
    found = (each.get("label") if isinstance(each, Mapping) else each for each in values)
    return [str(each) for each in found if each]


def _sample(*samples: Mapping[str, Any]) -> list[str]:
    return [text for sample in samples for name in _SAMPLE for text in _words(sample.get(name))]


def _image_texts(source: Source, image: Image, facts: ImageFacts) -> dict[str, Sequence[str]]:
    """An image is found by its own words, its dataset's title and keywords, and its sample. Not by the abstract: that
    tells what the study found, not what is in this picture, and would bury the images that do show it."""
    metadata = source.metadata_of(image)
    study = section_of(metadata, "study")
    return {
        "description": facts.texts,
        "sample": _sample(section_of(metadata, "biosample"), *source.items_of(image, "biosample")),
        "keyword": _words(study.get("keywords")),
        "dataset": [source.dataset.accession, str(study.get("title") or source.dataset.title)],
        "author": _authors(metadata),
        "file": facts.places,
    }


def _dataset_texts(metadata: Mapping[str, Any], names: list[str]) -> dict[str, Sequence[str]]:
    study = section_of(metadata, "study")
    affiliations = (str(person.get("affiliation") or "") for person in records(study.get("authors")))
    parts = [(item, name) for item in records(metadata.get("components")) for name in _COMPONENT]
    samples = [section_of(metadata, "biosample"), *records(metadata.get("biosamples"))]
    written = [text for section, name in _DESCRIPTIONS for text in _words(section_of(metadata, section).get(name))]
    return {
        "description": [
            *written,
            *(text for item, name in parts for text in _words(item.get(name))),
            *_words(section_of(study, "publication").get("title")),
        ],
        "sample": [text for sample in samples for text in (*_words(sample.get("description")), *_sample(sample))],
        "keyword": _words(study.get("keywords")),
        "author": [*_authors(metadata), *dict.fromkeys(text for text in affiliations if text)],
        "file": names,
        # Of what belongs to it elsewhere: with the archive's name and without.
        "identifier": [text for found in _related(study) for text in dict.fromkeys((found.value, found.text))],
    }


def _card(source: Source, terms: list[TermValue], gathered: Gathered, count: int, size: int) -> dict[str, Any]:
    """What the card of a dataset prints."""
    licence = str(section_of(source.metadata, "study").get("licence") or "")
    methods = [term.key for term in terms if term.facet == "imaging_method"]
    facts = [*methods[:2]]
    if len(methods) > len(facts):
        facts.append(f"and {len(methods) - len(facts)} other methods")
    if gathered.pixel_sizes:
        facts.append(wording.lengths(list(gathered.pixel_sizes)))
    facts += [wording.counted(count, "image"), wording.size(size), LICENCES.get(licence, licence)]
    return {
        "authors": wording.authors(_authors(source.metadata)),
        "year": str(source.dataset.released_at.year) if source.dataset.released_at else "",
        "organisms": [term.key for term in terms if term.facet == "organism"],
        "facts": [fact for fact in facts if fact],
        "channels": list(gathered.channels)[:8],
        "images": count,
        "is_draft": source.version is None,
        "shots": gathered.shots,
        "no_picture": gathered.no_picture or ("" if count else "No images"),
    }


def _extra_terms(extras: list[extensions.Extra]) -> list[TermValue]:
    return [term for extra in extras for term in extra.terms]


def _extra_shown(extras: list[extensions.Extra]) -> dict[str, Any]:
    return {name: value for extra in extras for name, value in extra.shown.items()}


def _merged(texts: dict[str, Sequence[str]], extras: list[extensions.Extra]) -> dict[str, Sequence[str]]:
    merged = dict(texts)
    for extra in extras:
        for name, values in extra.texts.items():
            merged[name] = [*merged.get(name, ()), *values]
    return merged
