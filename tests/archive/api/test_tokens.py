"""Tokens of scripts: shown once, scoped, expiring, revocable, and no makers of tokens."""

import datetime as dt

import pytest
from django.utils import timezone

from archive.models import ApiToken, AuditEntry
from tests.factories.archive import UserFactory

pytestmark = pytest.mark.django_db
URL = "/api/v1/tokens/"


@pytest.fixture
def person():
    return UserFactory()


def _made(browser, **given) -> dict:
    body = {"name": "My script", "scopes": ["read", "deposit"], "days": 30} | given
    response = browser.post(URL, body, format="json")
    assert response.status_code == 201, response.content
    return response.json()


def test_a_key_is_shown_once_and_only_its_digest_kept(as_user, client, person):
    browser = as_user(person)
    made = _made(browser)
    key = made["key"]

    assert key.startswith("mg_")
    assert key not in str(ApiToken.objects.values().get())
    assert "key" not in browser.get(URL).json()[0]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    assert client.get("/api/v1/depositions/").status_code == 200


def test_a_revoked_token_is_refused_at_once(as_user, client, person):
    made = _made(as_user(person))
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made['key']}")
    assert as_user(person).delete(f"{URL}{made['id']}/").status_code == 204

    assert client.get("/api/v1/depositions/").status_code == 401
    assert as_user(person).delete(f"{URL}{made['id']}/").status_code == 404
    actions = AuditEntry.objects.filter(dataset=None).values_list("action", flat=True)
    assert list(actions) == ["token.create", "token.revoke"]


def test_an_expired_token_is_refused(as_user, client, person):
    made = _made(as_user(person))
    ApiToken.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made['key']}")

    assert "expired" in client.get("/api/v1/depositions/").json()["detail"]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"name": " " * 3}, "/name"),
        ({"name": "x" * 200}, "/name"),
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["everything"]}, "/scopes"),
        ({"days": 0}, "/days"),
        ({"days": 366}, "/days"),
    ],
    ids=["blank name", "long name", "no scope", "unknown scope", "no day", "over a year"],
)
def test_a_token_of_wrong_values_names_them(as_user, person, given, place):
    body = {"name": "s", "scopes": ["read"], "days": 1} | given
    response = as_user(person).post(URL, body, format="json")
    assert response.status_code in {400, 422}
    assert place in {error["pointer"] for error in response.json()["errors"]}


def test_a_token_makes_no_tokens(with_token, person):
    script = with_token(person, "read", "deposit", "curate")
    for response in (script.get(URL), script.post(URL, {"name": "s", "scopes": ["read"]}, format="json")):
        assert response.status_code == 403


def test_nobody_revokes_the_token_of_another(as_user, person):
    made = _made(as_user(person))
    assert as_user(UserFactory()).delete(f"{URL}{made['id']}/").status_code == 404


@pytest.mark.parametrize("header", ["Bearer", "Bearer a b", "Bearer mg_none", "Token \xff"])
def test_a_header_that_is_no_token_is_told(client, header):
    client.credentials(HTTP_AUTHORIZATION=header)
    assert client.get("/api/v1/datasets/").status_code == 401
