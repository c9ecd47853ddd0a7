"""The pages of a conversation: the thread, the curators' list, the answer by a mail's link."""

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from archive.models import Message
from archive.services import conversing, mailing
from archive.states import PortalRole
from tests.factories.archive import DatasetFactory, DepositionFactory, UserFactory
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def deposition():
    return DepositionFactory(dataset__title="A secret title")


@pytest.fixture
def curator():
    return UserFactory(name="Clara Curator", roles=[PortalRole.CURATOR])


def address(deposition) -> str:
    return reverse("archive:messages", args=[deposition.dataset.accession])


def see(client, url: str, status: int = 200, **data) -> str:
    answer = client.post(url, data, follow=True) if data else client.get(url)
    assert answer.status_code == status
    assert problems_of(answer.text) == []
    return answer.text


def test_a_letter_goes_from_the_deposit_to_the_curators_and_back(client, deposition, curator):
    client.force_login(deposition.created_by)
    assert f'href="{address(deposition)}"' in client.get(deposition.get_absolute_url()).text
    assert "Nobody has written yet." in see(client, address(deposition))
    assert "May I use <b>?" not in see(client, address(deposition), text="May I use <b>?\n\nThank you.")
    client.force_login(curator)
    waiting = see(client, reverse("archive:inbox"))
    assert "May I use &lt;b&gt;?" in waiting
    assert "A secret title" not in waiting
    page = see(client, address(deposition), text="You may.")
    assert "A secret title" not in page
    assert "Sent." in page
    assert "Nobody waits for an answer." in see(client, reverse("archive:inbox"))
    assert "You may." in see(client, reverse("archive:inbox") + "?show=answered")
    client.force_login(deposition.created_by)
    assert "Clara Curator" in see(client, address(deposition))


def test_a_note_stays_among_curators(client, deposition, curator):
    client.force_login(curator)
    assert "Odd images." in see(client, address(deposition), text="Odd images.", action="note")
    client.force_login(deposition.created_by)
    page = see(client, address(deposition))
    assert "Odd images." not in page
    assert "note" not in page.lower().partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("action", ["", "note"])
def test_what_cannot_be_sent_comes_back_with_its_sentence(client, deposition, curator, action):
    client.force_login(curator)
    text = "word " * 2500
    page = see(client, address(deposition), 422, text=text, action=action)
    assert text.strip() in page
    assert f'id="{"note" if action else "text"}-e">It has 12,499 characters.' in page
    assert not Message.objects.exists()


def test_the_link_of_a_mail_answers_without_an_account(client, deposition, curator):
    made = conversing.write(dataset=deposition.dataset, author=curator, text="Please name the strain.")
    mailing.mail_message(message_id=made.pk)
    url = "/messages/answer/" + mail.outbox[0].body.partition("/messages/answer/")[2].partition("/")[0] + "/"
    page = see(client, url)
    assert "Please name the strain." in page
    assert "Write what you want to say." in see(client, url, 422, text=" ")
    assert "Your answer is sent" in see(client, url, text="It is N2.")
    assert Message.objects.latest("pk").author == deposition.created_by
    assert see(client, "/messages/answer/unknown/", 404)


def test_the_curators_list_costs_the_same_with_more_rows(client, curator):
    client.force_login(curator)
    counts = []
    for rows in (5, 50):
        for _ in range(rows):
            dataset = DatasetFactory()
            conversing.write(dataset=dataset, author=dataset.created_by, text="A question")
        client.get(reverse("archive:inbox"))
        with CaptureQueriesContext(connection) as caught:
            page = client.get(reverse("archive:inbox")).text
        counts.append(len(caught))
    assert counts[0] == counts[1]
    assert 'rel="next"' in page or "cursor=" in page


def test_programs_read_and_write_it(client, deposition, curator):
    url = f"/api/v1/datasets/{deposition.dataset.accession}/messages"
    client.force_login(curator)
    note = {"text": "For us", "is_note": True}
    assert client.post(url, note, content_type="application/json").status_code == 201
    client.force_login(deposition.created_by)
    made = client.post(url, {"text": "A question"}, content_type="application/json")
    assert (made.status_code, made.json()["kind"]) == (201, "depositor")
    assert [message["text"] for message in client.get(url).json()] == ["A question"]
    refused = client.post(url, {"text": " "}, content_type="application/json")
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/text")
