"""What the microscopist of the story does, step by step, in her own window."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import journey_files
from tests.browser.conftest import Portal, look, wait_until
from tests.browser.journey_files import Dropped

EMAIL = "vera@example.org"
TITLE = "Gastrulation of the African clawed frog in four channels"
DESCRIPTION = (
    "Embryos were fixed during gastrulation and stained for nuclei and two proteins at the cell border, "
    "to see how cells change their neighbours as the blastopore closes."
)
# Drawing is quick; a worker that was killed, and a machine that is busy, are not.
PATIENCE_MS = 60_000
OF_DATASET = "JOIN archive_dataset d ON d.id = {}.dataset_id WHERE d.accession = ?"


def sign_up(page: Page) -> None:
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Deposit").click()
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Name").fill("Vera Keller")
    page.get_by_label("Password").fill("a frog in four channels")
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("heading", name="Deposit your images")).to_be_visible()


def start_a_deposit(page: Page) -> str:
    """Returns the accession."""
    page.get_by_role("radio", name=re.compile("^Light microscopy")).check()
    page.get_by_role("button", name="Start, and get an accession").click()
    page.wait_for_url(re.compile(r"/depositions/MG-D\d+/$"))
    expect(page.get_by_role("heading", name="New deposition")).to_be_visible()
    return page.url.rstrip("/").rsplit("/", 1)[1]


def files(page: Page) -> Locator:
    return page.get_by_role("region", name="Files", exact=True)


def row_of(page: Page, name: str) -> Locator:
    """The row of a file that has arrived."""
    return (
        files(page).get_by_role("listitem").filter(has=page.locator(f"code:text-is('{journey_files.FOLDER}/{name}')"))
    )


def drop_the_folder(page: Page, portal: Portal, accession: str, dropped: Dropped) -> None:
    """Drop it; kill the worker when the first picture is drawn; see that everything arrives all the same."""
    page.locator("#choose-folder").set_input_files(dropped.path)
    expect(page.get_by_text("All files have arrived.")).to_be_attached(timeout=PATIENCE_MS)
    expect(files(page).get_by_text("Drawn", exact=True).first).to_be_visible(timeout=PATIENCE_MS)
    before = {process.pid for process in portal.processes("work@")}
    portal.kill("work@")
    wait_until(lambda: {process.pid for process in portal.processes("work@")} - before != set(), "a new worker runs")
    for name in (journey_files.MULTICHANNEL, journey_files.IMAGEJ, journey_files.ZARR, dropped.companion):
        expect(row_of(page, name).get_by_text("Drawn", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    expect(row_of(page, journey_files.SLIDE).get_by_text(re.compile("^(Drawn|Read, )"))).to_be_visible()
    for name in dropped.planes:
        expect(row_of(page, name)).to_contain_text("Part of an image")
    expect(row_of(page, journey_files.BROKEN)).to_contain_text("Not read")
    assert_nothing_was_lost(portal, accession, dropped)


def assert_nothing_was_lost(portal: Portal, accession: str, dropped: Dropped) -> None:
    rows = portal.rows(f"SELECT f.path, f.state FROM archive_file f {OF_DATASET.format('f')}", accession)
    expected = dict.fromkeys(dropped.files, "read")
    expected[f"{journey_files.FOLDER}/{journey_files.BROKEN}"] = "kept"
    assert dict(rows) == expected
    images = portal.rows(f"SELECT DISTINCT i.state FROM archive_image i {OF_DATASET.format('i')}", accession)
    assert images == [("rendered",)]


def see_what_was_read(page: Page) -> None:
    """Her files said it, so nobody asks."""
    page.reload()
    read = page.get_by_role("region", name="Read from your files")
    expect(read.get_by_role("row", name=re.compile("^Pixel size"))).to_contain_text("µm")
    expect(row_of(page, journey_files.MULTICHANNEL)).to_contain_text("256 × 256\u00a0px · 4 channels")
    expect(row_of(page, journey_files.MULTICHANNEL).locator("img")).to_have_js_property("complete", True)
    look(page, narrow=True)


def describe(page: Page, accession: str) -> None:
    """Title, description and sample by typing; organism and method from the lists. One answer is forgotten."""
    study = page.get_by_role("region", name="Study", exact=True)
    study.get_by_role("textbox", name=re.compile("^Title required")).fill(TITLE)
    study.get_by_role("textbox", name=re.compile("^Description required")).fill(DESCRIPTION)
    sample = page.get_by_role("region", name="Biosample", exact=True)
    choose_term(sample.get_by_role("combobox", name=re.compile("^Organism required")), "clawed frog", "Xenopus laevis")
    sample.get_by_role("textbox", name=re.compile("^Sample")).fill("Whole embryos, stage 10.5")
    method = page.get_by_role("region", name="Image acquisition", exact=True)
    choose_term(
        method.get_by_role("combobox", name=re.compile("^Imaging method required")), "confocal", "confocal microscopy"
    )
    expect(page.locator("#save-state")).to_have_text(re.compile(r"^Saved \d\d:\d\d"))
    page.reload()
    expect(page.get_by_role("textbox", name=re.compile("^Title required"))).to_have_value(TITLE)


def choose_term(box: Locator, typed: str, wanted: str) -> None:
    """Type, walk down the list to what is wanted, and take it: by keyboard alone."""
    box.focus()
    box.press_sequentially(typed)
    options = box.page.get_by_role("option")
    expect(options.filter(has_text=wanted).first).to_be_visible()
    for _ in range(options.count()):
        box.press("ArrowDown")
        if options.and_(box.page.locator("[aria-selected=true]")).filter(has_text=wanted).count():
            break
    box.press("Enter")
    expect(box).to_have_value(re.compile(rf"^{wanted} \(\w+:\d+\)$"))


def problems(page: Page) -> Locator:
    return page.get_by_role("alert").filter(has=page.get_by_role("heading", name=re.compile("problem")))


def submit(page: Page) -> None:
    page.get_by_role("region", name="Submit").get_by_role("button", name="Submit").click()


def mend_two_problems(page: Page, accession: str) -> None:
    """The answer that she forgot, and the file that is broken: each is explained, and its link leads to the place."""
    submit(page)
    expect(problems(page)).to_contain_text("Human material")
    problems(page).get_by_role("link", name=re.compile("Human material")).click()
    human = page.get_by_role("group", name=re.compile("^Human material"))
    expect(human).to_be_focused()
    look(page)
    human.get_by_role("radio", name=re.compile("^No")).check()
    submit(page)
    expect(problems(page).get_by_role("link")).to_have_count(1, timeout=PATIENCE_MS)
    problems(page).get_by_role("link").click()
    broken = row_of(page, journey_files.BROKEN)
    expect(broken).to_be_focused()
    broken.get_by_role("button", name=re.compile("^Remove")).click()
    expect(broken).to_have_count(0)


def release(page: Page, portal: Portal, accession: str) -> None:
    submit(page)
    link = page.get_by_role("link", name="Release now…", exact=True)
    expect(link).to_be_visible(timeout=PATIENCE_MS)
    assert state_of(portal, accession) == "ready"
    look(page)
    link.click()
    expect(page.get_by_text(TITLE)).to_be_visible()
    look(page, narrow=True)
    page.get_by_role("button", name="Release now", exact=True).click()
    why = page.get_by_label("Why there is no publication")
    expect(why).to_be_focused()
    why.fill("One is to follow.")
    page.get_by_role("button", name="Release now", exact=True).click()
    page.wait_for_url(re.compile(rf"/datasets/{accession}/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.get_by_text("Public", exact=True)).to_be_visible()
    look(page, narrow=True)
    assert state_of(portal, accession) == "released"


def state_of(portal: Portal, accession: str) -> str:
    query = (
        "SELECT p.state FROM archive_deposition p JOIN archive_dataset d ON d.id = p.dataset_id WHERE d.accession = ?"
    )
    return portal.rows(query, accession)[0][0]
