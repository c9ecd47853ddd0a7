"""A whole portal in its own processes and folder, and a real Chromium that looks at it. Nothing is mocked here."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from deploy.browser import CHROMIUM
from deploy.engines import programs

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@dataclass
class Portal:
    """A portal that runs: its address, its data folder, and its processes."""

    url: str
    data: Path
    process: subprocess.Popen

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PORTAL_DATA_DIR": str(self.data), "DJANGO_SETTINGS_MODULE": "portal.settings.embedded"}

    def manage(self, *words: str) -> str:
        """Run a management command beside the running portal."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_until_it_answers(url: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "The portal stopped while it started."
        try:
            with urllib.request.urlopen(f"{url}/health/", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"The portal did not answer within {START_SECONDS} seconds.")


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """`manage.py portal --demo`, as `make run` starts it."""
    data, port = tmp_path_factory.mktemp("portal"), free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(data),
        "PORTAL_DATA_DIR": str(data),
        "PORTAL_PORT": str(port),
    }
    log = (data / "portal.log").open("w")
    command = [sys.executable, "manage.py", "portal", "--demo"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_until_it_answers(url, process)
        yield Portal(url, data, process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        log.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=str(programs.require(CHROMIUM)),
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        )
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, portal: Portal) -> Iterator[Page]:
    """A fresh person: no cookies, 1280 px wide. An error of a script on the page fails the test."""
    context = browser.new_context(base_url=portal.url, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert errors == []


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
