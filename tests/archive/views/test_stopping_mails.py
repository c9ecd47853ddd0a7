"""Mails that nobody has to get: chosen on the account page, or ended by the link in the mail itself."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from archive import subscriptions
from archive.models import AuditEntry
from archive.services import conversing, mailing
from archive.states import DepositionState
from archive.subscriptions import ANSWER, MESSAGE
from tests.factories.archive import DepositionFactory, UserFactory
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready():
    return DepositionFactory(state=DepositionState.READY)


def test_a_mail_says_how_to_get_no_more_of_its_kind(ready, mailoutbox, settings):
    mailing.mail_answer(deposition_id=ready.pk)
    [mail] = mailoutbox
    address = settings.SITE_URL + subscriptions.stop_address(ready.created_by, ANSWER)
    assert f"No more mails like this one: {address}\n" in mail.body
    assert mail.extra_headers == {
        "List-Unsubscribe": f"<{address}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_the_link_asks_first_and_one_post_of_a_mail_program_is_enough(ready, mailoutbox):
    mailing.mail_answer(deposition_id=ready.pk)
    path = re.search(r"/mails/stop/\S+", mailoutbox.pop().body)[0]
    stranger = Client(enforce_csrf_checks=True)
    asked = stranger.get(path)
    assert problems_of(asked.text) == []
    assert "Send me no more of these" in asked.text
    mailing.mail_answer(deposition_id=ready.pk)
    assert len(mailoutbox) == 1, "looking at the link ends nothing"
    answer = stranger.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert "No more of these mails" in answer.text
    mailing.mail_answer(deposition_id=ready.pk)
    assert len(mailoutbox) == 1
    assert AuditEntry.objects.get(action="person.mails").data == {"muted": ["answer"]}


def test_other_kinds_and_other_people_are_mailed_as_before(ready, mailoutbox, client):
    other = UserFactory()
    client.post(subscriptions.stop_address(other, ANSWER))
    client.post(subscriptions.stop_address(ready.created_by, MESSAGE))
    mailing.mail_answer(deposition_id=ready.pk)
    assert [mail.to for mail in mailoutbox] == [[ready.created_by.email]]


@pytest.mark.parametrize("token", ["x", "eyJ9:1", "a" * 3000])
def test_what_is_no_link_of_ours_says_so(client, token):
    answer = client.post(reverse("archive:stop-mails", args=[token]))
    assert answer.status_code == 404
    assert "no link that ends mails" in answer.text


def test_a_link_for_answers_by_mail_is_none_that_ends_mails(client, ready):
    message = conversing.write(dataset=ready.dataset, author=ready.created_by, text="When?")
    token = conversing.reply_address(message, ready.created_by).rstrip("/").rsplit("/", 1)[1]
    assert client.post(reverse("archive:stop-mails", args=[token])).status_code == 404


def test_the_account_page_shows_every_kind_and_keeps_what_is_chosen(client, ready):
    client.force_login(ready.created_by)
    page = client.get(reverse("archive:account")).text
    assert problems_of(page) == []
    boxes = page.split('id="mails"')[1].split("</form>")[0]
    assert boxes.count('name="mails"') == boxes.count(" checked>") == len(subscriptions.kinds())
    answer = client.post(reverse("archive:account-mails"), {"mails": ["answer", "release", "unknown"]}, follow=True)
    assert "Saved." in answer.text
    assert answer.text.split('id="mails"')[1].split("</form>")[0].count(" checked>") == 2
    ready.created_by.refresh_from_db()
    assert not {"answer", "release", "unknown"} & set(ready.created_by.muted_mails)
    assert "message" in ready.created_by.muted_mails
