"""A screen: two components, three biosamples, and a spreadsheet that says what is in each well."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from playwright.sync_api import Locator, Page, expect

from tests.browser import depositing
from tests.browser.conftest import Portal, look, sign_in
from tests.browser.depositing import OF_DATASET
from tests.browser.journey_files import MULTICHANNEL, source

pytestmark = pytest.mark.browser
# Well, what was silenced in it, and the sample that it shows.
WELLS = {"B02": ("TP53", "HeLa H2B-GFP"), "B03": ("KIF11", "HeLa H2B-GFP"), "C02": ("", "HeLa wild type")}
SAMPLES = """Name\tOrganism\tCell line\tIntrinsic variables
HeLa H2B-GFP\thuman\tHeLa\tH2B-GFP
HeLa wild type\thuman\tHeLa\t
RPE-1\thuman\tRPE-1\t
"""
SCREENS = """Name\tFolder\tBiosamples
Primary screen\tprimary\tHeLa H2B-GFP; HeLa wild type
Validation\tvalidation\tRPE-1
"""


def a_screen(parent: Path) -> Path:
    """A folder with one of each component, its wells as OME-TIFF."""
    planes = tifffile.imread(source().images / "ome-tiff" / MULTICHANNEL).reshape(-1, 256, 256)[:2]
    said = {"axes": "CYX", "Channel": {"Name": ["DNA", "tubulin"]}, "PhysicalSizeX": 0.3, "PhysicalSizeY": 0.3}
    for shift, place in enumerate(f"{part}/{well}" for part in ("primary", "validation") for well in WELLS):
        path = parent / "screen" / f"{place}.ome.tif"
        path.parent.mkdir(parents=True, exist_ok=True)
        tifffile.imwrite(path, np.roll(planes, 9 * shift, axis=-1), ome=True, metadata=said)
    return parent / "screen"


def paste(page: Page, cell: Locator, text: str) -> None:
    """What is copied from a spreadsheet, into a cell and what lies right of it and below."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    cell.focus()
    cell.press("ControlOrMeta+v")


def fill_table(page: Page, region: str, text: str) -> None:
    section = page.get_by_role("region", name=region, exact=True)
    more = page.locator("#more")
    if more.get_attribute("open") is None:
        more.locator("> summary").click()
    section.get_by_role("link", name=re.compile("^Edit as a table")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{region} as a table")
    paste(page, page.get_by_label("Name, line 1"), text)
    expect(page.locator("#save-state")).to_have_text(re.compile(r"^Saved \d\d:\d\d"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()
    look(page, narrow=True)
    page.get_by_role("button", name="Save and go back").click()


def say_what_is_in_the_wells(page: Page, folder: Path) -> None:
    """The table of files as the page gives it, filled in and brought back."""
    page.get_by_text("Say something of each file").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^CSV")).click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert {row["path"].split("/")[1] for row in rows} == {"primary", "validation"}
    for row in rows:
        gene, sample = WELLS[Path(row["path"]).name.removesuffix(".ome.tif")]
        row["Gene"], row["biosample"] = gene, sample if "/primary/" in row["path"] else "RPE-1"
    filled = folder / "wells.csv"
    with filled.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    page.get_by_label("Your table").set_input_files(filled)
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_role("button", name="Apply 6 rows").click()
    expect(page.get_by_text("6 files changed")).to_be_visible(timeout=30_000)
    look(page, narrow=True)
    page.get_by_role("link", name="Back to the deposition").click()


def said_of_wells(portal: Portal, accession: str) -> dict[str, tuple[str | None, str]]:
    """Gene and biosample by path."""
    values = "a.\"values\" ->> '$.Gene', a.associations ->> '$.biosample'"
    query = f"SELECT f.path, {values} FROM archive_fileattributes a JOIN archive_file f ON f.id = a.file_id"
    rows = portal.rows(f"{query} {OF_DATASET.format('f')}", accession)
    return {path: (gene, sample) for path, gene, sample in rows}


def test_a_screen_of_two_components_three_samples_and_a_spreadsheet(
    portal: Portal, person: Callable[..., Page], tmp_path: Path
):
    portal.wait_for_demo()
    page = person(permissions=["clipboard-read", "clipboard-write"])
    sign_in(page, "depositor@example.org")
    page.goto("/deposit/")
    page.get_by_role("radio", name=re.compile("^High-content screen")).check()
    page.get_by_role("button", name="Start, and get an accession").click()
    page.wait_for_url(re.compile(r"/depositions/MG-D\d+/$"))
    accession = page.url.rstrip("/").rsplit("/", 1)[1]
    page.locator("#choose-folder").set_input_files(a_screen(tmp_path))
    depositing.describe(page, accession)
    page.get_by_role("group", name=re.compile("^Human material")).get_by_role("radio", name=re.compile("^No")).check()
    page.get_by_label(re.compile("^Perturbation")).select_option(label="RNA interference")
    expect(page.locator("#save-state")).to_have_text(re.compile(r"^Saved \d\d:\d\d"))

    fill_table(page, "Biosamples", SAMPLES)
    fill_table(page, "Screens and experiments", SCREENS)
    expect(page.locator("#file-list").get_by_text("Drawn", exact=True)).to_have_count(6, timeout=60_000)
    say_what_is_in_the_wells(page, tmp_path)

    # A sample that is called otherwise keeps its place in the component.
    renamed = page.locator("[name='biosamples.2.name']")
    renamed.fill("hTERT RPE-1")
    renamed.press("Tab")
    expect(page.locator("[name='components.1.biosamples']").first).to_have_value("hTERT RPE-1")
    expect(page.locator("#save-state")).to_have_text(re.compile(r"^Saved \d\d:\d\d"))
    depositing.submit(page)
    expect(page.get_by_role("link", name="Release now…", exact=True)).to_be_visible(timeout=60_000)
    look(page, narrow=True)

    assert depositing.state_of(portal, accession) == "ready"
    assert said_of_wells(portal, accession) == {
        f"screen/{part}/{well}.ome.tif": (gene or None, sample if part == "primary" else "RPE-1")
        for part in ("primary", "validation")
        for well, (gene, sample) in WELLS.items()
    }
