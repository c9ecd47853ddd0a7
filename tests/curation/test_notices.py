"""Mails about candidates: to whom, with what, and never twice."""

from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from archive import events
from archive.events import Event, Reaction
from archive.services import people
from archive.states import DatasetRole
from curation.models import Decision, Notice
from curation.services import deciding, notifying, reviewing
from portal import pipeline
from tests.curation.conftest import RATIONALE, REASON
from tests.factories.archive import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _only_recorded():
    """Notices stand in their rows; these tests send them."""
    events.connect({event: Reaction() for event in Event})
    yield
    pipeline.connect()


@pytest.fixture
def depositor(story):
    return MembershipFactory(dataset=story.dataset, role=DatasetRole.OWNER, user=UserFactory(name="Dora")).user


@pytest.fixture
def told(mailoutbox):
    """The mails of the moves since the last call, by recipient."""

    def send() -> dict[str, str]:
        mailoutbox.clear()
        for pk in Notice.objects.filter(taken_at__isnull=True).order_by("pk").values_list("pk", flat=True):
            notifying.send(notice_id=pk)
        assert all(len(mail.to) == 1 for mail in mailoutbox)
        return {mail.to[0]: f"{mail.subject}\n{mail.body}" for mail in mailoutbox}

    return send


def test_a_nomination_is_received_by_the_nominator_and_told_to_the_depositors(story, depositor, told):
    candidate = story.nominated()
    mails = told()
    assert {story.team.reader.email, depositor.email} <= set(mails)
    assert "Thank you: your nomination" in mails[story.team.reader.email]
    assert REASON in mails[depositor.email] and candidate.get_absolute_url() in mails[depositor.email]
    assert story.team.reader.name not in mails[depositor.email]


def test_who_wants_no_mails_about_curation_gets_none(story, depositor, told):
    people.mute_mails(user=depositor, names={"curation"})
    story.nominated()
    assert depositor.email not in told()


def test_an_invited_reviewer_is_told_until_when_and_where(story, told):
    candidate = story.triaged()
    told()
    reviewing.start_review(candidate=candidate, actor=story.team.curator, reviewers=[story.team.reviewers[0]])
    mails = told()
    assert list(mails) == [story.team.reviewers[0].email]
    due = candidate.reviews.get().due_on
    assert f"until {due:%-d %B %Y}" in mails[story.team.reviewers[0].email]
    assert f"{candidate.get_absolute_url()}review/" in mails[story.team.reviewers[0].email]


def test_a_review_that_is_passed_on_is_told_to_the_curators_who_may_invite_another(story, told):
    candidate = story.in_review()
    told()
    reviewer = story.team.reviewers[0]
    reviewing.declare_interest(candidate=candidate, actor=reviewer, has_conflict=True)
    mails = told()
    assert set(mails) == {person.email for person in (story.team.curator, story.team.curator_two,
                                                      story.team.editor, story.team.editor_two)}  # fmt: skip
    assert reviewer.name in mails[story.team.curator.email]


@pytest.mark.parametrize(
    "state, sentence",
    [("accepted", "was accepted"), ("declined", "was not accepted"), ("deferred", "something is missing"),
     ("revoked", "took the reference label")],
)  # fmt: skip
def test_decisions_and_revocations_are_told_to_depositors_and_nominator(story, depositor, told, state, sentence):
    candidate = getattr(story, state)()
    mails = told()
    address = Decision.objects.get(candidate=candidate).get_absolute_url()
    for person in (depositor, story.team.reader):
        assert sentence in mails[person.email] and address in mails[person.email]
    assert story.team.editor.email not in mails or state not in ("accepted", "revoked")


def test_a_candidate_declined_before_a_review_says_why(story, depositor, told):
    deciding.decline_early(
        candidate=story.nominated(), actor=story.team.curator, reason="The channels are not described at all."
    )
    assert "The channels are not described" in told()[depositor.email]


def test_an_appeal_reaches_editors_and_is_received(story, depositor, told):
    candidate = story.accepted()
    told()
    reader = UserFactory(name="Rhea")
    deciding.appeal(candidate=candidate, actor=reader, reason="The third channel is too weak to be seen.")
    mails = told()
    assert {reader.email, depositor.email, story.team.editor.email, story.team.editor_two.email} <= set(mails)
    assert "Your appeal" in mails[reader.email]
    assert "Rhea" not in mails[story.team.editor.email]
    assert RATIONALE not in mails[reader.email]


def test_nothing_is_sent_twice(story, mailoutbox):
    story.nominated()
    notice = Notice.objects.first()
    assert notifying.send(notice_id=notice.pk)
    assert not notifying.send(notice_id=notice.pk)
    assert len(mailoutbox) == 1
    notice.refresh_from_db()
    assert notice.sent_at


def test_a_mail_server_that_refuses_gives_the_notice_back_to_the_sweep(story, monkeypatch, mailoutbox):
    story.nominated()
    notice = Notice.objects.first()
    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", _refuse)
        with pytest.raises(SMTPServerDisconnected):
            notifying.send(notice_id=notice.pk)
    sent: list[int] = []
    Notice.objects.update(created_at=timezone.now() - timedelta(hours=1))
    events.connect({Event.NOTICE_DUE: Reaction(record=(lambda notice_id: sent.append(notice_id),))})
    notifying.send_forgotten()
    assert notice.pk in sent and notifying.send(notice_id=notice.pk)


def _refuse(*_: object) -> None:
    raise SMTPServerDisconnected("No connection.")


def test_who_left_is_not_written_to(story, mailoutbox):
    story.nominated()
    notice = Notice.objects.get(person=story.team.reader)
    type(story.team.reader).objects.filter(pk=story.team.reader.pk).update(is_active=False)
    assert not notifying.send(notice_id=notice.pk)
    assert mailoutbox == []
