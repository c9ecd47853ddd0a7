"""The milestones of a dataset for readers, out of its audit trail. People are not named here."""

import datetime as dt
from dataclasses import dataclass

from archive.models import AuditEntry, Dataset

# Which actions readers see, and in which words.
_WORDS = {
    "release": "Released",
    "dataset.retract": "Retracted",
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
    return [Milestone(entry.at, f"{_WORDS[entry.action]} {entry.subject}".strip(), entry.reason) for entry in entries]
