"""A whole portal in its own processes and folder, and a real Chromium that looks at it. Nothing is mocked here."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from archive.terms import LARGE, SHIPPED
from deploy.browser import CHROMIUM
from deploy.engines import programs
from tests.archive.publication_services import Services, running_services

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 300
DEMO_SECONDS = 600
DEMO_LOADED = "The demonstration is loaded"
DEMO_PASSWORD = "micrographia-demo"
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
# What a page cannot be whole without; a page itself may well answer 404 or 422.
# A request that gives way to the next tick of a filter is told as an error, and is none; those that fail say sendError.
BENIGN = ("Failed to load resource", "htmx:afterRequest", "htmx:sendAbort")
PARTS_OF_A_PAGE = {"script", "stylesheet", "image", "font"}


@dataclass
class Portal:
    """A portal that runs: its address, its data folder, and its processes."""

    url: str
    data: Path
    process: subprocess.Popen
    publications: Services

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PORTAL_DATA_DIR": str(self.data), "DJANGO_SETTINGS_MODULE": "portal.settings.embedded"}

    def manage(self, *words: str) -> str:
        """Run a management command beside the running portal."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def rows(self, query: str, *values: object) -> list[tuple]:
        """What the database holds, read beside the running portal."""
        with closing(sqlite3.connect(f"file:{self.data}/portal.sqlite3?mode=ro", uri=True, timeout=20)) as database:
            return database.execute(query, values).fetchall()

    def processes(self, word: str) -> list[psutil.Process]:
        """The supervisor's own children whose command holds the word."""
        return [child for child in psutil.Process(self.process.pid).children() if word in " ".join(words_of(child))]

    def kill(self, word: str) -> None:
        """kill -9, as a machine without memory would."""
        found = self.processes(word)
        assert found, f"No process of the portal has “{word}” in its command."
        for process in found:
            process.kill()

    def wait_for_demo(self) -> None:
        """Wait until the demonstration is loaded and can be found; the large vocabularies may still be on their way."""
        log = self.data / "portal.log"
        wait_until(lambda: DEMO_LOADED in log.read_text(), "the demonstration is loaded", DEMO_SECONDS)


def words_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """For what no page shows; a page is waited for with `expect`."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"After {seconds} s it is still not so that {what}."
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def publications() -> Iterator[Services]:
    """Where this portal looks publications up: nothing here asks the world."""
    with running_services() as services:
        yield services


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory, publications: Services) -> Iterator[Portal]:
    """`manage.py portal --demo`, as `make run` starts it; what a killed worker held is taken up after 5 s, not 20."""
    data, port = tmp_path_factory.mktemp("portal"), free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(data),
        "PORTAL_DATA_DIR": str(data),
        "PORTAL_PORT": str(port),
        "PORTAL_STALE_SECONDS": "5",
        "PORTAL_SWEEP_SECONDS": "2",
        # The large ones come behind all others; no journey waits for them, and they would take a core from all.
        "PORTAL_VOCABULARIES": " ".join(info.name for info in SHIPPED if info.name not in LARGE),
        **{f"PORTAL_{name}_URL": address for name, address in publications.addresses.items()},
    }
    with (data / "portal.log").open("w") as log:
        command = [sys.executable, "manage.py", "portal", "--demo"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    found = Portal(f"http://127.0.0.1:{port}", data, process, publications)
    try:
        wait_until(lambda: process.poll() is not None or answers(found.url), "the portal answers", START_SECONDS)
        assert process.poll() is None, (data / "portal.log").read_text()
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=str(programs.require(CHROMIUM)),
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        )
        yield found
        found.close()


def watch(page: Page, errors: list[str]) -> None:
    """Collect what goes wrong on the page: scripts, the content policy, parts that do not come."""

    def heard(message: ConsoleMessage) -> None:
        # The answer's status is looked at below, where the page itself may be an error page.
        if message.type == "error" and not message.text.startswith(BENIGN):
            errors.append(f"{page.url}: {message.text}")

    def answered(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type in PARTS_OF_A_PAGE:
            errors.append(f"{page.url}: {response.status} {response.url}")

    page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
    page.on("console", heard)
    page.on("response", answered)


@contextmanager
def new_person(browser: Browser, portal: Portal, email: str = "", **options: object) -> Iterator[Page]:
    """A fresh person at a window 1280 px wide, signed in if there is an address of the demonstration."""
    context = browser.new_context(**{"base_url": portal.url, "viewport": {"width": 1280, "height": 900}, **options})
    page, errors = context.new_page(), []
    watch(page, errors)
    if email:
        sign_in(page, email)
    yield page
    context.close()
    assert errors == []


def sign_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


@pytest.fixture
def page(browser: Browser, portal: Portal) -> Iterator[Page]:
    """Somebody who is not signed in."""
    with new_person(browser, portal) as opened:
        yield opened


@pytest.fixture
def person(browser: Browser, portal: Portal) -> Iterator[Callable[..., Page]]:
    """`person("editor@example.org")` is that person's window; without an address, a stranger's."""
    with ExitStack() as opened:
        yield lambda email="", **options: opened.enter_context(new_person(browser, portal, email, **options))


def accessibility_problems(page: Page) -> list[str]:
    """What axe-core finds on the page as it is now."""
    found = Axe().run(page, options=AXE_RULES)
    return [
        f"{rule['id']}: {rule['help']} {[node['target'] for node in rule['nodes']][:3]}"
        for rule in found.response["violations"]
    ]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def look(page: Page, *, narrow: bool = False) -> None:
    """A stop of a journey: WCAG 2.2 AA, nothing sideways, and the same at 360 px if `narrow`."""
    size = page.viewport_size
    for width in (size["width"], 360) if narrow else (size["width"],):
        page.set_viewport_size({"width": width, "height": size["height"]})
        assert accessibility_problems(page) == [], f"{page.url} at {width} px"
        assert sideways(page) == 0, f"{page.url} is too wide at {width} px."
    page.set_viewport_size(size)
