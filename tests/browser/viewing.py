"""What the journeys of the viewer need: images of their own, deposited through the API, and a look at the canvas."""

import base64
import io
import re

import numpy as np
import tifffile
from PIL import Image as Picture
from playwright.sync_api import Page, expect

from tests.archive.tus_headers import metadata
from tests.browser.conftest import Portal, wait_until

DEPOSITOR = "depositor@example.org"
# Chosen for speed where the eye needs none: 2 channels, 5 sections, 6 time points.
CHANNELS, SECTIONS, TIMES, SIDE = 2, 5, 6, 160


def time_lapse() -> bytes:
    """A bright square that moves with time and sinks with depth, beside a still gradient; channels DAPI and GFP."""
    values = np.zeros((TIMES, SECTIONS, CHANNELS, SIDE, SIDE), dtype=np.uint16)
    values[:, :, 1] = np.arange(SIDE, dtype=np.uint16)[None, None, None] * 10 + 100
    for t in range(TIMES):
        for z in range(SECTIONS):
            x = 10 + 20 * t
            values[t, z, 0, 20 + 20 * z : 50 + 20 * z, x : x + 30] = 3000
    out = io.BytesIO()
    said = {
        "axes": "TZCYX",
        "Channel": {"Name": ["DAPI", "GFP"]},
        "PhysicalSizeX": 0.2,
        "PhysicalSizeY": 0.2,
        "PhysicalSizeZ": 1.0,
        "TimeIncrement": 30.0,
    }
    tifffile.imwrite(out, values, ome=True, metadata=said, photometric="minisblack")
    return out.getvalue()


def large_flat() -> bytes:
    """5,300 × 5,300 pixels without smaller copies of themselves."""
    side = 5300
    values = (np.add.outer(np.arange(side), np.arange(side)) // 64 % 200).astype(np.uint8)
    out = io.BytesIO()
    tifffile.imwrite(out, values, compression="zlib", rowsperstrip=64)
    return out.getvalue()


def deposited(page: Page, portal: Portal, path: str, content: bytes) -> str:
    """Deposit a file as whoever is signed in on the page; returns the image's accession once it is drawn."""
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    sent = {"X-CSRFToken": token, "Referer": portal.url}
    begun = page.request.post("/api/v1/depositions/", data={}, headers=sent)
    assert begun.ok, begun.text()
    dataset = begun.json()["accession"]
    words = {"Upload-Length": str(len(content)), "Upload-Metadata": metadata(dataset=dataset, relativePath=path)}
    tus = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream"}
    stored = page.request.post("/api/v1/uploads/", data=content, headers={**sent, **words, **tus})
    assert stored.ok, stored.text()
    query = "SELECT i.accession FROM archive_image i JOIN archive_dataset d ON d.id = i.dataset_id "
    query += "WHERE d.accession = ? AND i.state = 'rendered'"
    wait_until(lambda: portal.rows(query, dataset), f"{path} is drawn")
    return portal.rows(query, dataset)[0][0]


def image_of(portal: Portal, path_end: str) -> str:
    """An image of the demonstration, by the end of its file's path."""
    query = "SELECT i.accession FROM archive_image i JOIN archive_file f ON f.id = i.file_id WHERE f.path LIKE ? "
    return portal.rows(f"{query} ORDER BY i.series", f"%{path_end}")[0][0]


def ready(page: Page) -> None:
    """Wait until everything that is to be seen is drawn."""
    expect(page.get_by_role("application")).to_be_visible()
    page.wait_for_function(
        """() => {
            const { stage, labels } = document.querySelector('[data-viewer]').viewer ?? {};
            if (!stage?.isOpen || !labels.isLoaded) return false;
            const { world } = stage.viewer;
            const items = [...Array(world.getItemCount()).keys()].map((at) => world.getItemAt(at));
            const stacks = [stage.planes, labels.planes].filter(Boolean);
            const settled = stacks.every((planes) => planes.wanted === planes.shown && !planes.running);
            return settled && items.every((item) => item.getOpacity() === 0 || item.getFullyLoaded());
        }"""
    )
    page.wait_for_timeout(400)


def pixels(page: Page) -> np.ndarray:
    """The picture's pixels as the canvas holds them, a row of RGBA for each."""
    ready(page)
    address = page.evaluate("document.querySelector('[data-viewer]').viewer.stage.viewer.drawer.canvas.toDataURL()")
    picture = Picture.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
    return np.asarray(picture.convert("RGBA")).reshape(-1, 4)


def address_has(page: Page, **parts: str) -> None:
    """The address holds these parameters, as soon as it was written."""
    for name, value in parts.items():
        expect(page).to_have_url(re.compile(rf"[?&]{name}={re.escape(value)}(&|$)"))
