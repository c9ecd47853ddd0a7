"""Drafts that nobody touches: their people are reminded three times, then a draft is put aside. Nothing is deleted."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from archive import access
from archive.models import Deposition, File, User
from archive.services import auditing, mailing
from archive.services.moving import wrong_state
from archive.states import EDITABLE_DEPOSITIONS, EDITING_ROLES

REMINDED_AFTER = tuple(dt.timedelta(days=days) for days in (30, 90, 180))
# Time to answer the last reminder.
NOTICE = dt.timedelta(days=30)
ARCHIVED_AFTER = REMINDED_AFTER[-1] + NOTICE


def tend_drafts() -> None:
    """Once a day: remind of what waits, put aside what waited long, and bring back what somebody went on with."""
    now = timezone.now()
    drafts = _drafts().select_related("dataset").order_by("pk")
    for deposition in drafts.filter(archived_at__isnull=False, touched_at__gt=F("archived_at")):
        _put(deposition, None, "deposition.bring-back")
    for deposition in drafts.filter(archived_at__isnull=True, touched_at__lte=now - REMINDED_AFTER[0]):
        waited = now - deposition.touched_at
        if waited >= ARCHIVED_AFTER and deposition.reminded_at and now - deposition.reminded_at >= NOTICE:
            _put(deposition, now, "deposition.archive")
        elif _is_due(deposition, waited):
            mailing.mail_reminder(deposition=deposition, days=waited.days, is_last=waited >= REMINDED_AFTER[-1])
            # Once more rather than never: the row is marked after the mail has gone.
            Deposition.objects.filter(pk=deposition.pk).update(reminded_at=now)


def bring_back(*, deposition: Deposition, user: User) -> None:
    """Among the drafts that are under way again."""
    access.require_role(user, deposition.dataset, EDITING_ROLES)
    deposition.refresh_from_db()
    if deposition.state not in EDITABLE_DEPOSITIONS:
        raise wrong_state(deposition, "bring-it-back")
    if deposition.archived_at is not None:
        _put(deposition, None, "deposition.bring-back", user)


def _drafts() -> QuerySet[Deposition]:
    """With `touched_at`: the last save, or the arrival of the last file, whichever is later."""
    files = File.objects.filter(dataset=OuterRef("dataset")).order_by("-created_at").values("created_at")[:1]
    touched = Greatest("updated_at", Coalesce(Subquery(files), "updated_at"))
    return Deposition.objects.filter(state__in=EDITABLE_DEPOSITIONS).annotate(touched_at=touched)


def _is_due(deposition: Any, waited: dt.timedelta) -> bool:
    """Whether the last of the times that have passed brought no reminder yet: after an outage one comes, not three."""
    passed = max(after for after in REMINDED_AFTER if after <= waited)
    return deposition.reminded_at is None or deposition.reminded_at < deposition.touched_at + passed


@transaction.atomic
def _put(deposition: Deposition, archived_at: dt.datetime | None, action: str, user: User | None = None) -> None:
    """Aside, or back; of two at once one does it."""
    rows = Deposition.objects.filter(pk=deposition.pk, archived_at=deposition.archived_at)
    # Who brings it back has touched it: the reminders begin anew.
    changes = {"archived_at": archived_at} | ({"updated_at": timezone.now()} if user else {})
    if rows.update(**changes):
        subject = f"version {deposition.number}"
        auditing.record(dataset=deposition.dataset, action=action, actor=user, subject=subject)
