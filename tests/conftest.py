"""What every test shares. Sockets are closed except to loopback, where declared services listen."""

import pytest
from django.core.cache import cache
from pytest_socket import socket_allow_hosts

from archive.services import looking
from portal.settings import engines
from tests.fixtures_states import every_state, module_world, same_states  # noqa: F401
from tests.shared_engines import SERVICES, clear_own_part


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("services") and not SERVICES:
        pytest.fail("This test needs the real engines. Run it by: make test-services", pytrace=False)


@pytest.fixture(scope="session", autouse=SERVICES)
def _own_part_of_the_engines(django_db_setup, django_db_blocker):
    yield
    with django_db_blocker.unblock():
        clear_own_part()


@pytest.fixture(autouse=True)
def _only_loopback():
    socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()
    looking.forget_places()


@pytest.fixture
def bytes_in_folders(settings, tmp_path):
    """The portal itself serves the bytes of a folder; from S3 it sends readers on to a signed address, which
    tests/test_real_stack.py follows."""
    settings.STORAGES = settings.STORAGES | engines.storages(f"file://{tmp_path}/files")
