"""The lines that pages offer to copy, run as a reader runs them, against a real server."""

import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import numpy as np
import pytest
import tifffile
from django.test import Client
from django.utils import timezone

from archive.models import Dataset, Image
from archive.services import people, renditions
from archive.states import Access
from tests.archive.tus import deposit
from tests.factories.archive import VersionFactory

pytestmark = pytest.mark.django_db(transaction=True)
VALUES = np.random.default_rng(5).integers(0, 60_000, (2, 3, 40, 50)).astype(np.uint16)  # CZYX
NAME = "it's $HOME & more; 'x'.ome.tif"
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
PRE = re.compile(r'<code id="line-([\w-]+)">(.*?)</code>', re.DOTALL)


@pytest.fixture
def works(eager, imaging, restless):
    """Tasks run at once, on a real pool."""


@pytest.fixture
def image(works, dataset, tmp_path) -> Image:
    tifffile.imwrite(tmp_path / "a.ome.tif", VALUES, ome=True, metadata={"axes": "CZYX"})
    deposit(dataset, NAME, (tmp_path / "a.ome.tif").read_bytes())
    VersionFactory(dataset=dataset)
    dataset.latest_version, dataset.released_at, dataset.access = 1, timezone.now(), Access.OPEN
    dataset.save()
    return Image.objects.select_related("dataset", "file__blob").get()


def lines_of(address: str, server: str, client: Client | None = None) -> dict[str, str]:
    """What a page of this server offers, by the names of its elements."""
    host, port = server.removeprefix("http://").split(":")
    page = (client or Client()).get(address, SERVER_NAME=host, SERVER_PORT=port)
    assert page.status_code == 200
    return {key: unescape(text) for key, text in PRE.findall(page.text)}


def run(line: str, folder: Path, token: str = "") -> str:
    command = ["python", "-c", line] if line.startswith("import ") else ["bash", "-c", line]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        env={"PATH": PATH, "HOME": str(folder), "PORTAL_TOKEN": token},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_curl_and_wget_fetch_a_file_of_any_name(image, live_server, tmp_path):
    found = lines_of(f"/images/{image.accession}/take-away/", live_server.url)
    original = (tmp_path / "a.ome.tif").read_bytes()
    for number in (1, 2):
        run(found[f"file-{image.file_id}-{number}"], tmp_path)
        assert (tmp_path / NAME).read_bytes() == original
        (tmp_path / NAME).write_bytes(original[:500])
    # The second left a beginning: the first goes on from there.
    run(found[f"file-{image.file_id}-1"], tmp_path)
    assert (tmp_path / NAME).read_bytes() == original


def test_ome_tiff_comes_by_shell_and_by_python(image, live_server, tmp_path):
    found = lines_of(f"/images/{image.accession}/take-away/", live_server.url)
    run(found["tiff-1"], tmp_path)
    assert np.array_equal(tifffile.imread(tmp_path / f"{image.accession}.ome.tif"), VALUES)
    assert run(found["tiff-3"], tmp_path).strip() == f"{VALUES.shape} uint16"
    # What ImageJ is given ends as it expects, and is the same file.
    run(f"curl -fs -o fiji.tif '{found['tiff-4']}'", tmp_path)
    assert found["tiff-4"].endswith(".ome.tif")
    assert np.array_equal(tifffile.imread(tmp_path / "fiji.tif"), VALUES)


def test_a_zip_is_fetched_unpacked_and_checked(image, live_server, tmp_path):
    found = lines_of(f"/datasets/{image.dataset.accession}/take-away/", live_server.url)
    run(found["whole-1"], tmp_path)
    run(found["whole-3"], tmp_path)
    unpacked = tmp_path / f"{image.dataset.accession}.1" / "data" / NAME
    assert unpacked.read_bytes() == (tmp_path / "a.ome.tif").read_bytes()
    unpacked.chmod(0o644)
    unpacked.write_bytes(b"changed")
    done = subprocess.run(
        ["bash", "-c", "sha256sum --quiet -c manifest-sha256.txt"], cwd=unpacked.parents[1],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0


def test_zarr_opens_by_its_address(image, live_server, tmp_path):
    renditions.want_rendition(image=image)
    found = lines_of(f"/images/{image.accession}/take-away/", live_server.url)
    assert run(found["zarr-1"], tmp_path).strip() == "(1, 2, 3, 40, 50) uint16"


def test_with_a_token_the_lines_reach_what_is_private(image, live_server, tmp_path):
    dataset: Dataset = image.dataset
    Dataset.objects.filter(pk=dataset.pk).update(access=Access.CONTROLLED)
    renditions.want_rendition(image=image)
    client = Client()
    client.force_login(dataset.created_by)
    _, token = people.create_token(user=dataset.created_by, name="lines", scopes=["read"])
    found = lines_of(f"/images/{image.accession}/take-away/", live_server.url, client)
    for key in (f"file-{image.file_id}-1", f"file-{image.file_id}-2", "tiff-1", "tiff-2"):
        for left in (NAME, f"{image.accession}.ome.tif"):
            (tmp_path / left).unlink(missing_ok=True)
        run(found[key], tmp_path, token)
    assert run(found["tiff-3"], tmp_path, token).strip() == f"{VALUES.shape} uint16"
    assert run(found["zarr-1"], tmp_path, token).strip() == "(1, 2, 3, 40, 50) uint16"


def test_a_link_opens_what_is_private_without_a_token(image, live_server, tmp_path):
    dataset: Dataset = image.dataset
    Dataset.objects.filter(pk=dataset.pk).update(access=Access.CONTROLLED)
    client = Client()
    client.force_login(dataset.created_by)
    host, port = live_server.url.removeprefix("http://").split(":")
    sent = {"address": f"/api/v1/images/{image.accession}/ome-tiff", "name": f"{image.accession}.ome.tif"}
    page = client.post(f"/datasets/{dataset.accession}/take-away/link/", sent, SERVER_NAME=host, SERVER_PORT=port)
    found = {key: unescape(text) for key, text in PRE.findall(page.text)}
    run(found["link-2"], tmp_path)
    assert np.array_equal(tifffile.imread(tmp_path / f"{image.accession}.ome.tif"), VALUES)
    assert run(found["link-3"], tmp_path).strip() == f"{VALUES.shape} uint16"
    assert found["link-4"].endswith(".ome.tif")
