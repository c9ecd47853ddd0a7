"""The account page: a profile and tokens, in a browser without scripts."""

import re

import pytest
from django.test import Client

from archive.models import ApiToken, AuditEntry, User
from tests.factories.archive import UserFactory
from tests.portal.sound_html import problems_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return UserFactory(name="Ada")


@pytest.fixture
def client(person: User) -> Client:
    found = Client()
    found.force_login(person)
    return found


def test_a_profile_is_saved_and_the_change_is_audited(client: Client, person: User):
    sent = {"name": "Ada Lovelace", "orcid": "https://orcid.org/0000-0002-1825-0097", "affiliation": "London"}
    assert client.post("/account/", sent).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.orcid, person.affiliation) == ("Ada Lovelace", "0000-0002-1825-0097", "London")
    assert AuditEntry.objects.get().action == "person.profile"


def test_a_wrong_orcid_gets_a_sentence_and_nothing_typed_is_lost(client: Client, person: User):
    answer = client.post("/account/", {"name": "Ada L", "orcid": "0000-0002-1825-0098", "affiliation": "Rome"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "check digit" in page and "0000-0002-1825-0098" in page and "Rome" in page
    person.refresh_from_db()
    assert person.name == "Ada"


def test_a_name_is_not_taken_away(client: Client, person: User):
    answer = client.post("/account/", {"name": " ", "orcid": "", "affiliation": ""})
    assert answer.status_code == 422
    assert "Write your name; it stands on what you deposit and decide." in answer.text
    person.refresh_from_db()
    assert person.name == "Ada"


def test_the_choices_of_a_token_stand_below_their_question(client: Client):
    page = client.get("/account/").text
    question = page.index("What the token may do</legend>")
    assert question < page.index("read what you may read") < page.index("Valid for days")


def test_two_forms_of_one_page_share_no_id(client: Client):
    page = client.get("/account/").text
    assert problems_of(page) == []
    assert len(re.findall(r'id="id_name"', page)) == 1


def test_a_token_is_shown_once_and_works_until_it_is_revoked(client: Client):
    page = client.post("/account/tokens/", {"name": "uploader", "scopes": ["read"], "days": "30"}).content.decode()
    key = page.split('id="new-token">')[1].split("<")[0]
    script = {"headers": {"Authorization": f"Bearer {key}"}}
    assert Client().get("/api/v1/depositions/", **script).status_code == 200
    assert key not in client.get("/account/").content.decode()
    client.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert Client().get("/api/v1/depositions/", **script).status_code == 401


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"name": "", "scopes": ["read"], "days": "30"}, "Say what the token is for"),
        ({"name": "x", "days": "30"}, "Choose at least one thing"),
        ({"name": "x", "scopes": ["read"], "days": "5000"}, "365"),
        ({"name": "x", "scopes": ["rule the world"], "days": "5"}, "valid choice"),
    ],
    ids=["no name", "no scope", "too long", "unknown scope"],
)
def test_a_token_that_cannot_be_gets_a_sentence(client: Client, sent: dict, sentence: str):
    answer = client.post("/account/tokens/", sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_somebody_elses_token_is_not_there(client: Client):
    other = Client()
    other.force_login(UserFactory())
    other.post("/account/tokens/", {"name": "theirs", "scopes": ["read"], "days": "30"})
    assert client.post(f"/account/tokens/{ApiToken.objects.get().pk}/revoke/").status_code == 404
