"""Tiles, pictures and numbers through the API, drawn by a real pool from real files."""

import io
from pathlib import Path

import numpy as np
import pytest
import tifffile
from django.test import Client
from django.utils import timezone
from PIL import Image as Picture

from archive import delivery
from archive.models import Image
from archive.states import Access, Standing
from tests.archive.tus import deposit

pytestmark = pytest.mark.django_db(transaction=True)
STACK = 3


@pytest.fixture
def works(eager, imaging, restless):
    """Tasks run at once, on a real pool."""


def made(path: Path, values: np.ndarray) -> bytes:
    tifffile.imwrite(path, values, ome=True, metadata={"axes": "ZYX", "PhysicalSizeX": 0.5, "PhysicalSizeY": 0.5})
    return path.read_bytes()


@pytest.fixture
def values() -> np.ndarray:
    """Three sections, 300 × 400, each a slope of its own."""
    slope = np.add.outer(np.arange(300), np.arange(400)).astype(np.uint16)
    return np.stack([slope + 1000 * z for z in range(STACK)])


@pytest.fixture
def image(works, dataset, tmp_path, values) -> Image:
    deposit(dataset, "stack.ome.tif", made(tmp_path / "stack.ome.tif", values))
    return Image.objects.select_related("dataset", "file__blob").get()


@pytest.fixture
def reader(client: Client, dataset) -> Client:
    client.force_login(dataset.created_by)
    return client


def address(image: Image, rest: str) -> str:
    return f"/api/v1/images/{image.accession}/{rest}"


def pixels(response) -> np.ndarray:
    assert response.status_code == 200, response.content
    return np.asarray(Picture.open(io.BytesIO(response.content)))


def problem(response, pointer: str) -> str:
    assert response["Content-Type"] == "application/problem+json"
    return next(error["message"] for error in response.json()["errors"] if error["pointer"] == pointer)


def test_the_viewer_record_says_what_a_viewer_needs(reader, image):
    record = reader.get(address(image, "viewer")).json()
    assert (record["width"], record["height"], record["sections"], record["times"]) == (400, 300, STACK, 1)
    assert (record["tile"], record["top_level"], record["coarsest"]) == (256, 9, 0)
    assert record["pixel_x_um"] == 0.5
    [channel] = record["channels"]
    assert channel["on"]
    assert 1000 <= channel["low"] < channel["high"] <= 1700


def test_a_tile_shows_its_part_with_the_limits_that_are_asked_for(reader, image, values):
    drawn = pixels(reader.get(address(image, "tiles_files/9/1_1.jpg"), {"z": 2, "c": "0:FFFFFF:2000:3000"}))
    expected = np.clip((values[2, 256:300, 256:400].astype(float) - 2000) / 1000, 0, 1) * 255
    assert drawn.shape == (44, 144)
    assert np.abs(drawn - expected).max() <= 4


def test_the_descriptor_tells_viewers_where_the_tiles_are(reader, image):
    text = reader.get(address(image, "tiles.dzi")).content.decode()
    assert 'TileSize="256"' in text
    assert '<Size Width="400" Height="300"/>' in text


@pytest.mark.parametrize("tile", ["10/0_0", "9/2_0", "9/0_2"])
def test_there_are_no_tiles_outside_the_image(reader, image, tile):
    assert reader.get(address(image, f"tiles_files/{tile}.jpg")).status_code == 404


