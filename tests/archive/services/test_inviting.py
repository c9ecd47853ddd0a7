"""Invitations: mailed once they are made, whatever is killed; accepted by whoever has the mail; gone when they end."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from archive.models import AuditEntry, Invitation, Membership
from archive.services import auditing, mailing, sharing, sweeping
from archive.states import DatasetRole
from tests.archive.documents import complete_document
from tests.factories.archive import DepositionFactory, MembershipFactory, UserFactory
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db
EMAIL = "ada@example.org"


@pytest.fixture
def dataset():
    return DepositionFactory(dataset__title="Gears in motion", metadata=complete_document()).dataset


def invited(dataset, role=DatasetRole.CONTRIBUTOR) -> Invitation:
    made = sharing.share_dataset(dataset=dataset, actor=dataset.created_by, email=EMAIL, role=role)
    assert isinstance(made, Invitation)
    return made


def link_in_the_mail(made: Invitation) -> str:
    mailing.mail_invitation(invitation_id=made.pk)
    return re.search(r"(/invitations/\S+)", mail.outbox[-1].body)[1]


def test_who_has_no_account_makes_one_and_accepts(client, dataset):
    link = link_in_the_mail(invited(dataset))
    assert mail.outbox[0].to == [EMAIL]
    page = client.get(link).text
    assert "Gears in motion" in page
    assert f"/accounts/signup/?next={quote(link)}" in page
    person = UserFactory(email="another.address@example.org")
    client.force_login(person)
    assert f"Accept as {person}" in client.get(link).text
    answer = client.post(link)
    assert answer.url == reverse("archive:deposition", args=[dataset.accession])
    assert dataset.memberships.get(user=person).role == DatasetRole.CONTRIBUTOR
    assert client.get(link).status_code == 410
    assert auditing.verify_everything() == []


def test_nothing_happens_before_it_is_accepted_and_by_nobody_who_is_not_signed_in(client, dataset):
    link = link_in_the_mail(invited(dataset))
    assert client.post(link).status_code == 200
    assert list(dataset.memberships.values_list("user", flat=True)) == [dataset.created_by.pk]


def test_it_takes_no_role_away(client, dataset):
    link = link_in_the_mail(invited(dataset, DatasetRole.VIEWER))
    client.force_login(dataset.created_by)
    client.post(link)
    assert dataset.memberships.get(user=dataset.created_by).role == DatasetRole.OWNER


def test_it_ends_when_it_is_taken_back_or_late(client, dataset):
    made = invited(dataset)
    link = link_in_the_mail(made)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    assert client.get(link).status_code == 410
    Invitation.objects.update(expires_at=timezone.now() + timedelta(days=1))
    client.force_login(dataset.created_by)
    page = client.get(reverse("archive:deposition", args=[dataset.accession])).text
    assert EMAIL in page
    assert problems_of(page) == []
    client.post(reverse("archive:invitation-revoke", args=[dataset.accession, made.pk]))
    assert client.get(link).status_code == 410
    assert not Invitation.objects.exists()


def test_a_second_one_takes_the_place_of_the_first(client, dataset):
    first = link_in_the_mail(invited(dataset))
    second = link_in_the_mail(invited(dataset, DatasetRole.VIEWER))
    assert client.get(first).status_code == 410
    assert "invites you to see <" in " ".join(client.get(second).text.split())
    assert Invitation.objects.get().role == DatasetRole.VIEWER


def test_the_mail_goes_once_and_after_a_kill_all_the_same(dataset, settings, eager):
    made = invited(dataset)
    settings.PORTAL_STALE_SECONDS = 0
    Invitation.objects.update(moved_at=timezone.now() - timedelta(hours=1))
    mail.outbox.clear()
    sweeping.sweep()
    mailing.mail_invitation(invitation_id=made.pk)
    assert len(mail.outbox) <= 1
    assert Invitation.objects.get().mailed_at is not None


def test_what_has_expired_is_forgotten(dataset):
    invited(dataset)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    sweeping.sweep()
    assert not Invitation.objects.exists()
    assert EMAIL not in str(list(AuditEntry.objects.values()))


def test_only_owners_see_and_take_back(client, dataset):
    made = invited(dataset)
    member = MembershipFactory(dataset=dataset, role=DatasetRole.CONTRIBUTOR).user
    client.force_login(member)
    assert client.get(f"/api/v1/datasets/{dataset.accession}/invitations").status_code == 403
    assert client.delete(f"/api/v1/datasets/{dataset.accession}/invitations/{made.pk}").status_code == 403
    client.force_login(dataset.created_by)
    (row,) = client.get(f"/api/v1/datasets/{dataset.accession}/invitations").json()
    assert (row["email"], row["role"]) == (EMAIL, "contributor")
    assert client.delete(f"/api/v1/datasets/{dataset.accession}/invitations/{made.pk}").status_code == 204
    assert Membership.objects.filter(dataset=dataset).count() == 2
