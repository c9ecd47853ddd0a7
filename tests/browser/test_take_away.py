"""Taking things away in a real browser: what was ticked, what is shown, OME-Zarr, links; and plates by keyboard."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import tifffile
from playwright.sync_api import Download, Locator, Page, expect

from tests.browser.conftest import Portal, look, wait_until

pytestmark = pytest.mark.browser
WITH_TABLE, WITH_FIELDS = "MG-D1017", "MG-D1002"


@pytest.fixture(autouse=True)
def _demo(portal: Portal) -> None:
    portal.wait_for_demo()


@pytest.fixture
def depositor(person) -> Iterator[Page]:
    return person("depositor@example.org")


def taken(page: Page, link: Locator) -> Path:
    with page.expect_download() as begun:
        link.click()
    found: Download = begun.value
    assert found.failure() is None
    return Path(found.path())


def plate_of(portal: Portal, accession: str) -> str:
    query = "SELECT p.id FROM archive_plate p JOIN archive_dataset d ON d.id = p.dataset_id WHERE d.accession = ?"
    return f"/datasets/{accession}/plates/{portal.rows(query, accession)[0][0]}/"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit(page: Page, portal: Portal, scheme: str):
    page.emulate_media(color_scheme=scheme)
    for path in (
        f"/datasets/{WITH_TABLE}/take-away/?folder=plate",
        f"/images/{WITH_TABLE}-I1/take-away/?z=0&region=0,0,50,40",
        plate_of(portal, WITH_TABLE),
        f"{plate_of(portal, WITH_TABLE)}?table=1",
        f"{plate_of(portal, WITH_FIELDS)}?field=all",
    ):
        page.goto(path)
        for summary in page.locator("details.lines > summary").all():
            if not summary.evaluate("element => element.parentElement.open"):
                summary.click()
        look(page, narrow=True)


def test_what_is_ticked_is_counted_and_comes_as_a_zip(page: Page, portal: Portal):
    page.goto(f"/datasets/{WITH_TABLE}/")
    bar = page.get_by_role("form", name="Download some of it")
    expect(bar).to_be_hidden()
    page.get_by_role("checkbox", name="Choose plate/intensity_per_well.csv").check()
    expect(bar).to_contain_text(re.compile(r"1 file, 894\sbytes"))
    page.get_by_role("checkbox", name="Choose plate/fly_kc167_4x6.ome.zarr").check()
    expect(bar).to_contain_text(re.compile(r"2 files, 1\.1\sMB"))
    look(page, narrow=True)
    bar.get_by_role("button", name="Download selected").click()
    found = taken(page, page.locator("#picked").get_by_role("link", name=re.compile("Download ZIP")))
    with zipfile.ZipFile(found) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
    assert f"{WITH_TABLE}.1/data/plate/intensity_per_well.csv" in names
    assert f"{WITH_TABLE}.1/data/plate/fly_kc167_4x6.ome.zarr/.zattrs" in names


def test_the_region_in_the_viewer_comes_as_ome_tiff_and_the_view_as_a_picture(page: Page, portal: Portal):
    accession, width = portal.rows(
        "SELECT accession, size_x FROM archive_image WHERE rgb = 0 AND size_t = 1 AND size_x < 3000 AND role = '' "
        "AND dataset_id IN (SELECT id FROM archive_dataset WHERE latest_version = 1) ORDER BY size_x DESC, id"
    )[0]
    page.goto(f"/images/{accession}/?x=300&y=200&zoom=6")
    expect(page.locator("[data-viewer] .stage canvas").first).to_be_visible()
    page.locator("summary", has_text="Download").click()
    link = page.get_by_role("link", name=re.compile("^Shown region as OME-TIFF"))
    region = [int(number) for number in re.search(r"region=([\d%2C]+)", link.get_attribute("href"))[1].split("%2C")]
    assert region[0] <= 300 <= region[0] + region[2] < width
    with tifffile.TiffFile(taken(page, link)) as file:
        assert file.series[0].shape[-2:] == (region[3], region[2])
    assert taken(page, page.get_by_role("link", name="PNG", exact=True)).read_bytes()[:4] == b"\x89PNG"
    page.get_by_role("link", name=re.compile("^All ways")).click()
    expect(page.get_by_label(re.compile("^Region"))).to_have_value(",".join(map(str, region)))


def test_ome_zarr_is_made_at_a_button_and_opens_by_its_address(depositor: Page):
    depositor.goto(f"/images/{WITH_FIELDS}-I2/take-away/")
    depositor.get_by_role("button", name="Make it").click()
    expect(depositor.locator("#zarr-state")).to_contain_text("Made", timeout=60_000)
    address = depositor.locator("#zarr-url").text_content()
    assert requests.get(f"{address}/zarr.json", timeout=10).json()["zarr_format"] == 3
    expect(depositor.get_by_role("button", name="Copy the line for napari")).to_be_visible()
    look(depositor, narrow=True)


def test_a_member_makes_a_link_to_private_bytes_that_needs_no_sign_in(depositor: Page, portal: Portal):
    accession = portal.rows(
        "SELECT i.accession FROM archive_image i JOIN archive_dataset d ON d.id = i.dataset_id "
        "JOIN archive_membership m ON m.dataset_id = d.id JOIN archive_user u ON u.id = m.user_id "
        "WHERE d.latest_version IS NULL AND u.email = 'depositor@example.org' AND i.state = 'rendered' ORDER BY i.id"
    )[0][0]
    depositor.goto(f"/images/{accession}/take-away/")
    look(depositor, narrow=True)
    depositor.get_by_role("button", name=re.compile("^Make a link that works for 24 hours")).first.click()
    link = depositor.locator("#signed-url").text_content()
    look(depositor)
    assert len(requests.get(link, timeout=10).content) > 1000
    assert requests.get(link.replace("signature=", "signature=x"), timeout=10).status_code == 410


@pytest.mark.parametrize("width", [360, 1280])
def test_the_list_behind_download_lies_inside_the_window(person, portal: Portal, width: int):
    page = person(viewport={"width": width, "height": 740})
    page.goto(f"/images/{WITH_TABLE}-I1/")
    page.locator("summary", has_text="Download").click()
    box = page.locator("[data-take-away] > ul").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width


def test_what_was_copied_is_said_at_the_button_and_not_for_ever(person):
    page = person(permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"/datasets/{WITH_TABLE}/take-away/")
    page.locator("details.lines > summary").first.click()
    button = page.get_by_role("button", name="Copy the line for curl").first
    button.click()
    expect(button).to_have_attribute("data-copied", "")
    expect(page.locator("#status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl -fL -C - -o MG-D")
    expect(page.locator("#status")).to_be_empty(timeout=15_000)
    expect(button).not_to_have_attribute("data-copied", "")


def test_the_values_of_a_heat_map_can_be_read_without_pointing(person, portal: Portal):
    page = person(viewport={"width": 360, "height": 740}, has_touch=True)
    page.goto(plate_of(portal, WITH_TABLE))
    values = page.locator("#heat .value")
    expect(values).to_have_count(24)
    for value in (values.first, values.last):
        expect(value).to_be_visible()
        expect(value).to_have_text(re.compile(r"^[\d.]+$"))


def test_wells_are_reached_by_arrow_keys_and_say_what_they_are(page: Page, portal: Portal):
    page.goto(plate_of(portal, WITH_TABLE))
    pictures = page.locator("[data-wells]").first
    pictures.get_by_role("link").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(pictures.get_by_role("link", name=re.compile(r"^B2\b"))).to_be_focused()
    expect(page.locator("[data-well-now]").first).to_have_text(re.compile(r"^B2, [\d.]+$"))
    page.keyboard.press("End")
    expect(pictures.get_by_role("link", name=re.compile(r"^B6\b"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/images/{WITH_TABLE}-I\d+/$"))


def test_the_column_that_colours_the_wells_stands_in_the_address(page: Page, portal: Portal):
    page.goto(plate_of(portal, WITH_TABLE))
    page.get_by_label("Colour by").select_option(label="99th percentile, file suffix R, from intensity_per_well.csv")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("by="))
    expect(page.get_by_role("heading", name=re.compile("^99th percentile, file suffix R"))).to_be_visible()
    page.get_by_role("link", name="The same as a table").click()
    rows = page.get_by_role("region", name=re.compile("well by well")).get_by_role("row")
    expect(rows).to_have_count(25)


def test_everything_works_without_scripts(person, portal: Portal):
    page = person(java_script_enabled=False)
    page.goto(f"/datasets/{WITH_TABLE}/")
    page.get_by_role("checkbox", name="Choose plate/intensity_per_well.csv").check()
    page.get_by_role("button", name="Download selected").click()
    expect(page.locator("#picked")).to_contain_text("1 file")
    page.goto(f"/images/{WITH_FIELDS}-I1/take-away/")
    found = taken(page, page.get_by_role("link", name=re.compile("^Whole image")))
    wait_until(lambda: found.stat().st_size > 0, "the file is there")
    assert tifffile.imread(found).shape == (3, 128, 128)
