"""What the biologist, the curator, the reviewers and the editor of the story do, each in a window of their own."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Portal, look, wait_until
from tests.browser.depositing import OF_DATASET, TITLE

REASON = "Four channels of a whole embryo, with everything stated that a stranger needs to measure cell borders."
RATIONALE = (
    "Both reviewers can use these images outside the project that made them, and the record says how they were made. "
    "Few sets of whole embryos are as complete."
)
# The index is written after the release, by a worker of its own.
INDEX_SECONDS = 30


def api(page: Page, path: str) -> dict:
    """What the API says to this person."""
    answer = page.request.get(f"/api/v1/{path}")
    assert answer.status == 200, answer.text()
    return answer.json()


def find_an_image(page: Page, accession: str) -> None:
    """By organism, channel and pixel size, with the filters of the search page alone; then open it."""
    wait_until(lambda: api(page, f"search/datasets?q={accession}")["total"] == 1, "search knows it", INDEX_SECONDS)
    page.goto("/search/images/")
    filters = page.get_by_role("complementary", name="Filters")
    filters.get_by_label("Xenopus laevis").check()
    filters.get_by_label(re.compile(r"^DAPI\s+\d+$")).check()
    filters.get_by_label("Unit of Pixel size").select_option("µm")
    filters.get_by_label(re.compile("^Pixel size from")).fill("0.3")
    filters.get_by_label(re.compile("^Pixel size to")).fill("0.35")
    filters.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("listitem").filter(has_text="Organism: Xenopus laevis")).to_be_visible()
    results = page.get_by_role("region", name="Images that match")
    expect(results.get_by_role("row").filter(has_text=f"{accession}-I")).to_have_count(1)
    look(page, narrow=True)
    results.get_by_role("link", name=re.compile(rf"^{accession}-I\d+$")).click()
    page.wait_for_url(re.compile(rf"/images/{accession}-I\d+/$"))
    expect(page.get_by_role("complementary", name="About this image")).to_contain_text("FITC")
    look(page, narrow=True)


def nominate(page: Page, accession: str) -> None:
    page.get_by_role("link", name=re.compile(rf"^{accession} ")).click()
    page.get_by_role("link", name="Nominate as reference images").click()
    form = page.get_by_role("form", name="Nomination")
    form.get_by_label("Why these images").fill(REASON)
    look(page)
    form.get_by_role("button", name="Nominate").click()
    page.wait_for_url(re.compile(r"/curation/candidates/\d+/$"))
    expect(page.get_by_text(f"{accession} is nominated.")).to_be_visible()
    expect(page.get_by_role("blockquote")).to_contain_text(REASON)


def open_candidate(page: Page, accession: str) -> None:
    page.goto("/curation/")
    page.get_by_role("row").filter(has_text=accession).get_by_role("link").filter(has_text=TITLE).click()
    page.wait_for_url(re.compile(r"/curation/candidates/\d+/$"))


def triage_and_invite(page: Page, accession: str) -> None:
    open_candidate(page, accession)
    look(page)
    page.get_by_role("button", name="Triage").click()
    page.get_by_role("button", name="Start the review").click()
    for reviewer in ("Demo Reviewer One", "Demo Reviewer Two"):
        people = page.get_by_label("Reviewer")
        people.select_option(label=people.get_by_role("option", name=re.compile(reviewer)).inner_text())
        page.get_by_role("button", name="Invite").click()
        expect(
            page.get_by_role("region", name="Reviews").get_by_role("listitem").filter(has_text=reviewer)
        ).to_be_visible()


def review(page: Page, accession: str, scores: tuple[int, int, int]) -> None:
    """No conflict, three scores with a sentence each, and what to do."""
    page.goto("/curation/")
    page.get_by_role("link", name=re.compile(accession)).first.click()
    page.get_by_role("radio", name=re.compile("^I have no conflict")).check()
    page.get_by_role("button", name="Go on").click()
    form = page.get_by_role("form", name="Review")
    for criterion, score in zip(
        ("Value beyond one project", "Interpretable by outsiders", "Of general interest"), scores, strict=True
    ):
        part = form.get_by_role("region", name=re.compile(criterion))
        part.get_by_role("radio", name=re.compile(rf"^{score} ")).check()
        part.get_by_label("Why").fill(f"{criterion}: others can measure cell borders in these embryos.")
    form.get_by_role("radio", name=re.compile("^Accept")).check()
    look(page, narrow=True)
    form.get_by_role("button", name="Submit review").click()
    expect(page.get_by_text("Your review is in.")).to_be_visible()


def accept(page: Page, portal: Portal, accession: str) -> None:
    open_candidate(page, accession)
    page.get_by_role("link", name="Decide").click()
    form = page.get_by_role("form", name="Decision")
    form.get_by_role("radio", name="Accept").check()
    form.get_by_label("Public rationale").fill(RATIONALE)
    look(page)
    form.get_by_role("button", name="Publish the decision").click()
    page.wait_for_url(re.compile(r"/decisions/\d+/$"))
    expect(page.get_by_role("blockquote")).to_contain_text(RATIONALE)
    look(page)
    states = portal.rows(f"SELECT c.state FROM curation_candidate c {OF_DATASET.format('c')}", accession)
    labels = portal.rows(f"SELECT l.kind FROM curation_label l {OF_DATASET.format('l')}", accession)
    assert (states, labels) == ([("accepted",)], [("reference",)])


def see_the_badge(page: Page, accession: str) -> None:
    """A stranger sees it on the record, in the facet of the search, and in the API."""
    page.goto(f"/datasets/{accession}/")
    expect(page.get_by_role("link", name="Reference", exact=True).first).to_be_visible()
    expect(page.get_by_role("complementary", name="Curator’s note")).to_contain_text(RATIONALE)
    look(page)
    found = f"search/datasets?label=reference&q={accession}"
    wait_until(lambda: api(page, found)["total"] == 1, "search knows the label", INDEX_SECONDS)
    page.goto("/search/")
    filters = page.get_by_role("complementary", name="Filters")
    filters.get_by_label(re.compile("^Reference")).check()
    filters.get_by_role("button", name="Apply filters").click()
    expect(page.get_by_role("article").filter(has_text=TITLE)).to_be_visible()
    facet = next(facet for facet in api(page, found)["facets"] if facet["name"] == "label")
    assert [(value["key"], value["count"]) for value in facet["values"] if value["selected"]] == [("reference", 1)]
    assert [label["kind"] for label in api(page, f"datasets/{accession}/")["labels"]] == ["reference"]
    assert accession in str(api(page, "labels/?kind=reference"))
