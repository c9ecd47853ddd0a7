"""Referees' links: who makes them, what they open, when they end, and that nothing of the token stays."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from archive import access
from archive.errors import Gone, Invalid, NotAllowed, NotFound, WrongState
from archive.models import AuditEntry, Dataset, Deposition, Image, RefereeLink
from archive.referees import Referee, valid_links
from archive.services import refereeing
from archive.states import DatasetRole, DepositionState
from tests.archive.documents import complete_document
from tests.factories.archive import DepositionFactory, ImageFactory, MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset() -> Dataset:
    return DepositionFactory(metadata=complete_document()).dataset


def made(dataset: Dataset, **more) -> tuple[RefereeLink, str]:
    return refereeing.make_link(dataset=dataset, user=dataset.created_by, **more)


def test_a_link_opens_its_dataset_and_nothing_else(dataset):
    link, _ = made(dataset)
    own, other = ImageFactory(dataset=dataset), ImageFactory()
    referee = Referee(link)
    assert access.get_visible(Dataset.objects.all(), referee, pk=dataset.pk) == dataset
    assert list(access.visible_to(Image.objects.all(), referee)) == [own]
    assert list(access.visible_to(Image.objects.all(), AnonymousUser())) == []
    assert not access.visible_to(Deposition.objects.all(), referee).exists()
    assert access.tokens_for(referee) == {"public", f"dataset:{dataset.pk}"}
    assert access.role_of(referee, dataset) is None
    with pytest.raises(NotFound):
        access.get_visible(Dataset.objects.all(), referee, pk=other.dataset_id)


def test_an_anonymised_link_holds_no_token_of_the_index(dataset):
    link, _ = made(dataset, is_anonymised=True)
    assert access.tokens_for(Referee(link)) == {"public"}


def test_only_the_digest_of_the_token_is_kept(dataset):
    link, token = made(dataset, note="Journal of Cells", days=30)
    kept = str(RefereeLink.objects.values().get()) + str(list(AuditEntry.objects.values()))
    assert token not in kept
    assert link.expires_at - timezone.now() > timedelta(days=29)
    assert AuditEntry.objects.get(action="referee-link.make").actor == dataset.created_by


def test_openings_are_counted(dataset):
    link, token = made(dataset)
    for _ in range(3):
        assert refereeing.open_link(token=token) == link
    link.refresh_from_db()
    assert link.openings == 3
    assert timezone.now() - link.last_opened_at < timedelta(minutes=1)


def _revoked(dataset, link):
    refereeing.revoke_link(dataset=dataset, user=dataset.created_by, link_id=link.pk)


def _late(dataset, link):
    RefereeLink.objects.update(expires_at=timezone.now())


def _withdrawn(dataset, link):
    Deposition.objects.update(state=DepositionState.WITHDRAWN)


def _human(dataset, link):
    Deposition.objects.update(metadata=complete_document(human_material="yes"))


@pytest.mark.parametrize("end", [_revoked, _late, _withdrawn, _human])
def test_a_link_ends(dataset, end):
    link, token = made(dataset)
    assert valid_links().get() == link
    end(dataset, link)
    assert not valid_links().exists()
    with pytest.raises(Gone, match="has ended"):
        refereeing.open_link(token=token)


def test_nothing_is_known_of_a_token_that_was_never_made():
    with pytest.raises(Gone):
        refereeing.open_link(token="unknown")


@pytest.mark.parametrize("role", [DatasetRole.CONTRIBUTOR, DatasetRole.VIEWER])
def test_only_owners_make_and_revoke_links(dataset, role):
    link, _ = made(dataset)
    person = MembershipFactory(dataset=dataset, role=role).user
    with pytest.raises(NotAllowed):
        refereeing.make_link(dataset=dataset, user=person)
    with pytest.raises(NotAllowed):
        refereeing.revoke_link(dataset=dataset, user=person, link_id=link.pk)


def test_what_cannot_be_is_said(dataset):
    with pytest.raises(Invalid) as caught:
        made(dataset, days=1000, note="x" * 300)
    assert [found.pointer for found in caught.value.problems] == ["/days", "/note"]
    Deposition.objects.update(metadata={"study": {"title": "Not answered yet"}})
    with pytest.raises(WrongState, match="human material"):
        made(dataset)
    Dataset.objects.update(latest_version=1, released_at=timezone.now())
    dataset.refresh_from_db()
    with pytest.raises(WrongState, match="has been released"):
        made(dataset)
