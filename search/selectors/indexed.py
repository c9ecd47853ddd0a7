"""What belongs into the index: the one rule, for building documents and for comparing the index with the database.

Released content of datasets that stand, and drafts with their open deposition: those carry the token of their dataset
alone, so that only its own people find them. Retracted datasets and withdrawn drafts are in no index.
"""

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from archive.models import Dataset, Deposition, Image
from archive.states import OPEN_DEPOSITIONS, Standing


def indexed_datasets() -> QuerySet[Dataset]:
    return Dataset.objects.filter(standing=Standing.CURRENT).filter(
        Q(latest_version__isnull=False) | _has_open_deposition("pk")
    )


def indexed_images() -> QuerySet[Image]:
    """Images of the latest version, and those that an open deposition adds; none that scanners add to slides."""
    latest = F("dataset__latest_version")
    released = Q(from_version__lte=latest) & (Q(until_version__isnull=True) | Q(until_version__gt=latest))
    drafted = Q(until_version__isnull=True) & _has_open_deposition("dataset_id")
    return Image.objects.filter(released | drafted, role="", dataset__standing=Standing.CURRENT)


def _has_open_deposition(reference: str) -> Q:
    open_states = [str(state) for state in OPEN_DEPOSITIONS]
    return Q(Exists(Deposition.objects.filter(dataset_id=OuterRef(reference), state__in=open_states)))
