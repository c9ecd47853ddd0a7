"""One deposition of very many small files, through its whole life: python -m benchmarks.deposition [--files 500000].

Files of distinct bytes, some of them images, are made in a folder, imported by a curator, listed and filtered, told of
in a table, submitted, drawn and released, over the API of a portal in its own processes. Memory is the largest of any
process of its kind; that it stays flat is the budget (DESIGN: a dataset of 500 thousand files).
"""

import argparse
import csv
import io
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import psutil
import requests
from PIL import Image

from tests.archive.documents import complete_document
from tests.archive.portal_tree import TOKEN, TOP, PortalTree, environment, running_portal, wait_until

ROOT = "made"
IN_A_FOLDER = 1_000
ASKED = 20
LIST_BUDGET_MS = 150.0
WEB_BUDGET_MB, WORKER_BUDGET_MB = 300.0, 500.0
# Somebody who may import, which the portal for kill tests does not have.
_CURATOR = "import django; django.setup(); from archive.models import User; User.objects.update(is_superuser=True)"


def make_files(top: Path, files: int, images: int) -> None:
    """Every n-th file is an image of noise; the others hold their own number."""
    every = max(1, files // images) if images else files + 1
    for number in range(files):
        folder = top / "screen" / f"plate-{number // IN_A_FOLDER:04}"
        folder.mkdir(parents=True, exist_ok=True)
        if number % every == 0 and number // every < images:
            Image.frombytes("L", (64, 64), os.urandom(4096)).save(folder / f"well-{number:06}.png")
        else:
            (folder / f"note-{number:06}.txt").write_text(f"{number}\n")


@dataclass
class Memory:
    """The largest resident size of a process, MB, of those whose command holds a word; looked at each second."""

    portal: PortalTree
    largest: dict[str, float] = field(default_factory=lambda: {"gunicorn": 0.0, "work@": 0.0})
    ended: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        while not self.ended.wait(1):
            for word in self.largest:
                self.largest[word] = max([self.largest[word], *self._sizes(word)])

    def _sizes(self, word: str) -> Iterator[float]:
        for pid in self.portal.pids(word):
            try:
                process = psutil.Process(pid)
                yield from (one.memory_info().rss / 1e6 for one in (process, *process.children(recursive=True)))
            except psutil.NoSuchProcess:
                continue


@contextmanager
def watched(portal: PortalTree) -> Iterator[Memory]:
    memory = Memory(portal)
    thread = threading.Thread(target=memory.watch, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        memory.ended.set()
        thread.join()


class Person:
    """A script with a token."""

    def __init__(self, portal: PortalTree) -> None:
        self.portal = portal
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {TOKEN}"
        self.accession = self.ask("post", "depositions/", json={"template": "light-microscopy"})["accession"]

    def ask(self, method: str, path: str, **given: object) -> dict:
        answer = self.session.request(method, f"{self.portal.url}/api/v1/{path}", timeout=600, **given)
        if answer.status_code >= 400:
            raise SystemExit(f"{method} {path} ended with {answer.status_code}: {answer.text[:2000]}")
        return answer.json() if answer.content else {}

    def of(self, path: str) -> str:
        return f"depositions/{self.accession}/{path}"


def timed(words: str, act: Callable[[], object], count: int = 0) -> float:
    start = time.perf_counter()
    act()
    seconds = time.perf_counter() - start
    rate = f"{count / seconds:10,.0f} /s" if count else ""
    print(f"{words:38} {seconds:9.1f} s {rate}", flush=True)
    return seconds


def import_files(person: Person) -> None:
    person.ask("post", person.of("imports"), json={"root": ROOT, "folder": "screen"})
    wait_for(person, "imports", lambda rows: rows[0]["state"] != "wanted", "the import is done")


def wait_for(person: Person, path: str, is_so: Callable, what: str, seconds: float = 6 * 3600) -> None:
    def looked() -> bool:
        time.sleep(0.5)
        return is_so(person.ask("get", person.of(path)))

    wait_until(looked, what, seconds)


def settled(portal: PortalTree, files: int, images: int) -> bool:
    time.sleep(0.5)
    [[done]] = portal.rows("SELECT count(*) FROM archive_file WHERE state IN ('read', 'kept')")
    [[drawn]] = portal.rows("SELECT count(*) FROM archive_image WHERE state = 'rendered'")
    return done >= files and drawn >= images


def list_times(person: Person) -> float:
    """p95 of the first page, of a later one, of one filter; ms."""
    found = []
    following = person.ask("get", person.of("files"))["next"]
    for path in (person.of("files"), following.split("/api/v1/")[1] if following else person.of("files")):
        for _ in range(ASKED):
            start = time.perf_counter()
            person.ask("get", path)
            found.append(1000 * (time.perf_counter() - start))
    return quantiles(found, n=20)[-1]


def describe_files(person: Person) -> None:
    """A table with a column of its own for every file: downloaded, filled in, checked and applied."""
    url = f"{person.portal.url}/api/v1/{person.of('file-table')}"
    text = person.session.get(url, timeout=600).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    filled = io.StringIO()
    writer = csv.DictWriter(filled, [*rows[0], "Batch"])
    writer.writeheader()
    writer.writerows({**row, "Batch": f"b{number % 96}"} for number, row in enumerate(rows))
    given = {"table": ("files.csv", filled.getvalue().encode(), "text/csv")}
    table = person.ask("post", person.of("file-tables"), files=given)["id"]
    path = f"file-tables/{table}"
    wait_for(person, path, lambda row: row["state"] != "checking", "the table is checked")
    person.ask("post", person.of(f"{path}/apply"), json={})
    wait_for(person, path, lambda row: row["state"] == "applied", "the table is applied")


def submit(person: Person) -> None:
    revision = person.ask("get", person.of(""))["revision"]
    person.ask("patch", person.of(""), json={"revision": revision, "metadata": complete_document()})
    person.ask("post", person.of("submit"))
    wait_for(person, "", lambda row: row["state"] in ("ready", "needs-changes"), "the deposition is answered")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500_000)
    parser.add_argument("--images", type=int, default=5_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        top = Path(name)
        timed("files made", lambda: make_files(top / ROOT, options.files, options.images), options.files)
        with running_portal(top / "portal", {"PORTAL_IMPORT_ROOTS": f"{ROOT}=file://{top / ROOT}"}) as portal:
            env = environment(portal.folder, portal.port)
            subprocess.run([sys.executable, "-c", _CURATOR], env=env, cwd=TOP, check=True)
            with watched(portal) as memory:
                shown = live(Person(portal), portal, options.files, options.images)
    web, worker = memory.largest["gunicorn"], memory.largest["work@"]
    print(f"{'list of files, p95':38} {shown:9.0f} ms  budget {LIST_BUDGET_MS:.0f}")
    print(f"{'largest process of the web server':38} {web:9.0f} MB  budget {WEB_BUDGET_MB:.0f}")
    print(f"{'largest process of the worker':38} {worker:9.0f} MB  budget {WORKER_BUDGET_MB:.0f}")
    return 0 if shown <= LIST_BUDGET_MS and web <= WEB_BUDGET_MB and worker <= WORKER_BUDGET_MB else 1


def live(person: Person, portal: PortalTree, files: int, images: int) -> float:
    """The whole life; returns what its list of files takes, ms."""
    timed("imported", lambda: import_files(person), files)
    timed(
        "then verified, read and drawn",
        lambda: wait_until(lambda: settled(portal, files, images), "all is settled", 6 * 3600),
    )
    shown = list_times(person)
    timed("a table of all files, applied", lambda: describe_files(person), files)
    timed("submitted and answered", lambda: submit(person))
    given = {"no_publication": "A benchmark has none."}
    timed("released", lambda: person.ask("post", person.of("release"), json=given))
    return shown


if __name__ == "__main__":
    sys.exit(main())
