"""The supervisor: what dies is started again, what ends once stays ended, and nothing is left when it stops."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
PARENT = """
import sys
from portal.supervision import Service, Supervisor
supervisor = Supervisor(lambda sentence: print(sentence, flush=True))
supervisor.add(Service("The sleeper", ["sleep", "1000"]))
supervisor.add(Service("The family", ["sh", "-c", "sleep 1001 & sleep 1002"]))
supervisor.add(Service("The errand", ["true"], once=True))
supervisor.add(Service("The failure", ["false"], once=True))
print("up", flush=True)
supervisor.run()
"""


@pytest.fixture
def parent():
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PARENT)],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings.testing"},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            assert process.stdout.readline() == "up\n"
            yield process
        finally:
            process.kill()


def sleepers(process: subprocess.Popen) -> dict[str, psutil.Process]:
    found = {}
    for child in psutil.Process(process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            words = child.cmdline()
            if words and words[0] == "sleep":
                found[words[1]] = child
    return found


def wait_for(process: subprocess.Popen, *seconds: str) -> dict[str, psutil.Process]:
    deadline = time.monotonic() + 20
    while not (found := sleepers(process)).keys() >= set(seconds):
        assert time.monotonic() < deadline, f"only {found} run"
        time.sleep(0.05)
    return found


def test_what_dies_is_started_again_with_its_family(parent):
    before = wait_for(parent, "1000", "1001", "1002")
    before["1000"].kill()
    os.kill(before["1002"].ppid(), signal.SIGKILL)
    said = {parent.stdout.readline().split("(")[0] for _ in range(3)}
    assert said == {
        "The failure ended with code 1. Its messages above say why.\n",
        "The sleeper ended ",
        "The family ended ",
    }
    psutil.wait_procs([before["1001"], before["1002"]], timeout=10)
    after = wait_for(parent, "1000", "1001", "1002")
    assert not {one.pid for one in before.values()} & {one.pid for one in after.values()}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_it_stops_cleanly_with_all_that_it_started(parent, number):
    family = wait_for(parent, "1000", "1001", "1002")
    parent.send_signal(number)
    assert parent.wait(20) == 0
    _, alive = psutil.wait_procs(family.values(), timeout=10)
    assert alive == []


def test_its_own_death_ends_its_children(parent):
    family = wait_for(parent, "1000")
    parent.kill()
    _, alive = psutil.wait_procs([family["1000"]], timeout=10)
    assert alive == []
