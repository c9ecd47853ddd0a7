"""Depositions by a broker: prepared once, taken by one person, reported to the broker until its system has heard."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.utils import timezone

from archive.errors import Gone, Invalid, NotAllowed, NotFound
from archive.models import AuditEntry, Callback, Deposition, Handover, Membership
from archive.services import brokering, people
from archive.states import DatasetRole, DepositionState, PortalRole
from tests.archive.broker_server import running_broker
from tests.archive.documents import complete_document
from tests.factories.archive import UserFactory, VersionFactory

pytestmark = pytest.mark.django_db
PREPARED = {
    "study": {"title": "Mitosis in HeLa cells", "source_identifiers": [{"scheme": "i2b2", "value": "case 7"}]},
    "biosample": {"organism": [{"curie": "", "label": "human"}]},
}


@pytest.fixture
def broker():
    made = UserFactory(name="City Hospital")
    people.grant_role(actor=UserFactory(is_superuser=True), user=made, role=PortalRole.BROKER)
    return made


@pytest.fixture
def system(settings):
    with running_broker() as running:
        settings.PORTAL_CALLBACK_ORIGINS = [running.origin]
        yield running


def token_of(handover: Handover) -> str:
    return brokering.address_of(handover).rstrip("/").rsplit("/", 1)[1]


@pytest.fixture
def taken(broker, system) -> tuple[Handover, str, Deposition]:
    """A handover with its secret, and the deposition that somebody began with it."""
    made, secret = brokering.prepare(broker=broker, metadata=PREPARED, callback_url=system.address)
    return made, secret, brokering.take(token=token_of(made), user=UserFactory(name="Ada Lovelace"))


# ---- prepared and taken ----


def test_whoever_opens_the_link_owns_the_deposition_with_what_was_prepared(broker):
    person = UserFactory(name="Ada Lovelace", orcid="0000-0002-1825-0097", affiliation="")
    made, _ = brokering.prepare(broker=broker, metadata=PREPARED, broker_role="contributor")
    deposition = brokering.take(token=token_of(made), user=person)
    assert deposition.dataset.title == "Mitosis in HeLa cells"
    study = deposition.metadata["study"]
    assert study["source_identifiers"] == [{"scheme": "i2b2", "value": "case 7"}]
    assert study["licence"] == "CC0-1.0", "what a new deposition begins with"
    assert study["authors"] == [{"name": "Ada Lovelace", "orcid": "0000-0002-1825-0097"}]
    roles = dict(Membership.objects.filter(dataset=deposition.dataset).values_list("user", "role"))
    assert roles == {person.pk: DatasetRole.OWNER, broker.pk: DatasetRole.CONTRIBUTOR}
    made.refresh_from_db()
    assert (made.dataset, made.metadata) == (deposition.dataset, {})
    assert AuditEntry.objects.filter(dataset=deposition.dataset, action="handover.take").exists()


def test_it_is_taken_once(broker):
    made, _ = brokering.prepare(broker=broker)
    token = token_of(made)
    brokering.take(token=token, user=UserFactory())
    with pytest.raises(Gone, match="Somebody has begun"):
        brokering.take(token=token, user=UserFactory())
    assert Deposition.objects.count() == 1


def test_a_link_ends_by_time_and_by_withdrawal(broker):
    late, _ = brokering.prepare(broker=broker)
    Handover.objects.update(expires_at=timezone.now() - timedelta(days=1))
    withdrawn, _ = brokering.prepare(broker=broker)
    token = token_of(withdrawn)
    brokering.withdraw(broker=broker, handover_id=withdrawn.pk)
    for ended in (token_of(late), token):
        with pytest.raises(Gone, match="has ended"):
            brokering.handover_behind(ended)
    brokering.drop_expired()
    assert not Handover.objects.exists()
    with pytest.raises(NotFound):
        brokering.handover_behind("no such link")


def test_what_was_begun_cannot_be_withdrawn(broker, taken):
    with pytest.raises(NotFound, match="begun"):
        brokering.withdraw(broker=broker, handover_id=taken[0].pk)


def test_only_brokers_prepare_and_only_known_places_are_called(broker, settings):
    with pytest.raises(NotAllowed):
        brokering.prepare(broker=UserFactory())
    with pytest.raises(NotFound, match="no template"):
        brokering.prepare(broker=broker, template="moon")
    with pytest.raises(Invalid, match="object of fields"):
        brokering.prepare(broker=broker, metadata={"study": "Mitosis"})
    with pytest.raises(Invalid, match="viewer or contributor"):
        brokering.prepare(broker=broker, broker_role="owner")
    settings.PORTAL_CALLBACK_ORIGINS = ["https://archive.example.org"]
    for url in (
        "https://archive.example.org.evil.example/x",
        "https://archive.example.org@127.0.0.1/x",
        "http://archive.example.org/x",
        "https://127.0.0.1/x",
    ):
        with pytest.raises(Invalid, match=r"calls back to https://archive\.example\.org"):
            brokering.prepare(broker=broker, callback_url=url)
    assert brokering.prepare(broker=broker, callback_url="https://archive.example.org/x")


# ---- called back ----


def accepted(deposition: Deposition) -> Callback:
    Deposition.objects.filter(pk=deposition.pk).update(state=DepositionState.READY)
    brokering.note_answer(deposition_id=deposition.pk)
    return Callback.objects.get()


def test_the_broker_is_told_with_a_signature_that_fits(taken, system):
    made, secret, deposition = taken
    brokering.call_back(callback_id=accepted(deposition).pk)
    [(headers, body)] = system.heard
    assert headers["X-Signature-256"] == "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    said = json.loads(body)
    assert (said["event"], said["handover"], said["accession"]) == ("accepted", made.pk, deposition.dataset.accession)
    assert (said["version"], said["url"]) == (1, "")
    assert Callback.objects.get().done_at


def test_a_release_tells_the_public_address(taken, system, settings):
    _, _, deposition = taken
    version = VersionFactory(dataset=deposition.dataset, number=1)
    brokering.note_release(version_id=version.pk)
    brokering.call_back(callback_id=Callback.objects.get().pk)
    said = json.loads(system.heard[0][1])
    assert said["event"] == "released"
    assert said["url"] == f"{settings.SITE_URL}{deposition.dataset.get_absolute_url()}"


def test_it_is_told_once_however_often_it_is_accepted(taken, system):
    _, _, deposition = taken
    for _ in range(2):
        brokering.call_back(callback_id=accepted(deposition).pk)
    assert len(system.heard) == 1


def test_what_needs_changes_is_not_told(taken):
    _, _, deposition = taken
    Deposition.objects.update(state=DepositionState.NEEDS_CHANGES)
    brokering.note_answer(deposition_id=deposition.pk)
    assert not Callback.objects.exists()


def test_a_system_that_does_not_take_it_is_tried_again_and_given_up_after_a_week(taken, system):
    row = accepted(taken[2])
    system.status = 500
    for tries in range(1, len(brokering.PAUSES) + 2):
        assert brokering.due() == [row.pk]
        brokering.call_back(callback_id=row.pk)
        row.refresh_from_db()
        assert (row.tries, bool(row.given_up_at)) == (tries, tries > len(brokering.PAUSES))
        assert "500" in row.sentence
        assert row.due_at > timezone.now()
        brokering.call_back(callback_id=row.pk)
        assert len(system.heard) == tries, "not before its pause is over"
        Callback.objects.update(due_at=timezone.now())
    assert brokering.due() == []


def test_a_try_that_a_killed_worker_began_comes_again(taken, system):
    row = accepted(taken[2])
    system.status = 500
    brokering.call_back(callback_id=row.pk)
    Callback.objects.update(due_at=timezone.now())
    system.status = 200
    brokering.call_back(callback_id=row.pk)
    assert Callback.objects.get().done_at
    assert len(system.heard) == 2


def test_an_address_that_is_allowed_no_longer_is_not_called(taken, system, settings):
    row = accepted(taken[2])
    settings.PORTAL_CALLBACK_ORIGINS = []
    brokering.call_back(callback_id=row.pk)
    assert system.heard == []
    assert "no longer" in Callback.objects.get().sentence


def test_a_whole_study_that_a_broker_knows_is_ready_to_submit(broker):
    made, _ = brokering.prepare(broker=broker, metadata=complete_document())
    deposition = brokering.take(token=token_of(made), user=UserFactory())
    assert deposition.metadata["study"]["authors"] == complete_document()["study"]["authors"]
