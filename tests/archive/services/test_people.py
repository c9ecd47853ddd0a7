"""Roles and the erasure of a person; tokens are tested where they are used, in tests/archive/api."""

from importlib import import_module

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.auth.models import Group

from archive.errors import Invalid, NotAllowed, WrongState
from archive.models import ApiToken, AuditEntry, User
from archive.services import auditing, people, sharing
from archive.states import DatasetRole, PortalRole
from tests.factories.archive import DatasetFactory, MembershipFactory, ReleasedDatasetFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator():
    return UserFactory(roles=[PortalRole.ADMINISTRATOR])


def test_the_migration_makes_a_group_for_every_role():
    """Called here, because a test that commits empties every table when it ends, those of the migrations too."""
    Group.objects.all().delete()
    import_module("archive.migrations.0002_roles").make_groups(apps, None)
    assert {str(role) for role in PortalRole} <= set(Group.objects.values_list("name", flat=True))


def test_a_role_is_given_and_taken_with_an_entry_each(administrator):
    person = UserFactory()
    people.grant_role(actor=administrator, user=person, role=PortalRole.EDITOR)
    assert person.has_role(PortalRole.EDITOR)
    people.grant_role(actor=administrator, user=person, role=PortalRole.EDITOR)
    people.revoke_role(actor=administrator, user=person, role=PortalRole.EDITOR)

    assert not person.has_role(PortalRole.EDITOR)
    entries = AuditEntry.objects.filter(dataset=None).values_list("action", "subject", "to_state", "from_state")
    subject = f"user {person.pk}"
    assert list(entries) == [("role.grant", subject, "editor", ""), ("role.revoke", subject, "", "editor")]


@pytest.mark.parametrize("role", [role for role in PortalRole if role != PortalRole.ADMINISTRATOR])
def test_only_administrators_give_roles(role):
    with pytest.raises(NotAllowed):
        people.grant_role(actor=UserFactory(roles=[role]), user=UserFactory(), role=PortalRole.CURATOR)


def test_an_erased_person_is_unknown_and_the_audit_trail_whole():
    person = UserFactory(name="Grace Hopper", orcid="0000-0002-1825-0097", email="grace@example.org")
    EmailAddress.objects.create(user=person, email=person.email)
    dataset = ReleasedDatasetFactory()
    MembershipFactory(dataset=dataset, user=person)
    auditing.record(dataset=dataset, action="test.change", actor=person)
    people.create_token(user=person, name="script", scopes=["read"])

    people.erase_person(actor=person, user=person, reason="I asked for it.")

    left = User.objects.values().get(pk=person.pk)
    assert not any(word in str(left) for word in ("Grace", "grace", "1825", "Institute"))
    assert (left["is_active"], person.has_usable_password()) == (False, False)
    assert not ApiToken.objects.filter(user=person).exists()
    assert not EmailAddress.objects.filter(user=person).exists()
    assert auditing.verify_everything() == []


def test_unreleased_work_needs_an_owner_before_its_person_is_erased(administrator):
    dataset = DatasetFactory()
    owner = dataset.created_by
    with pytest.raises(WrongState, match=dataset.accession):
        people.erase_person(actor=administrator, user=owner, reason="They asked for it.")

    heir = UserFactory()
    sharing.share_dataset(dataset=dataset, actor=owner, email=heir.email, role=DatasetRole.OWNER)
    people.erase_person(actor=administrator, user=owner, reason="They asked for it.")
    assert dataset.memberships.get().user == heir


def test_nobody_erases_another_and_a_reason_is_needed(administrator):
    with pytest.raises(NotAllowed):
        people.erase_person(actor=UserFactory(), user=UserFactory(), reason="No.")
    with pytest.raises(Invalid):
        people.erase_person(actor=administrator, user=UserFactory(), reason="")


# --- sharing


def test_a_dataset_keeps_an_owner():
    dataset = DatasetFactory()
    owner = dataset.created_by
    with pytest.raises(WrongState):
        sharing.share_dataset(dataset=dataset, actor=owner, email=owner.email, role=DatasetRole.VIEWER)
    with pytest.raises(WrongState):
        sharing.unshare_dataset(dataset=dataset, actor=owner, user_id=owner.pk)


def test_everybody_may_leave_by_themselves():
    member = MembershipFactory(role=DatasetRole.VIEWER)
    sharing.unshare_dataset(dataset=member.dataset, actor=member.user, user_id=member.user.pk)
    assert not member.dataset.memberships.filter(user=member.user).exists()


def test_what_is_neither_address_nor_known_orcid_is_told_at_its_place():
    dataset = DatasetFactory()
    for said, sentence in (("no address", "This is no e-mail address"), ("0000-0002-1825-0097", "ORCID iD")):
        with pytest.raises(Invalid, match=sentence) as refused:
            sharing.share_dataset(dataset=dataset, actor=dataset.created_by, email=said, role=DatasetRole.VIEWER)
        assert refused.value.problems[0].pointer == "/email"


def test_somebody_is_known_by_the_orcid_that_they_signed_in_with():
    dataset, person = DatasetFactory(), UserFactory()
    SocialAccount.objects.create(user=person, provider="orcid", uid="0000-0002-1825-0097")
    address = "https://orcid.org/0000-0002-1825-0097"
    sharing.share_dataset(dataset=dataset, actor=dataset.created_by, email=address, role=DatasetRole.VIEWER)
    assert dataset.memberships.get(user=person).role == DatasetRole.VIEWER
