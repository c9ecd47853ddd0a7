"""A deposition's state moves by compare-and-set, with its audit entry in the same transaction."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from archive.errors import FieldProblem, Invalid, WrongState
from archive.models import Deposition, User
from archive.services import auditing
from archive.states import DepositionState

WORDS: dict[str, str] = {
    DepositionState.DRAFT: "is a draft",
    DepositionState.SUBMITTED: "has been submitted",
    DepositionState.PROCESSING: "is being checked",
    DepositionState.NEEDS_CHANGES: "needs changes",
    DepositionState.READY: "is ready for release",
    DepositionState.RELEASED: "has been released",
    DepositionState.WITHDRAWN: "was withdrawn",
}


@transaction.atomic
def move_deposition(
    *,
    deposition: Deposition,
    sources: Iterable[DepositionState],
    target: DepositionState,
    action: str,
    actor: User | None = None,
    reason: str = "",
    data: dict[str, Any] | None = None,
    where: dict[str, Any] | None = None,
    **changes: Any,
) -> Deposition:
    """Move it from one of `sources` to `target`, and set `changes`; raises WrongState if it has moved on.

    `where` are further conditions on the row, for what must not have changed in between.
    """
    current = Deposition.objects.values_list("state", flat=True).get(pk=deposition.pk)
    moved = 0
    if current in tuple(sources):
        rows = Deposition.objects.filter(pk=deposition.pk, state=current, **(where or {}))
        moved = rows.update(state=target, updated_at=timezone.now(), **changes)
    if not moved:
        raise wrong_state(deposition, action)
    deposition.refresh_from_db()
    auditing.record(
        dataset=deposition.dataset,
        action=f"deposition.{action}",
        actor=actor,
        subject=f"version {deposition.number}",
        from_state=current,
        to_state=target,
        reason=reason,
        data=data,
    )
    return deposition


def wrong_state(deposition: Deposition, action: str) -> WrongState:
    state = Deposition.objects.values_list("state", flat=True).get(pk=deposition.pk)
    verb = action.replace("-", " ")
    return WrongState(
        f"The deposition of {deposition.dataset.accession} {WORDS[state]}, so that you cannot {verb} now. "
        "Reload the page to see what can be done."
    )


def require_reason(reason: str, what: str) -> str:
    """A reason, without outer white space; raises Invalid if there is none."""
    reason = reason.strip()
    if not reason:
        raise Invalid(f"Say why {what}; the reason is kept.", [FieldProblem("/reason", "Write a sentence.")])
    return reason
