"""The deposit page where things go wrong: a reload amid an upload or after typing, a browser without scripts."""

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.archive.publication_services import DOI
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


def test_a_paper_fills_the_form_by_keyboard(portal: Portal, person: Callable[..., Page]):
    portal.wait_for_demo()
    page = person(DEPOSITOR, viewport={"width": 360, "height": 740})
    start(page)
    page.get_by_label("Title").first.fill("A title of my own")
    page.get_by_label("Fill from DOI or PMID").fill(f"https://doi.org/{DOI}")
    page.keyboard.press("Enter")
    expect(page.locator("#found-h")).to_be_focused()
    expect(page.get_by_role("checkbox", name="Authors")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Title")).not_to_be_checked()
    look(page, narrow=True)
    assert accessibility_problems(page) == []
    page.get_by_role("button", name="Take what is ticked").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Taken from DOI {DOI}: publication, authors, description, grants.")).to_be_visible()
    expect(page.get_by_label("Title").first).to_have_value("A title of my own")
    expect(page.get_by_label("ORCID iD").nth(1)).to_have_value("0000-0002-2198-1958")


def test_when_nobody_knows_the_paper_one_goes_on_by_hand(portal: Portal, person: Callable[..., Page]):
    portal.wait_for_demo()
    portal.publications.moods = dict.fromkeys(("europe_pmc", "crossref", "datacite"), "fault")
    try:
        page = person(DEPOSITOR)
        start(page)
        page.get_by_label("Fill from DOI or PMID").fill("10.1234/never-asked-before")
        page.get_by_role("button", name="Look up").click()
        expect(page.locator("#lookup-problem")).to_contain_text("did not answer")
        page.get_by_label("Title").first.fill("Typed by hand")
        expect(page.locator("#save-state")).to_contain_text("Saved")
    finally:
        portal.publications.moods = {}


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


def test_a_file_of_a_name_that_is_taken_replaces_it_when_told_to(
    portal: Portal, person: Callable[..., Page], tmp_path: Path
):
    portal.wait_for_demo()
    page = person(DEPOSITOR)
    accession = start(page)
    file = tmp_path / "notes.txt"
    for text in ("The first words.", "Other words, and more."):
        file.write_text(text)
        page.locator("#choose-files").set_input_files(file)
        if text.startswith("Other"):
            page.get_by_role("button", name="Replace", exact=True).click()
            expect(page.locator("#file-list")).to_contain_text("22 bytes", timeout=30_000)
        expect(page.locator("#file-list")).to_contain_text("Kept; not an image", timeout=30_000)
    stored = page.context.request.get(f"/api/v1/depositions/{accession}/files").json()["results"]
    assert [(found["path"], found["size"]) for found in stored] == [("notes.txt", 22)]


def test_fields_meters_and_list_follow_what_is_mended(portal: Portal, person: Callable[..., Page]):
    portal.wait_for_demo()
    page = person(DEPOSITOR)
    start(page)
    page.get_by_label("Organism").first.fill("Drosophila melanogaster (NCBITaxon:72zorgblat27)")
    page.get_by_label("Title").first.fill("T")
    page.get_by_role("button", name="Submit").first.click()
    problems = page.locator("#problem-list")
    expect(problems).to_contain_text("“Title” has 1 character.")
    expect(problems).to_contain_text("NCBITaxon has no term NCBITaxon:72zorgblat27.")
    look(page, narrow=True)
    page.get_by_label("Title").first.fill("Wings of flies, in time")
    expect(problems).not_to_contain_text("Title")
    page.get_by_label("Organism").first.fill("a small fly")
    expect(problems).not_to_contain_text("NCBITaxon:72zorgblat27")
    expect(page.locator("[data-note='biosample.organism']")).to_contain_text("kept as free text")
    expect(page.locator("#meters")).to_contain_text("4 of 8 required")
    assert accessibility_problems(page) == []


def test_two_windows_of_one_person_keep_their_texts_apart(portal: Portal, person: Callable[..., Page]):
    portal.wait_for_demo()
    page = person(DEPOSITOR)
    start(page)
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Title").first.fill("Typed in the second window")
    expect(other.locator("#save-state")).to_contain_text("Saved")
    page.get_by_label("Title").first.fill("Typed in the first window")
    expect(page.locator("#save-state")).to_contain_text("You saved this deposition in another window")
    other.reload()
    expect(other.get_by_label("Title").first).to_have_value("Typed in the second window")


def test_a_suggestion_tells_terms_of_one_name_apart(portal: Portal, person: Callable[..., Page]):
    portal.wait_for_demo()
    page = person(DEPOSITOR)
    start(page)
    sample = page.locator("#biosample")
    sample.locator("summary").first.click()
    line = sample.get_by_role("combobox", name=re.compile("^Cell line")).first
    line.press_sequentially("henrietta lacks")
    option = sample.get_by_role("option").first
    expect(option).to_contain_text("HeLa", timeout=20_000)
    expect(option).to_contain_text("cellosaurus:CVCL_0030")
    expect(option).to_contain_text("synonym: Henrietta Lacks")
    look(page, narrow=True)
    line.press("ArrowDown")
    line.press("Enter")
    expect(line).to_have_value("HeLa (cellosaurus:CVCL_0030)")
    sample.get_by_role("combobox", name="Cell line, 2").fill("a line of ours")
    expect(sample.get_by_text("kept as free text and flagged for a curator")).to_be_visible(timeout=20_000)


def test_curators_read_the_words_that_are_no_term(portal: Portal, person: Callable[..., Page]):
    portal.wait_for_demo()
    page = person("curator@example.org")
    page.goto("/curation/")
    page.get_by_role("link", name="Words that are no term").click()
    expect(page.get_by_role("heading", name="Words that are no term")).to_be_visible()
    look(page, narrow=True)
    page.get_by_label("Field").select_option("biosample.disease")
    page.get_by_role("button", name="Filter").click()
    assert "field=biosample.disease" in page.url
