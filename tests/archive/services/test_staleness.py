"""Drafts that nobody touches: reminders at 30, 90 and 180 days, put aside 30 days after the last, brought back."""

import datetime as dt

import pytest
from django.core import mail
from django.utils import timezone

from archive.errors import NotAllowed, NotFound, WrongState
from archive.models import AuditEntry, Deposition, File
from archive.services import depositing, staleness
from archive.states import DatasetRole, DepositionState
from tests.factories.archive import DepositionFactory, FileFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(monkeypatch):
    """`clock(30)`: it is 30 days after the draft was begun."""
    began = timezone.now()

    def move(days: float) -> None:
        monkeypatch.setattr(timezone, "now", lambda: began + dt.timedelta(days=days))

    move(0)
    return move


@pytest.fixture
def draft(clock) -> Deposition:
    return DepositionFactory(dataset__title="Actin in motion")


def subjects() -> list[str]:
    return [message.subject for message in mail.outbox]


def on_days(clock, *days: float) -> list[int]:
    """How many mails had gone after the portal's look at each of these days."""
    sent = []
    for day in days:
        clock(day)
        staleness.tend_drafts()
        sent.append(len(mail.outbox))
    return sent


def test_its_people_are_reminded_three_times_and_then_it_is_put_aside(draft, clock):
    assert on_days(clock, 29, 30, 31, 89, 90, 91, 179, 180, 209) == [0, 1, 1, 1, 2, 2, 2, 3, 3]
    assert "was last changed 30 days ago" in mail.outbox[0].body
    assert "archived drafts" not in mail.outbox[1].body
    assert "it goes to your archived drafts in 30 days" in mail.outbox[2].body
    draft.refresh_from_db()
    assert draft.archived_at is None
    assert on_days(clock, 210, 211, 400) == [3, 3, 3]
    draft.refresh_from_db()
    assert draft.archived_at is not None
    assert [entry.actor for entry in AuditEntry.objects.filter(action="deposition.archive")] == [None]


def test_after_an_outage_one_reminder_comes_and_its_time_is_waited_for(draft, clock):
    assert on_days(clock, 300, 301, 329) == [1, 1, 1]
    assert not Deposition.objects.filter(archived_at__isnull=False).exists()
    on_days(clock, 331)
    assert Deposition.objects.filter(archived_at__isnull=False).exists()


def test_a_change_or_a_file_begins_the_count_anew(draft, clock):
    clock(40)
    depositing.save_metadata(
        deposition=draft, user=draft.created_by, revision=0, changes={"study.title": "Actin in motion again"}
    )
    assert on_days(clock, 69, 70) == [0, 1]
    file = FileFactory(dataset=draft.dataset)
    File.objects.filter(pk=file.pk).update(created_at=timezone.now() + dt.timedelta(days=20))  # on day 90
    assert on_days(clock, 119, 120) == [1, 2]


def test_everybody_who_edits_is_reminded_and_nobody_else(draft, clock):
    contributor = MembershipFactory(dataset=draft.dataset, role=DatasetRole.CONTRIBUTOR).user
    MembershipFactory(dataset=draft.dataset, role=DatasetRole.VIEWER)
    on_days(clock, 30)
    assert {address for message in mail.outbox for address in message.to} == {draft.created_by.email, contributor.email}


@pytest.mark.parametrize("state", sorted(set(DepositionState) - {DepositionState.DRAFT, DepositionState.NEEDS_CHANGES}))
def test_only_what_waits_for_its_depositors_is_stale(draft, clock, state):
    Deposition.objects.update(state=state)
    assert on_days(clock, 500, 900) == [0, 0]
    assert not Deposition.objects.filter(archived_at__isnull=False).exists()


@pytest.fixture
def archived(draft, clock) -> Deposition:
    on_days(clock, 180, 210)
    draft.refresh_from_db()
    assert draft.archived_at is not None
    return draft


def test_one_click_brings_it_back_and_the_reminders_begin_anew(archived, clock):
    staleness.bring_back(deposition=archived, user=archived.created_by)
    staleness.bring_back(deposition=archived, user=archived.created_by)
    archived.refresh_from_db()
    assert archived.archived_at is None
    assert AuditEntry.objects.get(action="deposition.bring-back").actor == archived.created_by
    assert on_days(clock, 239, 240) == [1, 2]


def test_whoever_goes_on_with_it_brings_it_back(archived, clock):
    depositing.save_metadata(
        deposition=archived, user=archived.created_by, revision=0, changes={"study.title": "Actin in motion again"}
    )
    archived.refresh_from_db()
    assert archived.archived_at is None


def test_so_does_a_file(archived, clock):
    file = FileFactory(dataset=archived.dataset)
    File.objects.filter(pk=file.pk).update(created_at=timezone.now() + dt.timedelta(hours=1))
    on_days(clock, 211)
    archived.refresh_from_db()
    assert archived.archived_at is None


def test_only_those_who_may_edit_it_bring_it_back(archived):
    viewer = MembershipFactory(dataset=archived.dataset, role=DatasetRole.VIEWER).user
    for user, refusal in ((viewer, NotAllowed), (UserFactory(), NotFound)):
        with pytest.raises(refusal):
            staleness.bring_back(deposition=archived, user=user)
    Deposition.objects.update(state=DepositionState.WITHDRAWN)
    with pytest.raises(WrongState):
        staleness.bring_back(deposition=archived, user=archived.created_by)
