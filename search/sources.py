"""The rows behind a batch of datasets, in a number of queries that does not depend on how many there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q, Sum

from archive.metadata.trail import trails_of
from archive.models import Component, Dataset, Deposition, File, Image, LinkedPublication, Version
from archive.states import OPEN_DEPOSITIONS
from search.selectors.indexed import indexed_datasets

# What a section says of the whole study, its items say of parts of it.
_LISTED = {"biosample": "biosamples", "acquisition": "acquisitions"}
# File names by which a dataset is found. Images are found by theirs, all of them, in the index of images.
MOST_FILE_NAMES = 2_000


@dataclass
class Source:
    """A dataset with the metadata of its latest version, and of its open deposition."""

    dataset: Dataset
    version: Version | None = None
    draft: Deposition | None = None
    components: dict[str, str] = field(default_factory=dict)  # key → name
    # Added after the release.
    publications: list[LinkedPublication] = field(default_factory=list)
    # Found once for all images of a component: by component, list, and whether the public record's metadata say so.
    _items: dict[tuple[str, str, bool], list[Mapping[str, Any]]] = field(default_factory=dict)

    @property
    def metadata(self) -> Mapping[str, Any]:
        """Of what the public record shows; of the draft before the first release."""
        shown = self.version or self.draft
        return shown.metadata if shown else {}

    def metadata_of(self, image: Image) -> Mapping[str, Any]:
        """An image that only the draft has is described by the draft."""
        is_new = self.version is not None and image.from_version > self.version.number
        return self.draft.metadata if is_new and self.draft else self.metadata

    def terms_of(self, image: Image, section: str, name: str) -> list[Mapping[str, Any]]:
        """The terms of an image: its component's own, else those of what the component names, else the study's."""
        metadata = self.metadata_of(image)
        component = self.components.get(image.file.component, "")
        for item in records(metadata.get("components")) if component else ():
            if item.get("name") == component and item.get(name):
                return terms_in(item[name])
        named = self.items_of(image, section)
        return [term for item in named for term in terms_in(item.get(name))] or study_terms(metadata, section, name)

    def items_of(self, image: Image, section: str) -> list[Mapping[str, Any]]:
        """The biosamples or acquisitions that the image's study component names."""
        component, listed = self.components.get(image.file.component, ""), _LISTED.get(section, "")
        if not (component and listed):
            return []
        metadata = self.metadata_of(image)
        key = (component, listed, metadata is self.metadata)
        if key not in self._items:
            trail = next((trail for trail in trails_of(metadata) if trail.component == component), None)
            names = getattr(trail, listed) if trail else ()
            self._items[key] = [item for item in records(metadata.get(listed)) if item.get("name") in names]
        return self._items[key]


def records(value: Any) -> list[Mapping[str, Any]]:
    """A list of records, whatever a draft holds in its place."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, Mapping)]


def terms_in(value: Any) -> list[Mapping[str, Any]]:
    """Terms, and the bare texts that earlier templates have in their place."""
    values = value if isinstance(value, list) else [value]
    return records([{"label": each} if isinstance(each, str) else each for each in values])


def study_terms(metadata: Mapping[str, Any], section: str, name: str) -> list[Mapping[str, Any]]:
    return terms_in(section_of(metadata, section).get(name))


def section_of(metadata: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = metadata.get(name)
    return found if isinstance(found, Mapping) else {}


def all_terms(metadata: Mapping[str, Any], section: str, name: str) -> list[Mapping[str, Any]]:
    """The study's terms, those of its components and of the items that they name: what a dataset is found by."""
    items = [*records(metadata.get("components")), *records(metadata.get(_LISTED.get(section, "")))]
    return study_terms(metadata, section, name) + [term for item in items for term in terms_in(item.get(name))]


def sources_of(dataset_ids: Sequence[int]) -> dict[int, Source]:
    """The datasets of these that belong into the index."""
    found = {dataset.pk: Source(dataset) for dataset in indexed_datasets().filter(pk__in=dataset_ids)}
    ids = list(found)
    for version in Version.objects.filter(dataset__in=ids, number=F("dataset__latest_version")):
        found[version.dataset_id].version = version
    open_states = [str(state) for state in OPEN_DEPOSITIONS]
    for draft in Deposition.objects.filter(dataset__in=ids, state__in=open_states):
        found[draft.dataset_id].draft = draft
    for component in Component.objects.filter(dataset__in=ids):
        found[component.dataset_id].components[component.key] = component.name
    for publication in LinkedPublication.objects.filter(dataset__in=ids):
        found[publication.dataset_id].publications.append(publication)
    return found


def file_names(sources: Mapping[int, Source]) -> dict[int, list[str]]:
    """The distinct file names of each dataset as its record shows it, at most MOST_FILE_NAMES."""
    found: dict[int, dict[str, None]] = {pk: {} for pk in sources}
    shown = Q(until_version__isnull=True) | Q(until_version__gt=F("dataset__latest_version"))
    rows = File.objects.filter(shown, dataset__in=list(sources)).order_by("pk")
    for dataset_id, path, first in rows.values_list("dataset_id", "path", "from_version").iterator(chunk_size=2_000):
        version = sources[dataset_id].version
        if len(found[dataset_id]) < MOST_FILE_NAMES and (version is None or first <= version.number):
            found[dataset_id][path.rsplit("/", 1)[-1]] = None
    return {pk: list(names) for pk, names in found.items()}


def byte_counts(sources: Iterable[Source]) -> dict[int, int]:
    """The size of each dataset: as its version counted it, or the files of its first draft."""
    found = {source.dataset.pk: source.version.byte_count for source in sources if source.version}
    drafts = [source.dataset.pk for source in sources if not source.version]
    summed = File.objects.filter(dataset__in=drafts, until_version__isnull=True).values("dataset_id")
    return found | {row["dataset_id"]: row["bytes"] for row in summed.annotate(bytes=Sum("size"))}


def sizes_of(images: Sequence[Image]) -> dict[int, int]:
    """The bytes of the files that hold each image, by its main file."""
    found = {image.file_id: image.file.size for image in images}
    parts = File.objects.filter(main__in=list(found)).values("main_id").annotate(bytes=Sum("size"))
    for row in parts:
        found[row["main_id"]] += row["bytes"]
    return found
