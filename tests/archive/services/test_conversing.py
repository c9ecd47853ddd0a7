"""Letters between depositors and curators: who writes to whom, what is mailed, and answers by the mail's link."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from archive.errors import Gone, Invalid, NotAllowed, NotFound, TooMany
from archive.models import AuditEntry, Dataset, Membership, Message, User
from archive.selectors.messages import answered_threads, thread_of, waiting_threads
from archive.services import conversing, mailing, sweeping
from archive.states import DatasetRole, MessageKind, PortalRole
from tests.factories.archive import DatasetFactory, MembershipFactory, ReleasedDatasetFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset() -> Dataset:
    return DatasetFactory(title="A secret title")


@pytest.fixture
def owner(dataset) -> User:
    return dataset.created_by


@pytest.fixture
def curator() -> User:
    return UserFactory(roles=[PortalRole.CURATOR])


def mailed(message: Message) -> dict[str, str]:
    """Address to text, of the mails about this message."""
    mail.outbox.clear()
    mailing.mail_message(message_id=message.pk)
    return {sent.to[0]: sent.body for sent in mail.outbox}


def token_in(text: str) -> str:
    return re.search(r"/messages/answer/([^/]+)/", text)[1]


def test_depositors_write_to_every_curator_who_learn_nothing_of_the_draft(dataset, owner, curator):
    UserFactory(roles=[PortalRole.REVIEWER])
    sent = mailed(conversing.write(dataset=dataset, author=owner, text="  May I use CC BY?\r\nThank you.  "))
    assert set(sent) == {curator.email}
    assert f"{owner} wrote about {dataset.accession}:\n\nMay I use CC BY?\nThank you.\n" in sent[curator.email]
    assert "A secret title" not in sent[curator.email]
    thread = thread_of(dataset.accession, curator)
    assert (thread.sees_dataset, thread.may_write) == (False, True)


def test_curators_write_to_all_who_edit_and_to_nobody_else(dataset, owner, curator):
    contributor = MembershipFactory(dataset=dataset, role=DatasetRole.CONTRIBUTOR).user
    MembershipFactory(dataset=dataset, role=DatasetRole.VIEWER)
    sent = mailed(conversing.write(dataset=dataset, author=curator, text="Please name the strain."))
    assert set(sent) == {owner.email, contributor.email}
    assert "A curator wrote about" in sent[owner.email]
    assert "A secret title" in sent[owner.email]
    assert token_in(sent[owner.email]) != token_in(sent[contributor.email])


def test_a_curator_s_own_deposit_is_answered_by_another_curator(dataset, owner, curator):
    MembershipFactory(dataset=dataset, user=curator, role=DatasetRole.CONTRIBUTOR)
    other = UserFactory(roles=[PortalRole.CURATOR])
    conversing.note(dataset=dataset, author=other, text="Odd images.")
    made = conversing.write(dataset=dataset, author=curator, text="A question")
    assert made.kind == MessageKind.DEPOSITOR
    assert set(mailed(made)) == {other.email}
    assert [message.text for message in thread_of(dataset.accession, curator).messages] == ["A question"]


def test_notes_are_the_curators_alone_and_mailed_to_nobody(dataset, owner, curator):
    made = conversing.note(dataset=dataset, author=curator, text="Looks like last year's.")
    assert mailed(made) == {}
    assert thread_of(dataset.accession, owner).messages == ()
    assert [message.kind for message in thread_of(dataset.accession, curator).messages] == ["note"]
    with pytest.raises(NotAllowed):
        conversing.note(dataset=dataset, author=owner, text="Mine")


def test_strangers_and_viewers_do_not_write(dataset):
    viewer = MembershipFactory(dataset=dataset, role=DatasetRole.VIEWER).user
    assert thread_of(dataset.accession, viewer).may_write is False
    for author, refusal in ((viewer, NotAllowed), (UserFactory(), NotFound)):
        with pytest.raises(refusal):
            conversing.write(dataset=dataset, author=author, text="Hello")
    with pytest.raises(NotFound):
        thread_of(dataset.accession, UserFactory())
    with pytest.raises(NotFound):
        thread_of(ReleasedDatasetFactory().accession, UserFactory())


@pytest.mark.parametrize("text", ["", " \n ", "x" * (conversing.LONGEST + 1)], ids=["empty", "blank", "long"])
def test_what_cannot_be_sent_is_told_beside_its_field(dataset, owner, text):
    with pytest.raises(Invalid) as refused:
        conversing.write(dataset=dataset, author=owner, text=text)
    assert [problem.pointer for problem in refused.value.problems] == ["/text"]


def test_nobody_floods_the_other_side(dataset, owner, monkeypatch):
    monkeypatch.setattr(conversing, "MOST_A_DAY", 2)
    for _ in range(2):
        conversing.write(dataset=dataset, author=owner, text="Again")
    with pytest.raises(TooMany):
        conversing.write(dataset=dataset, author=owner, text="Again")
    Message.objects.update(created_at=timezone.now() - timedelta(days=2))
    conversing.write(dataset=dataset, author=owner, text="Again")


def test_the_audit_tells_that_and_not_what_was_written(dataset, owner):
    made = conversing.write(dataset=dataset, author=owner, text="My phone number is 12345.")
    entry = AuditEntry.objects.get(action="message.depositor")
    assert (entry.actor, entry.subject) == (owner, f"message {made.pk}")
    assert "12345" not in str(entry.data) + entry.reason


class TestTheLinkOfAMail:
    @pytest.fixture
    def token(self, dataset, owner, curator) -> str:
        sent = mailed(conversing.write(dataset=dataset, author=curator, text="Please name the strain."))
        return token_in(sent[owner.email])

    def test_answers_in_the_person_s_name(self, token, dataset, owner, curator):
        assert conversing.invited_by(token).person == owner
        made = conversing.answer(token=token, text="It is N2.")
        assert (made.author, made.kind) == (owner, MessageKind.DEPOSITOR)
        assert set(mailed(made)) == {curator.email}

    def test_ends_with_the_person_s_part_in_it(self, token, owner):
        Membership.objects.filter(user=owner).delete()
        with pytest.raises(Gone):
            conversing.answer(token=token, text="It is N2.")

    def test_ends_with_the_account(self, token, owner):
        User.objects.filter(pk=owner.pk).update(is_active=False)
        with pytest.raises(Gone):
            conversing.invited_by(token)

    def test_ends_after_thirty_days(self, token, monkeypatch):
        monkeypatch.setattr(conversing, "LINK_LIFE", timedelta(seconds=-1))
        with pytest.raises(Gone):
            conversing.invited_by(token)

    @pytest.mark.parametrize("change", [lambda token: token[:-2] + "xx", lambda token: "1:2:3", lambda token: ""])
    def test_is_not_made_up(self, token, change):
        with pytest.raises(NotFound):
            conversing.invited_by(change(token))


def test_a_mail_goes_once_and_one_that_a_killed_worker_lost_goes_later(dataset, owner, curator, settings, monkeypatch):
    made = conversing.write(dataset=dataset, author=owner, text="Hello")
    conversing.note(dataset=dataset, author=curator, text="A note")
    settings.PORTAL_STALE_SECONDS = 0
    sent = []
    monkeypatch.setattr(sweeping, "emit", lambda event, **ids: sent.append(ids))
    sweeping.sweep()
    assert sent == [{"message_id": made.pk}]
    assert len(mailed(made)) == 1
    assert mailed(made) == {}
    sent.clear()
    sweeping.sweep()
    assert sent == []


def test_what_depositors_wrote_last_waits_for_the_curators(curator):
    waiting, answered = DatasetFactory(), DatasetFactory()
    conversing.write(dataset=answered, author=answered.created_by, text="One")
    conversing.write(dataset=answered, author=curator, text="Two")
    conversing.write(dataset=waiting, author=waiting.created_by, text="Three")
    conversing.note(dataset=waiting, author=curator, text="I ask the editor.")
    assert [message.text for message in waiting_threads(curator)] == ["Three"]
    assert [message.text for message in answered_threads(curator)] == ["Two"]
    with pytest.raises(NotAllowed):
        waiting_threads(waiting.created_by)
