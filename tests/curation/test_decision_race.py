"""Two processes decide the same candidate at the same moment: one wins, the other is told, nothing is written twice."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from curation.models import Candidate

ROOT = Path(__file__).resolve().parents[2]
Query = Callable[[str], list[tuple]]
# Says when it is ready and waits for a line, so that both start together; then says what came of it.
DECIDE = """
import sys
import django
django.setup()
from archive.errors import WrongState
from archive.models import User
from curation.models import Candidate
from curation.services import deciding
from curation.workflow import Action
candidate_id, editor_id, outcome = sys.argv[1:]
candidate = Candidate.objects.select_related("dataset").get(pk=candidate_id)
editor = User.objects.get(pk=editor_id)
print("ready", flush=True)
sys.stdin.readline()
try:
    deciding.decide(candidate=candidate, actor=editor, outcome=Action(outcome), rationale="Both decided at once.",
                    deviation="Otherwise than scored." if outcome == "decline" else "")
except WrongState as error:
    print("told:", error)
else:
    print("won")
"""


@pytest.fixture
def shared(tmp_path) -> Callable[[], tuple[str, Query]]:
    """A database that other processes reach: its address, and a way to ask it. Call it when the rows are there."""

    def share() -> tuple[str, Query]:
        if connection.vendor == "sqlite":
            path = tmp_path / "race.sqlite3"
            with sqlite3.connect(path) as copy:
                connection.connection.backup(copy)
            return f"sqlite:///{path}", lambda sql: sqlite3.connect(path).execute(sql).fetchall()
        return _postgresql_url(connection.settings_dict), _ask

    return share


def _postgresql_url(settings: dict) -> str:
    user = f"{quote(settings['USER'])}:{quote(settings['PASSWORD'])}"
    return f"postgresql://{user}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


def _ask(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _start(url: str, candidate: Candidate, editor_id: int, outcome: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", DECIDE, str(candidate.pk), str(editor_id), outcome],
        cwd=ROOT,
        env={**os.environ, "PORTAL_TEST_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings.testing"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("outcomes", [("accept", "accept"), ("accept", "decline")], ids="-and-".join)
def test_one_editor_wins_and_the_other_is_told(story, shared, outcomes):
    candidate = story.reviewed()
    url, ask = shared()
    editors = (story.team.editor.pk, story.team.editor_two.pk)
    deciders = [_start(url, candidate, pk, outcome) for pk, outcome in zip(editors, outcomes, strict=True)]
    for process in deciders:
        assert process.stdout.readline() == "ready\n"
    for process in deciders:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = sorted(process.communicate(timeout=60)[0].strip() for process in deciders)
    assert said[1] == "won"
    assert said[0].startswith("told: ")
    assert "Reload the page" in said[0]
    ((state, labelled),) = ask("SELECT state, labelled FROM curation_candidate")
    assert ask("SELECT outcome FROM curation_decision") == [(state,)]
    assert ask("SELECT count(*) FROM curation_label") == [(int(state == "accepted"),)] and bool(labelled) == (
        state == "accepted"
    )
    decided = "SELECT count(*) FROM {} WHERE {} IN ('{}accept', '{}decline')"
    assert ask(decided.format("archive_auditentry", "action", "curation.", "curation.")) == [(1,)]
    assert ask(decided.format("curation_curationmove", "action", "", "")) == [(1,)]
