"""When a deposition that is ready becomes public by itself: on a day, or when its publication appears.

Nothing waits longer than the portal's policy allows, counted from the day on which it was submitted.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from archive.errors import FieldProblem, Invalid
from archive.models import Deposition, User
from archive.services.moving import move_deposition, require_reason
from archive.states import DepositionState


def latest_day(deposition: Deposition) -> dt.date:
    """The last day on which it may be released."""
    submitted = deposition.submitted_at or timezone.now()
    return timezone.localdate(submitted) + dt.timedelta(days=settings.PORTAL_LONGEST_EMBARGO_DAYS)


def as_read(deposition: Deposition) -> dict[str, Any]:
    """What must still be so: of two who plan or release at once, the second one is told."""
    names = ("revision", "release_on", "change_note", "waits_for_publication", "expected_publication")
    return {name: getattr(deposition, name) for name in names}


@transaction.atomic
def plan_day(deposition: Deposition, user: User, release_on: dt.date, note: str, reason: str) -> None:
    """A day to come. A later one than was planned before asks for a reason, which is kept in the audit trail."""
    latest = latest_day(deposition)
    if release_on > latest:
        sentence = (
            f"It can wait until {latest:%-d %B %Y} at most. Choose that day or an earlier one; it can be changed."
        )
        raise Invalid(sentence, [FieldProblem("/release_on", sentence)])
    is_longer = deposition.release_on is not None and release_on > deposition.release_on
    if is_longer:
        reason = require_reason(reason, "it is released later than planned")
    _plan(deposition, user, "extend-wait" if is_longer else "plan-release", reason, release_on=release_on, note=note)


@transaction.atomic
def plan_publication(deposition: Deposition, user: User, expected: str, note: str, reason: str) -> None:
    """When the publication appears, at the latest on the last day; `expected` is its DOI or PubMed ID, or empty."""
    latest = latest_day(deposition)
    if deposition.release_on is not None and not deposition.waits_for_publication and latest > deposition.release_on:
        reason = require_reason(reason, "it is released later than planned")
    _plan(deposition, user, "await-publication", reason, release_on=latest, note=note, waits=True, expected=expected)


def _plan(
    deposition: Deposition,
    user: User,
    action: str,
    reason: str,
    *,
    release_on: dt.date,
    note: str,
    waits: bool = False,
    expected: str = "",
) -> None:
    move_deposition(
        deposition=deposition,
        sources=(DepositionState.READY,),
        target=DepositionState.READY,
        action=action,
        actor=user,
        reason=reason.strip(),
        where=as_read(deposition),
        data={"release_on": release_on.isoformat(), **({"expected": expected} if waits else {})},
        release_on=release_on,
        change_note=note,
        waits_for_publication=waits,
        expected_publication=expected,
    )
