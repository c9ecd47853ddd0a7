"""Two processes decide the same candidate at the same moment: one wins, the other is told, and nothing is written twice."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from archive.models import AuditEntry
from curation.models import Candidate, Decision, Label

ROOT = Path(__file__).resolve().parents[2]
# Waits for a line on stdin, so that both start together; prints what came of it.
DECIDE = """
import sys
import django
django.setup()
from django.conf import settings
settings.DATABASES["default"]["NAME"] = {name!r}
from django.db import connections
connections["default"].settings_dict["NAME"] = {name!r}
from archive.errors import WrongState
from archive.models import User
from curation.models import Candidate
from curation.services import deciding
from curation.workflow import Action
candidate = Candidate.objects.select_related("dataset").get(pk={candidate})
editor = User.objects.get(pk={editor})
print("ready", flush=True)
sys.stdin.readline()
try:
    deciding.decide(candidate=candidate, actor=editor, outcome=Action("{outcome}"), rationale="Decided at once.",
                    deviation="Otherwise." if "{outcome}" == "decline" else "")
except WrongState as error:
    print("told:", error)
else:
    print("won")
"""


def _start(candidate: Candidate, editor_id: int, outcome: str) -> subprocess.Popen:
    script = DECIDE.format(
        name=str(connection.settings_dict["NAME"]), candidate=candidate.pk, editor=editor_id, outcome=outcome
    )
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("outcomes", [("accept", "accept"), ("accept", "decline")], ids="-and-".join)
def test_one_editor_wins_and_the_other_is_told(story, outcomes):
    if connection.is_in_memory_db() if connection.vendor == "sqlite" else False:
        pytest.fail("The test database is in memory, where a second process cannot reach it: give it a file.")
    candidate = story.reviewed()
    editors = (story.team.editor.pk, story.team.editor_two.pk)
    deciders = [_start(candidate, pk, outcome) for pk, outcome in zip(editors, outcomes, strict=True)]
    for process in deciders:
        assert process.stdout.readline() == "ready\n"
    for process in deciders:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = sorted(process.communicate(timeout=60)[0].strip() for process in deciders)
    assert said[1] == "won"
    assert said[0].startswith("told: ") and said[0].endswith(("Reload the page to see what is.", "where it is now.",
                                                              "Reload the page to read it."))  # fmt: skip
    candidate.refresh_from_db()
    decision = Decision.objects.get()
    assert decision.outcome == candidate.state
    assert Label.objects.filter(revoked_at__isnull=True).count() == (candidate.state == "accepted")
    assert AuditEntry.objects.filter(action__in=["curation.accept", "curation.decline"]).count() == 1
