"""A whole portal in real processes on a folder of its own, for tests that kill parts of it and look at what is left."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import psutil
import requests

TOP = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
# Puts one person with a token and one dataset with a draft into the database that its environment names.
_SEED = """
import django; django.setup()
from datetime import timedelta
from hashlib import sha256
from django.core.management import call_command
from django.utils import timezone
from archive.models import ApiToken, Dataset, Deposition, Membership, User
call_command("migrate", verbosity=0)
user = User.objects.create_user("kill@example.org", "a long pass phrase", name="Kill Test")
dataset = Dataset.objects.create(accession="MG-D1001", title="Twenty images", created_by=user)
Membership.objects.create(dataset=dataset, user=user, role="owner")
Deposition.objects.create(dataset=dataset, template="rembi", template_version="1.5", created_by=user)
ApiToken.objects.create(user=user, name="test", digest=sha256(b"mg_kill").hexdigest(), scopes=["deposit", "read"],
                        expires_at=timezone.now() + timedelta(days=1))
"""
ACCESSION, TOKEN = "MG-D1001", "mg_kill"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class PortalTree:
    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def pids(self, word: str) -> list[int]:
        """The supervisor's own children whose command holds the word; not what they forked."""
        children = psutil.Process(self.process.pid).children()
        return [child.pid for child in children if word in " ".join(_command(child))]

    def kill(self, word: str) -> None:
        """kill -9 of a part, and of all that it forked: as a machine without memory would."""
        for pid in self.pids(word):
            os.kill(pid, signal.SIGKILL)

    def rows(self, query: str) -> list[tuple]:
        with closing(sqlite3.connect(f"file:{self.folder}/portal.sqlite3?mode=ro", uri=True, timeout=20)) as database:
            return database.execute(query).fetchall()

    def wait_for_web(self) -> None:
        wait_until(self._answers, "the web server answers")

    def _answers(self) -> bool:
        try:
            requests.options(f"{self.url}/api/v1/uploads/", timeout=2)
        except requests.RequestException:
            return False
        return True


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"after {seconds} s it is still not so that {what}"
        time.sleep(0.05)


def environment(folder: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DJANGO_"))}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "portal.settings.embedded",
        "PORTAL_DATA_DIR": str(folder),
        "PORTAL_PORT": str(port),
        "PORTAL_LONGEST_RESTART_SECONDS": "0.5",
        "PORTAL_STALE_SECONDS": "2",
        "PORTAL_SWEEP_SECONDS": "1",
    }


@contextmanager
def running_portal(folder: Path, further: Mapping[str, str] = MappingProxyType({})) -> Iterator[PortalTree]:
    port = free_port()
    env = {**environment(folder, port), **further}
    subprocess.run([sys.executable, "-c", _SEED], env=env, cwd=TOP, check=True, timeout=PATIENCE)
    folder.mkdir(exist_ok=True)
    with (folder / "log").open("wb") as log:
        command = [sys.executable, "manage.py", "portal", "--processes", "2", "--empty"]
        process = subprocess.Popen(command, env=env, cwd=TOP, stdout=log, stderr=log)
    tree = PortalTree(folder, port, process)
    try:
        tree.wait_for_web()
        yield tree
    finally:
        process.terminate()
        process.wait(30)
