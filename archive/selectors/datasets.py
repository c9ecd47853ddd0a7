"""Datasets for readers: the record with what its reader may know of it, and lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from archive import access
from archive.access import Reader
from archive.metadata import FieldType, Template
from archive.metadata.anonymising import without_people
from archive.models import Dataset, Deposition, Image, Membership, Version
from archive.referees import Referee
from archive.selectors.depositions import open_deposition
from archive.selectors.templates import template_of
from archive.selectors.versions import latest_version
from archive.states import Access, DatasetRole, PortalRole


@dataclass(frozen=True)
class DatasetRecord:
    """A dataset as this reader sees it.

    `version` is the latest released one; before the first release its people see `draft`. `draft` is None for others.
    `metadata` are the version's, or else the draft's. `withheld`: its files and images are not for this reader.
    """

    dataset: Dataset
    version: Version | None
    draft: Deposition | None
    metadata: Mapping[str, Any]
    template: Template
    role: DatasetRole | None
    withheld: bool

    @property
    def study(self) -> Mapping[str, Any]:
        study = self.metadata.get("study")
        return study if isinstance(study, Mapping) else {}

    @property
    def number(self) -> int:
        """The version that is shown."""
        return self.version.number if self.version else 1


def get_dataset(accession: str, user: Reader) -> Dataset:
    """One dataset, or its tombstone; raises NotFound."""
    return access.get_visible(Dataset.objects.select_related("origin"), user, accession=accession)


def dataset_record(accession: str, user: Reader) -> DatasetRecord:
    """Five queries at most. Raises NotFound."""
    dataset = get_dataset(accession, user)
    role = access.role_of(user, dataset)
    version = latest_version(dataset)
    draft = open_deposition(dataset.pk) if role else None
    shown = version or draft or dataset.depositions.latest("pk")
    template = template_of(shown)
    return DatasetRecord(
        dataset=dataset,
        version=version,
        draft=draft,
        metadata=metadata_for(shown, template, user, role),
        template=template,
        role=role,
        withheld=role is None and (dataset.is_retracted or dataset.access == Access.CONTROLLED),
    )


def metadata_for(
    record: Version | Deposition, template: Template, user: Reader, role: DatasetRole | None
) -> Mapping[str, Any]:
    """The document without what only its people and curators see: the e-mail addresses of authors.

    An anonymised referee gets it without everything that tells whose it is.
    """
    if isinstance(user, Referee) and user.is_anonymised:
        return without_people(template, record.metadata, user.names)
    if role or (user.is_authenticated and user.has_role(PortalRole.CURATOR)):
        return record.metadata
    document = dict(record.metadata)
    for section, field in template.fields():
        if field.type is FieldType.PEOPLE and isinstance(document.get(section.name), dict):
            values = document[section.name]
            people = values.get(field.name)
            if isinstance(people, list):
                document[section.name] = values | {field.name: [_without_email(person) for person in people]}
    return document


def _without_email(person: Any) -> Any:
    if not isinstance(person, Mapping):
        return person
    return {name: value for name, value in person.items() if name != "email"}


def visible_datasets(user: Reader) -> QuerySet[Dataset]:
    """Public ones and one's own, tombstones too; the newest first."""
    return access.visible_to(Dataset.objects.all(), user).order_by("-pk")


def my_datasets(user: Reader) -> QuerySet[Dataset]:
    return Dataset.objects.filter(pk__in=Membership.objects.filter(user_id=user.pk).values("dataset")).order_by("-pk")


def covers(dataset_ids: Sequence[int], user: Reader) -> dict[int, Image]:
    """One drawn image for each of a page of datasets, by one query: the first of those that this reader may see."""
    drawn = access.visible_to(Image.objects.filter(role="").exclude(thumbnail_small=""), user)
    first = drawn.filter(dataset=OuterRef("dataset")).order_by("number").values("pk")[:1]
    images = drawn.filter(dataset__in=dataset_ids, pk=Subquery(first)).select_related("dataset")
    return {image.dataset_id: image for image in images}
