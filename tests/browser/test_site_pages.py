"""The site's own pages in a real browser: WCAG 2.2 AA in both themes, 360 px wide, and by keyboard alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from portal.help import TOPICS
from tests.browser.conftest import accessibility_problems, sideways

pytestmark = pytest.mark.browser

PAGES = [
    "/",
    "/about/",
    "/help/",
    *(f"/help/{topic.slug}/" for topic in TOPICS),
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/no/such/page/",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_pages_are_accessible_and_fit(page: Page, width: int, scheme: str):
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    problems = {}
    for path in PAGES:
        page.goto(path)
        found = accessibility_problems(page)
        if beyond := sideways(page):
            found.append(f"It is {beyond} px too wide.")
        if found:
            problems[path] = found
    assert problems == {}


def test_the_first_tab_offers_to_skip_to_the_content(page: Page):
    page.goto("/help/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_every_stop_of_the_tab_key_is_seen(page: Page):
    page.goto("/")
    seen = 0
    for _ in range(60):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "document.activeElement === document.body ? null : getComputedStyle(document.activeElement).outlineStyle"
        )
        if outline is None:
            break
        assert outline != "none", page.evaluate("document.activeElement.outerHTML.slice(0, 200)")
        seen += 1
    assert seen > 15


def test_a_theme_is_chosen_and_kept(page: Page):
    page.goto("/")
    theme = page.get_by_role("button", name=re.compile("Theme"))
    expect(theme).to_have_text(re.compile("auto"))
    theme.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.goto("/about/")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_somebody_signs_up_opens_the_menu_and_signs_out_by_keyboard(page: Page):
    page.goto("/accounts/signup/")
    page.get_by_label("Email").fill("keys@example.org")
    page.get_by_label("Name").fill("Keyboard Person")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_label("Password").press("Enter")
    page.goto("/about/")
    menu = page.locator("summary", has_text="Keyboard")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="My depositions")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="My depositions")).to_be_hidden()
    expect(menu).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_search_begins_without_script(browser, portal):
    context = browser.new_context(base_url=portal.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("Search the archive").fill("mitosis")
    page.get_by_label("Datasets", exact=True).check()
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"/search/\?q=mitosis"))
    context.close()


def test_ticking_a_filter_searches_at_once_and_on_a_small_screen_filters_stand_folded_above(page: Page, portal):
    portal.wait_for_demo()
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/search/images/")
    filters = page.get_by_role("complementary", name="Filters")
    expect(filters).to_be_hidden()
    page.get_by_role("checkbox", name="Filters").focus()
    page.keyboard.press("Space")
    expect(filters).to_be_visible()
    box = filters.get_by_role("checkbox").first
    box.check()
    expect(page).to_have_url(re.compile(r"/search/images/\?\w+="))
    expect(page.get_by_role("list", name="Filters in use")).to_be_visible()
    expect(filters).to_be_visible()
    expect(filters.get_by_role("checkbox", checked=True)).to_be_focused()
    assert sideways(page) == 0
