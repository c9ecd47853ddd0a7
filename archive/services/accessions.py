"""Accessions of datasets, `MG-D1042`, and DOIs of versions. Each is given once, in the transaction that uses it."""

from django.conf import settings
from django.db.models import F

from archive.models import AccessionCounter, Dataset

_DATASETS = "dataset"


def next_dataset_accession() -> str:
    """The next dataset's accession. Call it inside the transaction that makes the dataset."""
    AccessionCounter.objects.get_or_create(name=_DATASETS)
    # An UPDATE first: it locks the row, so that nobody else reads the same number.
    AccessionCounter.objects.filter(name=_DATASETS).update(last=F("last") + 1)
    number = AccessionCounter.objects.values_list("last", flat=True).get(name=_DATASETS)
    return f"{settings.PORTAL_ACCESSION_PREFIX}-D{number}"


def dataset_doi(dataset: Dataset) -> str:
    """For the dataset over all its versions; readers of it come to the latest one."""
    return f"{settings.PORTAL_DOI_PREFIX}/{dataset.accession}".lower()


def version_doi(dataset: Dataset, number: int) -> str:
    """Reserved for the version; whether it is registered is the DOI service's matter."""
    return f"{settings.PORTAL_DOI_PREFIX}/{dataset.accession}.{number}".lower()
