"""What every test shares. Sockets are closed except to loopback, where declared services listen."""

import pytest
from django.core.cache import cache
from pytest_socket import socket_allow_hosts

from tests.fixtures_states import every_state  # noqa: F401


@pytest.fixture(autouse=True)
def _only_loopback():
    socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()
