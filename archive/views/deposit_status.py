"""The status of a deposition: where it is and who has it, how far its files are, what happened, and what may come."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from archive import access
from archive.models import Deposition
from archive.selectors import history
from archive.selectors.depositions import all_statuses, get_deposition, status_of
from archive.selectors.files import file_counts
from archive.selectors.quality import undrawn_images
from archive.states import EDITING_ROLES, DepositionState
from archive.views import deposit_steps
from archive.views.deposit_words import holder_sentence

_WORDS = {
    DepositionState.DRAFT: "Open for changes",
    DepositionState.SUBMITTED: "Submitted",
    DepositionState.PROCESSING: "Checking began",
    DepositionState.NEEDS_CHANGES: "Checked: changes are needed",
    DepositionState.READY: "Ready for release",
    DepositionState.RELEASED: "Released",
    DepositionState.WITHDRAWN: "Withdrawn",
}
_BEGUN, _PLANNED = "Begun", "Release planned"


@dataclass(frozen=True)
class Moment:
    at: datetime
    words: str
    who: str
    reason: str


@login_required
@require_safe
def show(request: HttpRequest, accession: str) -> HttpResponse:
    deposition = get_deposition(accession, request.user)
    status = status_of(deposition)
    may_act = access.role_of(request.user, deposition.dataset) in EDITING_ROLES
    context = {
        "section": "deposit",
        "dataset": deposition.dataset,
        "deposition": deposition,
        "status": status,
        "holder": holder_sentence(status, may_act=may_act),
        "steps": deposit_steps.steps_of(deposition),
        "counts": file_counts(deposition),
        "undrawn": undrawn_images(deposition).count(),
        "course": _course(deposition),
        "statuses": all_statuses(),
    }
    return render(request, "archive/deposit/status.html", context)


def _course(deposition: Deposition) -> list[Moment]:
    """The last first; what the portal did itself has no name beside it."""
    return [
        Moment(entry.at, _words(entry.from_state, entry.to_state), str(entry.actor or ""), entry.reason)
        for entry in history.course_of(deposition)
    ]


def _words(before: str, after: str) -> str:
    if before == after:
        return _PLANNED
    return _WORDS[DepositionState(after)] if before else _BEGUN
