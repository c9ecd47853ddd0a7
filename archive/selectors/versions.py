"""Released versions, and what was part of each. Whether a reader may see it is access.py's rule alone."""

from django.db.models import Q, QuerySet

from archive import access
from archive.access import Reader
from archive.errors import NotFound
from archive.models import Dataset, File, Image, Version


def versions_of(dataset: Dataset, user: Reader) -> QuerySet[Version]:
    """Newest first. Of a retracted dataset only its own people see them."""
    return access.visible_to(Version.objects.filter(dataset=dataset), user).order_by("-number")


def get_version(dataset: Dataset, number: int, user: Reader) -> Version:
    """One version; raises NotFound."""
    version = versions_of(dataset, user).filter(number=number).first()
    if version is None:
        raise NotFound(f"{dataset.accession} has no version {number} that you may see. Look at its latest one.")
    version.dataset = dataset
    return version


def latest_version(dataset: Dataset) -> Version | None:
    """The row behind `latest_version`, whoever asks: a tombstone too tells title and authors."""
    if dataset.latest_version is None:
        return None
    return dataset.versions.get(number=dataset.latest_version)


def part_of(number: int) -> Q:
    """What of files and images belongs to the version of this number."""
    return Q(from_version__lte=number) & (Q(until_version__isnull=True) | Q(until_version__gt=number))


def files_of_version(dataset: Dataset, number: int, user: Reader) -> QuerySet[File]:
    rows = access.visible_to(File.objects.filter(part_of(number), dataset=dataset), user)
    return rows.select_related("blob").order_by("path")


def images_of_version(dataset: Dataset, number: int, user: Reader) -> QuerySet[Image]:
    rows = access.visible_to(Image.objects.filter(part_of(number), dataset=dataset), user)
    return rows.select_related("dataset", "file", "well__plate").order_by("number")
