"""Processes that do something at the same moment, against the database of a test (SQLite or PostgreSQL)."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[1]
Query = Callable[[str], list[tuple]]
# A racer says when it is ready and waits for a line, so that all start together.
_FRAME = """
import sys
import django
django.setup()
{prepare}
print("ready", flush=True)
sys.stdin.readline()
{act}
"""


def share(folder: Path) -> tuple[str, Query]:
    """A database that other processes reach, and a way to ask it. Call it when the rows are there."""
    if connection.vendor == "sqlite":
        path = folder / "race.sqlite3"
        with sqlite3.connect(path) as copy:
            connection.connection.backup(copy)
        return f"sqlite:///{path}", lambda sql: sqlite3.connect(path).execute(sql).fetchall()
    known = connection.settings_dict
    user = f"{quote(known['USER'])}:{quote(known['PASSWORD'])}"
    return f"postgresql://{user}@{known['HOST']}:{known['PORT']}/{known['NAME']}", _ask


def _ask(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def race(url: str, scripts: Sequence[tuple[str, str]]) -> list[str]:
    """What each script (what it prepares, what it does) prints, all begun together."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings.testing",
        "PORTAL_TEST_DATABASE_URL": url,
        "PORTAL_TEST_STORAGE_URL": os.environ.get("PORTAL_TEST_STORAGE_URL", f"file://{settings.DATA_DIR}/files"),
    }
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", _FRAME.format(prepare=prepare, act=act)],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for prepare, act in scripts
    ]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    return [racer.communicate(timeout=60)[0].strip() for racer in racers]
