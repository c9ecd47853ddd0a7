"""Pictures of the main pages, at two widths and in both themes, for people to look at: test-output/screenshots/.

A machine sees only that a page is not blank, that all its pictures came, and that nothing went wrong on it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser.conftest import ROOT, Portal, new_person, sideways
from tests.browser.viewing import ready

pytestmark = pytest.mark.browser

FOLDER = ROOT / "test-output" / "screenshots"
RECORD = "MG-D1002"
# Smooth areas alone make a picture of a few colours; a page with text and images has thousands.
FEWEST_COLOURS = 200
ALL_PICTURES = """async () => {
  for (const picture of document.images) picture.loading = 'eager';
  await Promise.all([...document.images].map((picture) => picture.decode().catch(() => null)));
  return [...document.images].filter((picture) => !picture.naturalWidth).map((picture) => picture.src);
}"""


@pytest.fixture(scope="module")
def people(browser: Browser, portal: Portal) -> Iterator[dict[str, Page]]:
    """Who looks: a stranger, a depositor and a reviewer, each signed in once."""
    portal.wait_for_demo()
    FOLDER.mkdir(parents=True, exist_ok=True)
    emails = {"stranger": "", "depositor": "depositor@example.org", "reviewer": asked_reviewer(portal)}
    with (
        new_person(browser, portal, emails["stranger"]) as stranger,
        new_person(browser, portal, emails["depositor"]) as depositor,
        new_person(browser, portal, emails["reviewer"]) as reviewer,
    ):
        yield {"stranger": stranger, "depositor": depositor, "reviewer": reviewer}


def asked_reviewer(portal: Portal) -> str:
    query = (
        "SELECT u.email FROM curation_review r JOIN archive_user u ON u.id = r.reviewer_id "
        "JOIN curation_candidate c ON c.id = r.candidate_id WHERE r.submitted_at IS NULL AND c.state = 'in-review'"
    )
    return portal.rows(query)[0][0]


def draft(portal: Portal) -> str:
    """The demonstration's draft with problems: of its drafts, the one with most files."""
    query = (
        "SELECT d.accession FROM archive_deposition p JOIN archive_dataset d ON d.id = p.dataset_id "
        "JOIN archive_user u ON u.id = p.created_by_id JOIN archive_file f ON f.dataset_id = d.id "
        "WHERE u.email = 'depositor@example.org' AND p.state IN ('draft', 'needs-changes') "
        "GROUP BY d.accession ORDER BY count(*) DESC"
    )
    return portal.rows(query)[0][0]


def review_address(portal: Portal) -> str:
    query = (
        "SELECT r.candidate_id FROM curation_review r JOIN curation_candidate c ON c.id = r.candidate_id "
        "WHERE r.submitted_at IS NULL AND c.state = 'in-review'"
    )
    return f"/curation/candidates/{portal.rows(query)[0][0]}/review/"


PAGES: dict[str, tuple[str, Callable[[Portal], str]]] = {
    "home": ("stranger", lambda portal: "/"),
    "search": ("stranger", lambda portal: "/search/?q=cells"),
    "dataset": ("stranger", lambda portal: f"/datasets/{RECORD}/"),
    "image": ("stranger", lambda portal: f"/images/{RECORD}-I1/"),
    "deposit": ("depositor", lambda portal: f"/depositions/{draft(portal)}/"),
    "review": ("reviewer", review_address),
}


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("name", list(PAGES))
def test_a_page_shows_something_in_both_themes(people: dict[str, Page], portal: Portal, name: str, width: int):
    who, address = PAGES[name]
    page = people[who]
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address(portal))
    assert page.evaluate(ALL_PICTURES) == []
    if name == "image":
        ready(page)
    assert sideways(page) == 0
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        path = FOLDER / f"{name}-{width}-{scheme}.png"
        page.screenshot(path=path, full_page=True, animations="disabled")
        assert colours(path) > FEWEST_COLOURS


def colours(path: Path) -> int:
    with Image.open(path) as picture:
        return len(picture.convert("RGB").getcolors(maxcolors=1 << 24))
