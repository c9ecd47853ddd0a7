"""Records of the demonstration in a real browser: accessible, no wider than the window, with the bytes promised."""

import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Portal, accessibility_problems, sideways

pytestmark = pytest.mark.browser

WITH_PLATE, TWO_VERSIONS = "MG-D1002", "MG-D1011"


@pytest.fixture(autouse=True)
def _demo(portal: Portal) -> None:
    portal.wait_for_demo()


def bundle_of(portal: Portal) -> tuple[str, str]:
    """The accession of a dataset with an OME-Zarr folder, and the folder's path."""
    query = "SELECT d.accession, f.path FROM archive_file f JOIN archive_dataset d ON d.id = f.dataset_id"
    return portal.rows(f"{query} WHERE f.kind = 'bundle' AND d.latest_version IS NOT NULL ORDER BY f.id")[0]


def pages(portal: Portal) -> list[str]:
    plate = portal.rows("SELECT p.id FROM archive_plate p JOIN archive_dataset d ON d.id = p.dataset_id "
                        "WHERE d.accession = ?", WITH_PLATE)[0][0]  # fmt: skip
    record = f"/datasets/{WITH_PLATE}/"
    return [
        record,
        f"/datasets/{bundle_of(portal)[0]}/",
        f"/datasets/{TWO_VERSIONS}/",
        f"/datasets/{TWO_VERSIONS}/v1/",
        f"/images/{WITH_PLATE}-I1/",
        f"{record}plates/{plate}/",
        f"{record}images/",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_pages_are_accessible_and_fit(page: Page, portal: Portal, width: int, scheme: str):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    problems = {}
    for path in pages(portal):
        page.goto(path)
        found = accessibility_problems(page)
        if beyond := sideways(page):
            found.append(f"It is {beyond} px too wide.")
        if found:
            problems[path] = found
    assert problems == {}


@pytest.mark.parametrize("width", [1280, 360])
def test_an_image_keeps_its_proportions_without_scripts(person, portal: Portal, width: int):
    page = person(java_script_enabled=False)
    accession = portal.rows(
        "SELECT accession FROM archive_image WHERE thumbnail_width > thumbnail_height * 1.2 AND from_version = 1 "
        "AND dataset_id IN (SELECT id FROM archive_dataset WHERE latest_version IS NOT NULL) ORDER BY id"
    )[0][0]
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"/images/{accession}/")
    picture = page.locator("figure.plate img")
    expect(picture).to_have_js_property("complete", True)
    drawn, natural = picture.evaluate(
        "img => [img.clientWidth / img.clientHeight, img.naturalWidth / img.naturalHeight]"
    )
    assert drawn == pytest.approx(natural, rel=0.02)


def test_an_earlier_version_says_so_and_leads_to_the_latest(page: Page):
    page.goto(f"/datasets/{TWO_VERSIONS}/v1/")
    notice = page.get_by_role("status").filter(has_text="This is an earlier version.")
    notice.get_by_role("link", name="Version 2").click()
    expect(page).to_have_url(re.compile(rf"/datasets/{TWO_VERSIONS}/$"))
    expect(page.get_by_text("This is an earlier version.")).to_have_count(0)


def test_a_downloaded_file_has_the_digest_of_the_record(page: Page):
    page.goto(f"/datasets/{WITH_PLATE}/")
    row = page.get_by_role("region", name="List of files").get_by_role("row").nth(1)
    with page.expect_download() as begun:
        row.get_by_role("link", name=re.compile("^Download ")).click()
    digest = hashlib.sha256(Path(begun.value.path()).read_bytes()).hexdigest()
    assert row.locator("code[title]").get_attribute("title") == digest
