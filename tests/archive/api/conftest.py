"""Clients of the API: without an account, by session, and by token."""

import pytest
from rest_framework.test import APIClient

from archive.services import people


@pytest.fixture
def client() -> APIClient:
    return APIClient()


@pytest.fixture
def as_user():
    """`as_user(person)` is a client with that person's session."""

    def made(person) -> APIClient:
        client = APIClient()
        client.force_login(person)
        return client

    return made


@pytest.fixture
def with_token():
    """`with_token(person, "read", "deposit")` is a client with a token of these scopes."""

    def made(person, *scopes: str) -> APIClient:
        _, key = people.create_token(user=person, name="script", scopes=scopes)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
        return client

    return made
