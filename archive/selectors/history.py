"""The milestones of a dataset for readers, out of its audit trail. People are not named here."""

import datetime as dt
from dataclasses import dataclass

from archive.models import AuditEntry, Dataset

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


def _subject(entry: AuditEntry) -> str:
    """A publication by the name under which it is found elsewhere."""
    if not entry.action.startswith("publication."):
        return entry.subject
    doi, pmid = entry.data.get("doi"), entry.data.get("pmid")
    return f"(doi:{doi})" if doi else f"(PMID {pmid})"
