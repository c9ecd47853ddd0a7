"""`manage.py portal`: the whole portal in one process tree: pool, workers, schedule, web server on PORTAL_PORT."""

import fcntl
import os
import socket
import sys
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError

from archive.models import Dataset
from archive.selectors.terms import vocabularies_to_load
from archive.terms import LARGE
from portal.supervision import Service, Supervisor, python

HOST = "127.0.0.1"
# The index has one writer; everything else shares the cores.
QUEUES = "ingest,thumbnails,mail,audit,celery"


class Command(BaseCommand):
    help = "Run the whole portal on this machine: one command, one process tree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action="store_true", help="load the demonstration data into an empty portal")
        parser.add_argument("--empty", action="store_true", help="fill in nothing, not even the vocabularies")
        parser.add_argument("--processes", type=int, default=max(2, os.cpu_count() or 2), help="for each kind of work")

    def handle(self, *args: Any, **options: Any) -> None:
        lock = _only_one()
        _require_free_port()
        _make_folders()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        supervisor = Supervisor(self._say, settings.PORTAL_LONGEST_RESTART_SECONDS)
        for service in _services(options["processes"]):
            supervisor.add(service)
        commands = [] if options["empty"] else _first_time(options["demo"])
        if commands:
            names = " and ".join(dict.fromkeys(line.split()[0] for line in commands))
            self._say(f"The portal lacks data; {names} fill it while its pages answer already.")
            supervisor.add(_filling(commands))
        supervisor.run(_Announcer(self._say).look)
        lock.close()

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def _only_one() -> IO[str]:
    """Two portals in one folder would be two writers of one index."""
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    lock = (settings.DATA_DIR / "portal.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CommandError(
            f"A portal is running on {settings.DATA_DIR} already. Stop it, or name another folder: PORTAL_DATA_DIR."
        ) from error
    return lock


def _require_free_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, settings.PORT))
        except OSError as error:
            raise CommandError(
                f"Port {settings.PORT} is taken by another program. Name another one: PORTAL_PORT=8001 make run."
            ) from error


def _make_folders() -> None:
    """The folders of the embedded broker, and where files are prepared for reading."""
    broker = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    folders = [Path(value) for name, value in broker.items() if name.endswith("_folder") or "_folder_" in name]
    for folder in (*folders, settings.PORTAL_SCRATCH_DIR):
        folder.mkdir(parents=True, exist_ok=True)


def _services(processes: int) -> list[Service]:
    quiet = ("--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat")
    worker = ("-q", "-A", "portal", "worker", *quiet)
    pool = ("--socket", str(settings.PORTAL_IMAGING_SOCKET), "--workers", str(processes))
    schedule = str(settings.DATA_DIR / "schedule")
    beat = ("-q", "-A", "portal", "beat", "--loglevel", "WARNING", "--pidfile=", "-s", schedule)
    web = (
        "portal.wsgi", "--bind", f"{HOST}:{settings.PORT}", "--worker-class", "portal.web.PatientWorker",
        "--workers", "2", "--threads", "32", "--timeout", "60", "--log-level", "warning", "--no-control-socket",
        "--limit-request-line", "8190", "--limit-request-field_size", "16380",
    )  # fmt: skip
    # Tasks are JSON, so that nobody gains anything from a worker that a container runs as root.
    calm = {"environment": {"PYTHONWARNINGS": "ignore:You're running the worker with superuser"}}
    return [
        Service("The web server", python("gunicorn", *web)),
        Service("The imaging pool", python("archive.imaging.pool", *pool)),
        Service("The worker", python("celery", *worker, "-n", "work@%h", "-Q", QUEUES, "-c", str(processes)), **calm),
        Service("The index writer", python("celery", *worker, "-n", "index@%h", "-Q", "index", "-P", "solo"), **calm),
        Service("The schedule", python("celery", *beat)),
    ]


def _first_time(demo: bool) -> list[str]:
    """What fills an empty portal, and loads newer vocabularies: command lines, of commands that this installation has.

    What every deposit needs comes first, so that nobody waits for the large vocabularies; the records that mention
    their terms are indexed anew once these are known.
    """
    due = [info.name for info in vocabularies_to_load()]
    soon, later = ([name for name in due if (name in LARGE) == is_large] for is_large in (False, True))
    has_records = Dataset.objects.exists()
    wants_demo = demo and not has_records
    wanted = [
        (f"load_terms {' '.join(soon)}", bool(soon)),
        ("load_demo", wants_demo),
        (f"load_terms {' '.join(later)}", bool(later)),
        ("rebuild_index", (bool(due) and has_records) or (bool(later) and wants_demo)),
    ]
    known = get_commands()
    return [line for line, is_due in wanted if is_due and line.split()[0] in known]


def _filling(commands: list[str]) -> Service:
    """The commands one after another in one process beside the services, which they need."""
    code = "import sys, django; django.setup(); from django.core.management import call_command\n"
    code += "for line in sys.argv[1:]: call_command(*line.split())"
    return Service("Filling the portal", [sys.executable, "-c", code, *commands], once=True)


class _Announcer:
    """Says once that the portal answers, and where."""

    def __init__(self, say) -> None:
        self._say = say
        self._is_done = False

    def look(self) -> None:
        if self._is_done:
            return
        try:
            with urllib.request.urlopen(f"http://{HOST}:{settings.PORT}/health/", timeout=0.5):
                pass
        except urllib.error.HTTPError:
            pass  # it answers, whatever it thinks of its health
        except OSError:
            return
        self._is_done = True
        self._say(f"{settings.PORTAL_NAME} is at http://{HOST}:{settings.PORT}/ (Ctrl-C stops it).")
