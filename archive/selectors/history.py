"""The milestones of a dataset for readers, out of its audit trail. People are not named here."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from archive.models import AuditEntry, Dataset, Deposition

# Which actions readers see, and in which words.
_WORDS = {
    "release": "Released",
    "dataset.retract": "Retracted",
    "publication.add": "Publication added",
    "publication.remove": "Publication removed",
}
MOST = 50


@dataclass(frozen=True)
class Milestone:
    at: dt.datetime
    words: str
    reason: str = ""


def milestones(dataset: Dataset) -> list[Milestone]:
    """The latest first."""
    entries = AuditEntry.objects.filter(dataset=dataset, action__in=_WORDS).order_by("-sequence")[:MOST]
    return [Milestone(entry.at, f"{_WORDS[entry.action]} {_subject(entry)}".strip(), entry.reason) for entry in entries]


def course_of(deposition: Deposition) -> QuerySet[AuditEntry]:
    """The moves of a deposition from state to state, the latest first, with who made them."""
    moves = AuditEntry.objects.filter(dataset=deposition.dataset_id, action__startswith="deposition.")
    own = moves.filter(subject=f"version {deposition.number}").exclude(to_state="")
    return own.select_related("actor").order_by("-sequence")[:MOST]


def _subject(entry: AuditEntry) -> str:
    """A publication by the name under which it is found elsewhere."""
    if not entry.action.startswith("publication."):
        return entry.subject
    doi, pmid = entry.data.get("doi"), entry.data.get("pmid")
    return f"(doi:{doi})" if doi else f"(PMID {pmid})"
