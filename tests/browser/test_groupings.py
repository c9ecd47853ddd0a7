"""Files of one plane each become one image: asked on the deposit page, answered with a click, seen in the viewer."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Portal, accessibility_problems, look, wait_until
from tests.browser.test_deposit_pages import DEPOSITOR, start

pytestmark = pytest.mark.browser
MOVIE = Path(__file__).resolve().parents[2] / "demo" / "images" / "timelapse-series" / "mitocheck"


def test_planes_in_files_of_their_own_become_one_image(portal: Portal, person: Callable[..., Page]):
    portal.wait_for_demo()
    page = person(DEPOSITOR)
    accession = start(page)
    page.locator("#choose-files").set_input_files(sorted(MOVIE.glob("*.tif"))[:6])
    card = page.locator("#groups")
    expect(card).to_contain_text("6 files look like one image: 6 time points", timeout=90_000)
    look(page, narrow=True)
    assert accessibility_problems(page) == []
    card.get_by_role("button", name="Yes, these are one image").click()
    expect(card).to_contain_text("6 files are one image: 6 time points")

    def image() -> list[tuple]:
        return portal.rows(
            "SELECT i.accession, i.size_t, i.state FROM archive_image i JOIN archive_dataset d ON d.id = i.dataset_id "
            "WHERE d.accession = ?",
            accession,
        )

    wait_until(lambda: [row[1:] for row in image()] == [(6, "rendered")], "the six files are one image", 60)
    page.goto(f"/images/{image()[0][0]}/")
    expect(page.get_by_role("slider", name="T", exact=True)).to_have_attribute("max", "6")
    page.goto(f"/depositions/{accession}/")
    page.locator("#groups").get_by_role("button", name="Undo").click()
    expect(page.locator("#groups")).to_contain_text("6 files look like one image")
    wait_until(lambda: len(image()) == 6, "each file is an image again", 60)
