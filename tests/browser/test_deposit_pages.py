"""The deposit page where things go wrong: a reload amid an upload or after typing, a browser without scripts."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Portal, accessibility_problems, look

pytestmark = pytest.mark.browser
DEPOSITOR = "depositor@example.org"
MEGABYTE = 1_000_000


def start(page: Page) -> str:
    """A new deposition; returns its accession."""
    page.goto("/deposit/")
    page.get_by_role("button", name="Start, and get an accession").click()
    page.wait_for_url("**/depositions/MG-*/")
    return page.url.rstrip("/").rsplit("/", 1)[-1]


def slow_down(page: Page, bytes_a_second: int) -> None:
    """-1 is as fast as it goes."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    limits = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_a_second}
    session.send("Network.emulateNetworkConditions", limits)


def test_an_upload_goes_on_after_a_reload(portal: Portal, person: Callable[..., Page], tmp_path: Path):
    portal.wait_for_demo()
    page = person(DEPOSITOR)
    page.on("dialog", lambda dialog: dialog.accept())
    file = tmp_path / "movie.bin"
    file.write_bytes(os.urandom(40 * MEGABYTE))
    accession = start(page)
    slow_down(page, 8 * MEGABYTE)
    page.locator("#choose-files").set_input_files(file)
    expect(page.locator("#uploads-here")).to_contain_text("MB of 40.0")
    page.wait_for_timeout(2500)  # so that some bytes are durable
    page.reload()
    expect(page.locator("#file-list")).to_contain_text("choose the same file again")
    slow_down(page, -1)
    offsets: list[int] = []
    page.on(
        "request",
        lambda sent: offsets.append(int(sent.headers.get("upload-offset", 0))) if sent.method == "PATCH" else 0,
    )
    page.locator("#choose-files").set_input_files(file)
    expect(page.locator("#file-list")).to_contain_text("Kept; not an image", timeout=60_000)
    assert offsets[0] > 0
    stored = page.context.request.get(f"/api/v1/depositions/{accession}/files").json()["results"][0]
    assert stored["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_what_is_typed_is_saved_by_itself(portal: Portal, person: Callable[..., Page]):
    portal.wait_for_demo()
    page = person(DEPOSITOR)
    start(page)
    state = page.locator("#save-state")
    page.get_by_label("Title").first.fill("Nuclear envelope rupture")
    expect(state).to_contain_text("Saved")
    look(page, narrow=True)
    assert accessibility_problems(page) == []
    page.reload()
    expect(page.get_by_label("Title").first).to_have_value("Nuclear envelope rupture")


def test_a_deposit_without_scripts(portal: Portal, person: Callable[..., Page], tmp_path: Path):
    portal.wait_for_demo()
    page = person(DEPOSITOR, java_script_enabled=False)
    start(page)
    file = tmp_path / "notes.txt"
    file.write_text("Where the plates are.")
    page.get_by_label("Add files").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#file-list")).to_contain_text("notes.txt")
    page.get_by_label("Title").first.fill("Mitosis in fission yeast")
    page.get_by_role("button", name="Add another to Authors").click()
    expect(page.get_by_label("Title").first).to_have_value("Mitosis in fission yeast")
    page.get_by_role("button", name="Submit").first.click()
    expect(page.get_by_role("alert")).to_contain_text("Fill in")
    expect(page.get_by_label("Title").first).to_have_value("Mitosis in fission yeast")
