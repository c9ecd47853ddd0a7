"""Images side by side in a real browser: gathered in the tray, linked at one scale, shared by the address."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import viewing
from tests.browser.conftest import Portal, look

pytestmark = pytest.mark.browser

FOUR = ("cells/hela.ome.zarr", "mitotic_plate.ome.zarr", "nuclei_PLK1_control.tif", "rat_hippocampal_neuron.tif")
# For each pane its centre as parts of the frame, and screen pixels per µm.
STATE = """() => document.querySelector('[data-compare]').comparison.panes.map(({ stage, record }) => ({
    x: stage.center.x / record.width, y: stage.center.y / record.height,
    scale: stage.scale / record.pixel_x_um, z: stage.store.view.z / Math.max(1, record.sections - 1),
}))"""


@pytest.fixture(autouse=True)
def _demo(portal: Portal) -> None:
    portal.wait_for_demo()


def opened(page: Page, address: str) -> list[dict[str, float]]:
    page.goto(address)
    page.wait_for_function(
        """() => {
            const { comparison } = document.querySelector('[data-compare]');
            return comparison?.panes.every(({ stage }) => stage.isOpen && stage.scale > 0.1);
        }"""
    )
    page.wait_for_timeout(900)
    return page.evaluate(STATE)


def test_four_images_are_shown_at_one_scale_and_move_together(page: Page, portal: Portal, person: Callable[..., Page]):
    names = [viewing.image_of(portal, path) for path in FOUR]
    before = opened(page, "/compare/?" + "&".join(f"i={name}" for name in names))
    assert max(pane["scale"] for pane in before) == pytest.approx(min(pane["scale"] for pane in before), rel=0.01)
    look(page, narrow=True)
    first = page.get_by_role("application").first
    first.focus()
    first.press("+")
    first.press("ArrowRight")
    page.wait_for_timeout(900)
    after = page.evaluate(STATE)
    assert all(
        pane["scale"] == pytest.approx(1.5 * was["scale"], rel=0.02) for pane, was in zip(after, before, strict=True)
    )
    assert all(pane["x"] > was["x"] for pane, was in zip(after, before, strict=True))
    page.wait_for_url("**link=*")
    page.wait_for_timeout(600)
    shared = opened(person(), page.url)
    for pane, other in zip(after, shared, strict=True):
        assert pane == pytest.approx(other, rel=0.01, abs=0.01)


def test_what_is_not_linked_stays(page: Page, portal: Portal):
    names = [viewing.image_of(portal, path) for path in FOUR[:2]]
    before = opened(page, "/compare/?" + "&".join(f"i={name}" for name in names))
    page.get_by_role("button", name="Zoom and place").click()
    first = page.get_by_role("application").first
    first.focus()
    first.press("+")
    page.wait_for_timeout(900)
    after = page.evaluate(STATE)
    assert after[0]["scale"] > 1.3 * before[0]["scale"]
    assert after[1]["scale"] == pytest.approx(before[1]["scale"], rel=0.01)


def test_images_are_gathered_in_the_tray_from_several_pages(page: Page, portal: Portal):
    page.goto("/search/images/")
    page.get_by_role("button", name="Compare").nth(0).click()
    page.get_by_role("button", name="Compare").nth(2).click()
    name = viewing.image_of(portal, FOUR[0])
    page.goto(f"/images/{name}/")
    page.get_by_role("button", name=f"Compare {name}").click()
    tray = page.get_by_role("region", name="Compare tray")
    expect(tray.get_by_role("listitem")).to_have_count(3)
    look(page)
    page.get_by_role("button", name=f"Take {name} out of the tray").click()
    tray.get_by_role("link", name="Compare 2").click()
    expect(page.get_by_role("application")).to_have_count(2)
    expect(tray).to_be_hidden()
    page.get_by_role("link", name="Take", exact=False).first.click()
    expect(page.get_by_role("application")).to_have_count(1)


def test_on_a_phone_the_tray_says_what_it_holds_and_four_images_fit_one_screen(
    portal: Portal, person: Callable[..., Page]
):
    page = person(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    names = [viewing.image_of(portal, path) for path in FOUR]
    for name in names:
        page.goto(f"/images/{name}/")
        page.get_by_role("button", name=f"Compare {name}", exact=True).click()
    tray, said = page.get_by_role("region", name="Compare tray").bounding_box(), page.locator("#status").bounding_box()
    assert said["y"] + said["height"] <= tray["y"]
    opened(page, "/compare/?" + "&".join(f"i={name}" for name in names))
    boxes = [pane.bounding_box() for pane in page.locator("[data-pane]").all()]
    assert max(box["y"] + box["height"] for box in boxes) - min(box["y"] for box in boxes) < 740
    look(page, narrow=True)


def test_without_scripts_the_pictures_stand_side_by_side(portal: Portal, person: Callable[..., Page]):
    page = person(java_script_enabled=False)
    names = [viewing.image_of(portal, path) for path in FOUR[:3]]
    page.goto("/compare/?" + "&".join(f"i={name}" for name in names[:2]))
    expect(page.locator("[data-still] img")).to_have_count(2)
    page.get_by_label("Another image").fill(names[2])
    page.get_by_role("button", name="Add").click()
    expect(page.locator("[data-still] img")).to_have_count(3)
