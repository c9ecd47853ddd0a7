"""OME-TIFF of an image through the API, from real files by a real pool."""

import io
import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile
from django.test import Client
from lxml import etree

from archive.models import Image
from archive.services import workspace
from tests.archive.tus import deposit

pytestmark = pytest.mark.django_db(transaction=True)
SCHEMA = Path(__file__).resolve().parents[2] / "data" / "schemas" / "ome-2016-06" / "ome.xsd"
VALUES = np.random.default_rng(4).integers(0, 60_000, (2, 3, 2, 70, 90)).astype(np.uint16)  # TZCYX


@pytest.fixture
def works(eager, imaging, restless):
    """Tasks run at once, on a real pool."""


@pytest.fixture
def image(works, dataset, tmp_path) -> Image:
    said = {"axes": "TZCYX", "PhysicalSizeX": 0.25, "PhysicalSizeY": 0.25, "Channel": {"Name": ["DAPI", "GFP"]}}
    tifffile.imwrite(tmp_path / "a.ome.tif", VALUES, ome=True, metadata=said)
    deposit(dataset, "a.ome.tif", (tmp_path / "a.ome.tif").read_bytes())
    return Image.objects.select_related("dataset", "file__blob").get()


@pytest.fixture
def reader(client: Client, dataset) -> Client:
    client.force_login(dataset.created_by)
    return client


def fetch(reader: Client, image: Image, headers: dict[str, str] | None = None, **query: object):
    return reader.get(f"/api/v1/images/{image.accession}/ome-tiff", query, headers=headers or {})


def opened(response) -> tuple[np.ndarray, str]:
    assert response.status_code == 200
    with tifffile.TiffFile(io.BytesIO(b"".join(response.streaming_content))) as file:
        return file.series[0].asarray(), file.ome_metadata


def test_the_whole_image_comes_with_its_metadata(reader, image):
    response = fetch(reader, image)
    assert f'filename="{image.accession}.ome.tif"' in response["Content-Disposition"]
    pixels, document = opened(response)
    assert np.array_equal(pixels, VALUES.transpose(0, 2, 1, 3, 4))
    assert 'Name="GFP"' in document
    assert image.accession in document
    assert image.dataset.accession in document


def test_a_download_outlasts_the_folder_that_it_reads_from(reader, image):
    response = fetch(reader, image)
    shutil.rmtree(workspace.workspaces() / str(image.dataset_id))
    assert np.array_equal(opened(response)[0], VALUES.transpose(0, 2, 1, 3, 4))


def test_a_part_is_cut_out_and_says_so(reader, image):
    pixels, document = opened(fetch(reader, image, region="10,20,30,40", z="1-2", t=1, c="1"))
    assert np.array_equal(pixels.squeeze(), VALUES[1, 1:3, 1, 20:60, 10:40])
    assert 'Name="GFP"' in document
    assert 'Name="DAPI"' not in document
    assert "region 10-20-30-40" in document


def test_a_broken_download_goes_on(reader, image):
    whole = fetch(reader, image)
    content = b"".join(whole.streaming_content)
    rest = fetch(reader, image, headers={"Range": "bytes=50000-", "If-Range": whole["ETag"]})
    assert rest.status_code == 206
    assert content[50_000:] == b"".join(rest.streaming_content)


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"region": "80,0,20,20"}, "/region"),
        ({"z": "2-3"}, "/z"),
        ({"z": "2-1"}, "/z"),
        ({"t": 2}, "/t"),
        ({"c": "2"}, "/c"),
    ],
)
def test_a_part_outside_the_image_is_said(reader, image, query, pointer):
    response = fetch(reader, image, **query)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


def test_its_metadata_are_valid(reader, image):
    _, document = opened(fetch(reader, image, region="0,0,9,9"))
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    schema.assertValid(etree.fromstring(document.encode()))
