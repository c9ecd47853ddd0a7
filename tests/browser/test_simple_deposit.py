"""How little a simple deposit asks for: five OME-TIFFs, from the sign-in to “submitted”, with every entry counted."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from playwright.sync_api import Page, expect

from tests.browser import depositing
from tests.browser.conftest import Portal, look, sign_in
from tests.browser.journey_files import MULTICHANNEL, source

pytestmark = pytest.mark.browser
MOST_ENTRIES = 10
# Screens of 900 px: how far somebody scrolls through what is not folded.
MOST_SCREENS = 6
# Every control that a person changed, by page and name, over all pages of the visit.
COUNT = """
addEventListener('input', ({ target }) => {
  if (!target.name || target.type === 'file') return;
  const seen = new Set(JSON.parse(sessionStorage.getItem('entries') ?? '[]'));
  seen.add(target.name);
  sessionStorage.setItem('entries', JSON.stringify([...seen]));
}, true);
"""


def five_files(folder: Path) -> list[Path]:
    """Parts of a real image of four channels, as a microscope's program would save five fields of view."""
    values = tifffile.imread(source().images / "ome-tiff" / MULTICHANNEL)
    planes = values.reshape(-1, *values.shape[-2:])
    sizes = {"PhysicalSizeX": 0.1, "PhysicalSizeXUnit": "µm", "PhysicalSizeY": 0.1, "PhysicalSizeYUnit": "µm"}
    said = {"axes": "CYX", "Channel": {"Name": [f"Channel {at + 1}" for at in range(len(planes))]}, **sizes}
    found = []
    for number in range(5):
        found.append(folder / f"field-{number + 1}.ome.tif")
        tifffile.imwrite(found[-1], np.roll(planes, 16 * number, axis=-1)[..., :200], ome=True, metadata=said)
    return found


def test_five_images_are_submitted_with_at_most_ten_entries(
    portal: Portal, person: Callable[..., Page], tmp_path: Path
):
    portal.wait_for_demo()
    page = person()
    page.add_init_script(COUNT)
    sign_in(page, "depositor@example.org")
    page.goto("/deposit/")
    accession = depositing.start_a_deposit(page)
    page.locator("#choose-files").set_input_files(five_files(tmp_path))
    depositing.describe(page, accession)
    human = page.get_by_role("group", name=re.compile("^Human material"))
    human.get_by_role("radio", name=re.compile("^No")).check()
    expect(page.locator("#file-list").get_by_text("Drawn", exact=True)).to_have_count(5, timeout=60_000)
    expect(page.locator("#save-state")).to_have_text(re.compile(r"^Saved \d\d:\d\d"))
    look(page, narrow=True)
    assert page.evaluate("document.documentElement.scrollHeight") <= MOST_SCREENS * 900
    depositing.submit(page)
    expect(page.get_by_role("link", name="Release now…", exact=True)).to_be_visible(timeout=60_000)
    entries = page.evaluate("JSON.parse(sessionStorage.getItem('entries'))")
    assert len(entries) <= MOST_ENTRIES, entries
    assert depositing.state_of(portal, accession) == "ready"
