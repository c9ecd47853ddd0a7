"""Referees' links of a dataset, for its owners, and how far its files were searched for names."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from archive import access
from archive.anonymity import names_in
from archive.metadata.anonymising import Names
from archive.models import Dataset, File, NameScan, RefereeLink, User
from archive.states import DatasetRole, NameScanState

_MOST_SHOWN = 20


@dataclass(frozen=True)
class Searched:
    """Of the files as they are now. `held_back` are the first of those that are not offered."""

    total: int
    offered: int
    waiting: int
    held_back: Sequence[NameScan]
    names: Names


def links_of(dataset: Dataset, user: User) -> list[RefereeLink]:
    """The newest first, those that have ended too. For owners; raises NotAllowed, NotFound."""
    access.require_role(user, dataset, (DatasetRole.OWNER,))
    return list(RefereeLink.objects.filter(dataset=dataset).select_related("created_by"))


def searched(dataset: Dataset) -> Searched:
    names = names_in(dataset.pk)
    total = File.objects.filter(dataset=dataset, until_version__isnull=True).count()
    rows = NameScan.objects.filter(
        dataset=dataset, names_digest=names.digest, file__until_version__isnull=True
    )  # fmt: skip
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    offered = counts.get(NameScanState.CLEAR, 0)
    held = sum(counts.get(state, 0) for state in (NameScanState.FOUND, NameScanState.UNKNOWN))
    shown = rows.filter(state__in=(NameScanState.FOUND, NameScanState.UNKNOWN)).select_related("file")
    return Searched(total, offered, total - offered - held, list(shown.order_by("file__path")[:_MOST_SHOWN]), names)
