"""Two processes at one row at the same moment: one moves it, the other notices, and nothing happens twice."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection

from archive.models import Upload
from archive.states import FileState
from tests.archive.tus import deposit
from tests.factories.archive import BlobFactory, FileFactory

ROOT = Path(__file__).resolve().parents[3]
# Each says when it is ready and waits for a line, so that both start together; then says what it saw.
START = """
import sys
import django
django.setup()
from archive.models import File
from archive.services import claims, uploading
print("ready", flush=True)
sys.stdin.readline()
"""
TAKE = (
    START
    + """
uploading.take_upload(upload_id=sys.argv[1])
print("done")
"""
)
CLAIM = (
    START
    + """
import time
with claims.claimed(File, int(sys.argv[1]), ["stored"]) as row:
    print("mine" if row else "not mine", flush=True)
    time.sleep(1)
"""
)
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("PORTAL_TEST_STORAGE_URL" in os.environ, reason="the processes share a local folder"),
]


@pytest.fixture
def both(tmp_path, settings) -> Callable[[str, object], list[str]]:
    """Run a script in two processes on the same rows and bytes; returns what they said."""

    def run(script: str, argument: object) -> list[str]:
        env = {**os.environ, "PORTAL_TEST_DATABASE_URL": address(), "DJANGO_SETTINGS_MODULE": "portal.settings.testing"}
        command = [sys.executable, "-c", script, str(argument)]
        processes = [
            subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        return sorted(process.communicate(timeout=60)[0].strip() for process in processes)

    def address() -> str:
        if connection.vendor != "sqlite":
            own = connection.settings_dict
            return f"postgresql://{own['USER']}:{own['PASSWORD']}@{own['HOST']}:{own['PORT']}/{own['NAME']}"
        with sqlite3.connect(tmp_path / "race.sqlite3") as copy:
            connection.connection.backup(copy)
        return f"sqlite:///{tmp_path}/race.sqlite3"

    run.ask = lambda query: _ask(tmp_path, query)
    return run


def _ask(folder: Path, query: str) -> list[tuple]:
    if connection.vendor == "sqlite":
        with sqlite3.connect(folder / "race.sqlite3") as database:
            return database.execute(query).fetchall()
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def test_an_upload_becomes_one_file(dataset, both):
    upload = deposit(dataset, "a.txt", b"text")
    assert both(TAKE, upload.pk) == ["done", "done"]
    assert both.ask("SELECT path FROM archive_file") == [("a.txt",)]
    assert both.ask("SELECT count(*) FROM archive_blob") == [(1,)]
    assert both.ask("SELECT count(*) FROM archive_machinestep") == [(1,)]


def test_a_row_is_worked_on_by_one_of_two(dataset, both):
    file = FileFactory(dataset=dataset, blob=BlobFactory(content=b"text"), state=FileState.STORED)
    assert both(CLAIM, file.pk) == ["mine", "not mine"]
    assert both.ask("SELECT tries FROM archive_file") == [(1,)]


def test_members_of_a_bundle_are_folded_once(dataset, both):
    for name in "abc":
        deposit(dataset, f"plate.zarr/{name}", b"bytes")
    upload = Upload.objects.first()
    assert both(TAKE, upload.pk) == ["done", "done"]
    assert both.ask("SELECT path, member_count FROM archive_file") == [("plate.zarr", 3)]
    assert both.ask("SELECT count(*) FROM archive_machinestep") == [(1,)]
