"""What tests of uploads and of ingest share: a draft to upload to, tasks that run at once, and a real imaging pool."""

import shutil

import pytest

from archive.imaging.pool.client import running_pool
from archive.services import bundles
from portal.celery import app
from tests.archive.tus import Tus
from tests.factories.archive import DepositionFactory


@pytest.fixture(scope="session")
def imaging_pool():
    with running_pool(workers=1) as pool:
        yield pool


@pytest.fixture
def imaging(imaging_pool, settings):
    """The pool, at the address where the services look for it."""
    settings.PORTAL_IMAGING_SOCKET = imaging_pool.socket_path
    return imaging_pool


@pytest.fixture
def eager():
    """Tasks run in the process that sends them, right after its commit."""
    app.conf.task_always_eager, app.conf.task_eager_propagates = True, True
    yield
    app.conf.task_always_eager, app.conf.task_eager_propagates = False, False


@pytest.fixture
def scratch(settings, tmp_path):
    settings.PORTAL_SCRATCH_DIR = tmp_path / "scratch"
    yield settings.PORTAL_SCRATCH_DIR
    shutil.rmtree(settings.PORTAL_SCRATCH_DIR, ignore_errors=True)


@pytest.fixture
def deposition(db, scratch):
    return DepositionFactory()


@pytest.fixture
def dataset(deposition):
    return deposition.dataset


@pytest.fixture
def tus(dataset):
    return Tus(dataset, dataset.created_by)


@pytest.fixture
def restless(monkeypatch):
    """Bundles are verified without waiting for a quiet moment."""
    monkeypatch.setattr(bundles, "QUIET_SECONDS", 0.0)
