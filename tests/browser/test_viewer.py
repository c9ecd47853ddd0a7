"""The viewer in a real browser: a stack, a slide, a time-lapse; by mouse and by keyboard; shared by its address."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.browser import viewing
from tests.browser.conftest import Portal, look
from tests.browser.viewing import DEPOSITOR, address_has, pixels, ready

pytestmark = pytest.mark.browser

STACK, SLIDE, REGIONS, LABELS = "spots.tif", "CMU-1-Small-Region.svs", "nuclei_regions.ome.tif", "nuclei_labels.tif"


@pytest.fixture(autouse=True)
def _demo(portal: Portal) -> None:
    portal.wait_for_demo()


def stage(page: Page):
    return page.get_by_role("application")


def opened(page: Page, accession: str, rest: str = "") -> Page:
    page.goto(f"/images/{accession}/{rest}")
    ready(page)
    return page


def same(page: Page, other: Page) -> bool:
    """Whether a stranger who opens the address sees the same pixels."""
    other.goto(page.url)
    return np.array_equal(pixels(page), pixels(other))


def test_a_stack_is_examined_by_mouse_and_shared(page: Page, portal: Portal, person: Callable[..., Page]):
    opened(page, viewing.image_of(portal, STACK))
    look(page, narrow=True)
    before = pixels(page)
    page.get_by_role("slider", name="Z", exact=True).fill("3")
    address_has(page, z="2")
    assert not np.array_equal(before, pixels(page))
    page.get_by_role("checkbox", name="Channel 2").uncheck()
    page.get_by_label("Colour of Channel 1", exact=True).select_option("Magenta")
    page.get_by_label("Brightest value of Channel 1, as a number").fill("5000")
    page.get_by_label("Brightest value of Channel 1, as a number").press("Enter")
    expect(page).to_have_url(re.compile(r"[?&]c=0:FF00FF:\d+:5000(&|$)"))
    red, green, blue = pixels(page)[:, :3].astype(int).max(axis=0)
    assert red > 200 and blue > 200 and green < 60
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_role("button", name="Zoom in").click()
    expect(page).to_have_url(re.compile(r"[?&]zoom="))
    assert same(page, person())


def test_a_lookup_table_and_the_panels_in_full_screen(page: Page, portal: Portal, person: Callable[..., Page]):
    opened(page, viewing.image_of(portal, STACK))
    page.get_by_role("checkbox", name="Channel 2").uncheck()
    page.get_by_role("button", name="Full screen").click()
    page.get_by_label("Colour of Channel 1", exact=True).select_option("Fire")
    expect(page).to_have_url(re.compile(r"[?&]c=0:fire(&|$)"))
    colours = pixels(page)[:, :3].astype(int)
    # Fire goes from black by violet and orange to white.
    assert (colours.max(axis=0) > 200).all()
    assert ((colours[:, 2] > 100) & (colours[:, 1] < 30)).any()
    look(page)
    page.get_by_role("button", name="Panels").click()
    expect(page.get_by_label("Colour of Channel 1", exact=True)).to_be_hidden()
    page.keyboard.press("f")
    expect(page.get_by_label("Colour of Channel 1", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Panels")).to_be_hidden()
    assert same(page, person())


def stored_maximum(page: Page, sections: str) -> int:
    accession = re.search(r"MG-D\d+-I\d+", page.url)[0]
    found = page.request.get(f"/api/v1/images/{accession}/histogram?z={sections}").json()[0]
    assert found["greatest"] > page.request.get(f"/api/v1/images/{accession}/histogram?z=0").json()[0]["greatest"]
    return int(found["greatest"])


def test_the_image_stays_fitted_through_full_screen_and_its_panels(page: Page, portal: Portal):
    opened(page, viewing.image_of(portal, STACK))
    address = page.url
    for name in ("Full screen", "Panels", "Panels", "Full screen"):
        page.get_by_role("button", name=name).click()
        page.wait_for_timeout(900)
        assert page.url == address
    assert fitted(page)


def fitted(page: Page) -> bool:
    """Whether all of the image is in the stage, and as large as can be."""
    return page.evaluate(
        """() => {
            const { stage } = document.querySelector('[data-viewer]').viewer;
            const { clientWidth, clientHeight } = stage.element;
            const most = Math.min(clientWidth / stage.record.width, clientHeight / stage.record.height);
            return Math.abs(stage.scale / most - 1) < 0.01;
        }"""
    )


def swipe(page: Page, down: int) -> None:
    """One finger over the middle of the picture."""
    box = stage(page).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 150
    send = page.context.new_cdp_session(page).send
    send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 11):
        at = [{"x": x, "y": y + down * step / 10}]
        send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": at})
        page.wait_for_timeout(20)
    send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(900)


def test_a_finger_scrolls_the_page_until_the_picture_is_tapped(portal: Portal, person: Callable[..., Page]):
    page = person(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    opened(page, viewing.image_of(portal, STACK))
    swipe(page, -120)
    assert page.evaluate("scrollY") > 50
    assert "zoom=" not in page.url
    stage(page).tap()
    page.wait_for_timeout(400)
    before = page.evaluate("scrollY")
    swipe(page, -60)
    expect(page).to_have_url(re.compile(r"[?&]zoom="))
    assert page.evaluate("scrollY") == before


def test_on_a_phone_the_panels_come_in_full_screen_when_they_are_asked_for(portal: Portal, person: Callable[..., Page]):
    page = person(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True)
    opened(page, viewing.image_of(portal, STACK))
    page.get_by_role("button", name="Full screen").click()
    colour = page.get_by_label("Colour of Channel 1", exact=True)
    expect(colour).to_be_hidden()
    page.get_by_role("button", name="Panels").click()
    expect(colour).to_be_visible()
    page.wait_for_timeout(600)
    side, picture = page.locator(".viewer > .side").bounding_box(), stage(page).bounding_box()
    assert picture["y"] + picture["height"] <= side["y"]
    assert picture["height"] > 150
    assert side["width"] == 360


def test_a_projection_and_slices_of_a_stack(page: Page, portal: Portal, person: Callable[..., Page]):
    opened(page, viewing.image_of(portal, STACK), "view/")
    plane = pixels(page)
    page.get_by_role("button", name="Max projection").click()
    address_has(page, z="0-16")
    assert pixels(page).mean() > plane.mean()
    page.get_by_label("last section of the projection").fill("9")
    address_has(page, z="0-8")
    # The limits can be drawn as far as the projection is bright, which the first section is not.
    brightest = page.get_by_role("slider", name="Brightest value of Channel 1")
    expect(brightest).to_have_attribute("max", str(stored_maximum(page, "0-8")))
    page.get_by_role("button", name="XZ, ZY").click()
    for name in ("XZ", "ZY"):
        expect(page.get_by_role("img", name=re.compile(f"^{name} slice at"))).to_be_visible()
    address_has(page, slices="1")
    look(page)
    assert same(page, person())


def test_everything_works_by_keyboard(page: Page, portal: Portal):
    opened(page, viewing.image_of(portal, STACK))
    stage(page).focus()
    for key in ("k", "k", "j"):
        page.keyboard.press(key)
    address_has(page, z="9")
    page.keyboard.press("2")
    address_has(page, c="0")
    expect(page.get_by_role("checkbox", name="Channel 2")).not_to_be_checked()
    page.keyboard.press("p")
    address_has(page, z="0-16")
    page.keyboard.press("p")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    address_has(page, cross="45,45")
    expect(page.locator(".corner.tl")).to_contain_text(re.compile(r"x 45, y 45 px · 4\.24\sµm, 4\.24\sµm"))
    expect(page.locator(".corner.tl")).to_contain_text(re.compile(r"Channel 1 [\d,]+"))
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile(r"zoom="))
    page.keyboard.press("0")
    expect(page).not_to_have_url(re.compile(r"zoom="))
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys of the viewer")
    expect(keys.get_by_text("maximum projection")).to_be_visible()
    look(page)
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    darkest = page.get_by_role("slider", name="Darkest value of Channel 1")
    darkest.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"[?&]c=0::\d+:\d+"))


def test_a_slide_shows_its_lengths_and_no_channels(page: Page, portal: Portal):
    opened(page, viewing.image_of(portal, SLIDE), "view/")
    expect(page.locator(".corner.bl")).to_contain_text("20× objective")
    expect(page.locator(".corner.br")).to_contain_text("µm")
    expect(page.get_by_role("heading", name="Channels")).to_have_count(0)
    expect(page.get_by_role("slider", name="Z", exact=True)).to_have_count(0)
    page.get_by_role("button", name="100 %").click()
    address_has(page, zoom="1")
    box = stage(page).bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".corner.tl")).to_contain_text(re.compile(r"R \d+ · G \d+ · B \d+"))
    look(page, narrow=True)


def test_a_time_lapse_plays_and_its_frames_are_where_they_were_recorded(portal: Portal, person: Callable[..., Page]):
    page = person(DEPOSITOR)
    accession = viewing.deposited(page, portal, "movie/lapse.ome.tif", viewing.time_lapse())
    opened(page, accession, "?t=0&z=0&c=0")
    first = pixels(page)
    page.get_by_role("slider", name="T", exact=True).fill("6")
    address_has(page, t="5")
    assert not np.array_equal(first, pixels(page))
    page.get_by_label("Speed").select_option("2 per second")
    page.get_by_role("button", name="Play through T").click()
    slider = page.get_by_role("slider", name="T", exact=True)
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^[345] of 6"))
    page.get_by_role("button", name="Play through T").click()
    expect(page.get_by_role("button", name="Play through T")).to_have_attribute("aria-pressed", "false")
    page.get_by_role("slider", name="T", exact=True).fill("1")
    address_has(page, t="0")
    assert np.array_equal(first, pixels(page))


def test_regions_and_labels_lie_over_the_picture(page: Page, portal: Portal, person: Callable[..., Page]):
    accession, labels = (viewing.image_of(portal, name) for name in (REGIONS, LABELS))
    opened(page, accession)
    shapes = page.get_by_role("group", name="Regions of interest")
    for kind in ("polygon", "ellipse", "rect", "line", "polyline", "circle", "image"):
        expect(shapes.locator(f"{kind}.shape, {kind}:not(.under)").first).to_be_attached()
    page.get_by_role("button", name="Nucleus 5: box, rectangle").click()
    expect(page.get_by_role("button", name="Nucleus 5: box, rectangle")).to_have_attribute("aria-pressed", "true")
    expect(shapes.locator(".chosen rect.shape")).to_have_count(1)
    stage(page).focus()
    page.keyboard.press("n")
    expect(page.get_by_role("button", name="Nucleus 6: mask")).to_have_attribute("aria-pressed", "true")
    plain = pixels(page)
    page.get_by_label("Label image").select_option(label="nuclei_labels.tif")
    address_has(page, overlay=f"{labels}:60")
    coloured = pixels(page)
    assert np.ptp(plain[:, :3].astype(int), axis=1).max() < 8
    assert np.ptp(coloured[:, :3].astype(int), axis=1).max() > 60
    look(page, narrow=True)
    assert same(page, person())
    page.keyboard.press("r")
    page.get_by_role("checkbox", name="Regions").uncheck()
    address_has(page, regions="0")
    expect(shapes).to_be_hidden()


def test_a_large_flat_image_shows_its_picture_until_it_has_a_pyramid(portal: Portal, person: Callable[..., Page]):
    page = person(DEPOSITOR)
    accession = viewing.deposited(page, portal, "big/flat.tif", viewing.large_flat())
    without = {"coarsest": 11, "pyramid": "awaited"}
    page.route("**/viewer", lambda route: route.fulfill(json={**route.fetch().json(), **without}))
    opened(page, accession)
    expect(page.get_by_text("The overview is a small copy until the pyramid is made.")).to_be_visible()
    assert pixels(page)[:, 0].max() > 100
    page.get_by_role("button", name="100 %").click()
    address_has(page, zoom="1")
    expect(page.get_by_text("The overview is a small copy until the pyramid is made.")).to_be_hidden()


def test_a_tile_that_fails_says_why_and_comes_when_it_is_asked_for_again(page: Page, portal: Portal):
    problem = {"title": "Busy", "detail": "The pictures wait for their turn. Try again.", "status": 422}
    fails = {"are": True}

    def answer(route):
        if fails["are"]:
            route.fulfill(status=422, content_type="application/problem+json", json=problem)
        else:
            route.continue_()

    page.route("**/tiles_files/**", answer)
    page.goto(f"/images/{viewing.image_of(portal, STACK)}/")
    expect(page.get_by_text("The pictures wait for their turn. Try again.")).to_be_visible()
    look(page)
    fails["are"] = False
    page.get_by_role("button", name="Try again").click()
    ready(page)
    assert pixels(page)[:, 1].max() > 60
    expect(page.get_by_text("The pictures wait for their turn. Try again.")).to_be_hidden()


def test_without_scripts_a_form_asks_for_another_plane(portal: Portal, person: Callable[..., Page]):
    page = person(java_script_enabled=False)
    page.goto(f"/images/{viewing.image_of(portal, STACK)}/")
    page.get_by_label("Section, from 0 to 16").fill("3")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"z=3"))
    assert "/render?z=3" in page.locator("figure.plate img").get_attribute("src")
    page.get_by_label("Channels, from 0").fill("0:GREEN")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("“GREEN” is no colour: write RRGGBB")).to_be_visible()


def test_the_wheel_scrolls_the_page_until_the_picture_is_clicked(page: Page, portal: Portal):
    opened(page, viewing.image_of(portal, STACK))
    box = stage(page).bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.wheel(0, -200)
    expect(page.get_by_text("hold Ctrl, to zoom with the wheel")).to_be_visible()
    assert "zoom=" not in page.url
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(300)  # no hand turns the wheel in the moment of the click
    page.mouse.wheel(0, -200)
    expect(page).to_have_url(re.compile(r"[?&]zoom="))


def test_a_volume_of_electron_microscopy_is_cut_in_all_directions(
    page: Page, portal: Portal, person: Callable[..., Page]
):
    opened(page, viewing.image_of(portal, "EMD-3197.map"), "view/?cross=10,8")
    before = pixels(page)
    page.get_by_role("slider", name="Z", exact=True).fill("4")
    address_has(page, z="3")
    assert not np.array_equal(before, pixels(page))
    page.get_by_role("button", name="XZ, ZY").click()
    expect(page.get_by_role("img", name=re.compile("^XZ slice at"))).to_be_visible()
    expect(page.get_by_text("nm", exact=False).first).to_be_visible()
    look(page, narrow=True)
    assert same(page, person())