def test_the_same_address_is_the_same_picture_and_is_not_drawn_twice(reader, image, settings):
    first = reader.get(address(image, "tiles_files/9/0_0.jpg"), {"z": 1})
    settings.PORTAL_IMAGING_SOCKET = Path("/nowhere.sock")
    again = reader.get(address(image, "tiles_files/9/0_0.jpg"), {"z": 1}, headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    other = reader.get(address(image, "tiles_files/9/0_0.jpg"), {"z": 2}, headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 503
    assert other["Retry-After"]
    # Where the pool should be is for the log, not for whoever looks at images.
    assert "nowhere" not in other.content.decode()
    assert "Try again" in other.json()["detail"]


def test_what_is_private_is_cached_by_its_reader_alone(reader, image):
    version = reader.get(address(image, "viewer")).json()["version"]
    response = reader.get(address(image, "tiles_files/9/0_0.jpg"), {"v": version})
    assert response["Cache-Control"] == "private, no-cache"
    assert Client().get(address(image, "tiles_files/9/0_0.jpg"), {"v": version}).status_code == 404


def test_what_is_public_is_cached_long_behind_an_address_that_a_retraction_changes(image, dataset):
    dataset.latest_version, dataset.released_at, dataset.access = 1, timezone.now(), Access.OPEN
    dataset.save()
    tile, anyone = address(image, "tiles_files/9/0_0.jpg"), Client()
    version = anyone.get(address(image, "viewer")).json()["version"]
    assert "immutable" in anyone.get(tile, {"v": version})["Cache-Control"]
    assert "immutable" not in anyone.get(tile)["Cache-Control"]
    dataset.standing, dataset.retraction_reason, dataset.retracted_at = (
        Standing.RETRACTED,
        "Wrong labels.",
        timezone.now(),
    )
    dataset.save()
    assert anyone.get(tile, {"v": version}).status_code == 404
    assert delivery.view_version(Image.objects.select_related("dataset", "file__blob").get()) != version


def test_a_projection_takes_the_brightest_section(reader, image, values):
    drawn = pixels(reader.get(address(image, "render"), {"z": "0-2", "c": "0:FFFFFF:0:4000", "kind": "png"}))
    assert np.abs(drawn - np.round(values.max(axis=0) / 4000 * 255)).max() <= 1


def test_a_region_is_taken_away_as_a_picture(reader, image, values):
    response = reader.get(
        address(image, "render"),
        {"region": "100,50,64,32", "c": "0:FFFFFF:0:4000", "z": 0, "kind": "png", "download": 1},
    )
    assert f'filename="{image.accession}.png"' in response["Content-Disposition"]
    assert np.abs(pixels(response) - np.round(values[0, 50:82, 100:164] / 4000 * 255)).max() <= 1


@pytest.mark.parametrize("region", [None, "100,50,20,10"], ids=["all of it", "a small part"])
def test_a_scale_bar_of_a_round_length_fits_whatever_is_shown(reader, image, region):
    query = {"scale_bar": "auto", "size": 400, "kind": "png", "enlarge": 1, "z": 0}
    response = reader.get(address(image, "render"), query | ({"region": region} if region else {}))
    assert pixels(response).shape[1] == 400


def test_a_slice_through_the_stack_has_a_row_for_each_section(reader, image):
    drawn = Picture.open(io.BytesIO(reader.get(address(image, "section"), {"axis": "y", "at": 10}).content))
    assert drawn.size == (400, STACK)


def test_histogram_and_pixel_tell_what_is_stored(reader, image, values):
    [channel] = reader.get(address(image, "histogram"), {"z": 0}).json()
    assert (channel["least"], channel["greatest"]) == (0, 698)
    assert sum(channel["counts"]) == 300 * 400
    assert reader.get(address(image, "pixel"), {"x": 7, "y": 9, "z": 2}).json()["values"] == [[float(values[2, 9, 7])]]


@pytest.mark.parametrize(
    ("rest", "query", "pointer"),
    [
        ("render", {"size": 5000}, "/size"),
        ("render", {"region": "1,2,3"}, "/region"),
        ("render", {"kind": "gif"}, "/kind"),
        ("render", {"c": "0:GREEN"}, "/c"),
        ("render", {"c": "0:00FF00:5:1"}, "/c"),
        ("render", {"c": "0::nan:1"}, "/c"),
        ("render", {"z": "-1"}, "/z"),
        ("render", {"t": "x"}, "/t"),
        ("section", {"axis": "z", "at": 0}, "/axis"),
        ("pixel", {"x": 0}, "/y"),
    ],
)
def test_what_cannot_be_drawn_is_said_beside_its_name(reader, image, rest, query, pointer):
    response = reader.get(address(image, rest), query)
    assert response.status_code in {400, 422}
    assert problem(response, pointer)


@pytest.mark.parametrize(
    ("rest", "query"),
    [
        ("render", {"z": 3}),
        ("render", {"c": "1"}),
        ("render", {"region": "390,0,20,20"}),
        ("pixel", {"x": 400, "y": 0}),
    ],
)
def test_beyond_the_image_there_is_a_sentence(reader, image, rest, query):
    response = reader.get(address(image, rest), query)
    assert response.status_code == 422
    assert response.json()["detail"].endswith(".")


def test_a_tile_costs_few_queries(reader, image, django_assert_max_num_queries):
    reader.get(address(image, "tiles_files/9/0_0.jpg"))
    with django_assert_max_num_queries(5):
        reader.get(address(image, "tiles_files/9/1_0.jpg"))
