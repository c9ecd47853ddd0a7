"""The portal as it stands in production: its own processes, production settings, and the four real engines.

Web server, workers, clock and imaging pool are started with the commands of `deploy/`; the test looks through HTTP.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import requests
from django.conf import settings
from django.db import connection

TOP = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 120
# nginx says this of every request that came by TLS.
BEHIND_TLS = {"X-Forwarded-Proto": "https"}


@dataclass
class Stack:
    """Processes that run, and the address of their web server."""

    url: str
    folder: Path
    environment: dict[str, str]

    def ask(self, method: str, path: str, status: int = 200, **how: Any) -> requests.Response:
        """A request as the proxy passes it on; any other status than the expected one fails with the answer."""
        headers = {**BEHIND_TLS, **how.pop("headers", {})}
        url = f"{self.url}{path}" if path.startswith("/") else path
        answer = requests.request(method, url, headers=headers, timeout=60, allow_redirects=False, **how)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer

    def wait_until(self, is_so: Callable[[], Any], what: str) -> Any:
        """What `is_so` returned when it was so; otherwise the last lines of every process."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := is_so()):
            assert time.monotonic() < deadline, f"It did not come true that {what}.\n{self._last_words()}"
            time.sleep(0.2)
        return found

    def is_up(self) -> bool:
        try:
            answer = requests.get(f"{self.url}/health/", headers=BEHIND_TLS, timeout=5, allow_redirects=False)
        except requests.RequestException:
            return False
        return answer.status_code == 200 and answer.json()["status"] == "ok"

    def _last_words(self) -> str:
        return "\n".join(f"{log.name}: {log.read_text()[-1500:]}" for log in sorted(self.folder.glob("*.log")))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(folder: Path, port: int) -> dict[str, str]:
    """Nothing but what `deploy/env.example` asks for; the engines are this test process's parts of the shared ones."""
    own = connection.settings_dict
    account = f"{quote(own['USER'])}:{quote(own['PASSWORD'])}@{own['HOST']}:{own['PORT']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PORTAL_", "DJANGO_"))}
    return {
        **kept,
        "DJANGO_SETTINGS_MODULE": "portal.settings.production",
        "PORTAL_SECRET_KEY": "a key for tests, long enough that production takes it for one",
        "PORTAL_ALLOWED_HOSTS": "127.0.0.1",
        "PORTAL_SITE_URL": f"https://127.0.0.1:{port}",
        "PORTAL_DATABASE_URL": f"postgresql://{account}/{own['NAME']}",
        "PORTAL_STORAGE_URL": os.environ["PORTAL_STORAGE_URL"],
        "PORTAL_BROKER_URL": settings.PORTAL_BROKER_URL,
        "PORTAL_SEARCH_URL": settings.PORTAL_SEARCH_URL,
        "PORTAL_DATA_DIR": str(folder),
        "PORTAL_IMAGING_SOCKET": str(folder / "imaging.sock"),
        "PORTAL_EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "GUNICORN_BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": "1",
    }


def commands(folder: Path) -> dict[str, list[str]]:
    """As the units of deploy/systemd/ start them; one worker takes all queues but that of the index."""
    worker = ["celery", "-A", "portal", "worker", "--loglevel", "WARNING"]
    return {
        "imaging": ["archive.imaging.pool", "--socket", str(folder / "imaging.sock"), "--workers", "1"],
        "web": ["gunicorn", "--config", "deploy/gunicorn.conf.py", "--no-control-socket", "portal.wsgi"],
        "work": [*worker, "-n", "work@%h", "-Q", "ingest,thumbnails,mail,audit", "--concurrency", "2"],
        "index": [*worker, "-n", "index@%h", "-Q", "index", "--pool", "solo"],
        "clock": ["celery", "-A", "portal", "beat", "--loglevel", "WARNING", "--schedule", str(folder / "schedule")],
    }


@contextmanager
def running_stack() -> Iterator[Stack]:
    """Everything runs on entry; no process and no file of it is left on exit."""
    with tempfile.TemporaryDirectory(prefix="stack-") as name:
        folder, port = Path(name), free_port()
        stack = Stack(f"http://127.0.0.1:{port}", folder, environment(folder, port))
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
        subprocess.run(collect, cwd=TOP, env=stack.environment, check=True, timeout=PATIENCE_SECONDS)
        processes: list[subprocess.Popen[bytes]] = []
        try:
            processes += (_start(service, words, stack) for service, words in commands(folder).items())
            stack.wait_until(stack.is_up, "the portal is healthy")
            yield stack
        finally:
            _end(processes)


def _start(name: str, words: list[str], stack: Stack) -> subprocess.Popen[bytes]:
    with (stack.folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen([sys.executable, "-m", *words], cwd=TOP, env=stack.environment, stdout=log, stderr=log)


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask all at once, then end by force what they and their children left."""
    family = [psutil.Process(process.pid) for process in processes if process.poll() is None]
    family += [child for parent in family for child in parent.children(recursive=True)]
    for process in processes:
        process.terminate()
    _, alive = psutil.wait_procs(family, timeout=20)
    for survivor in alive:
        survivor.kill()
    for process in processes:
        process.wait(20)
