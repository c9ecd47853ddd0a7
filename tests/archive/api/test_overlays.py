"""Regions, masks and label images through the API, drawn by a real pool from real files."""

import io
from pathlib import Path

import numpy as np
import pytest
import tifffile
import zarr
from django.test import Client
from PIL import Image as Picture

from archive.models import Image
from archive.selectors.overlays import is_named_labels
from portal.demo import DEMO_DIR
from tests.archive.tus import deposit, deposit_tree

pytestmark = pytest.mark.django_db(transaction=True)
STARDIST = DEMO_DIR / "images" / "stardist"


@pytest.fixture
def works(eager, imaging, restless):
    """Tasks run at once, on a real pool."""


@pytest.fixture
def image(works, dataset) -> Image:
    deposit(dataset, "nuclei/regions.ome.tif", (STARDIST / "nuclei_regions.ome.tif").read_bytes())
    return Image.objects.get()


@pytest.fixture
def labels(image, dataset) -> Image:
    deposit(dataset, "labels/nuclei.tif", (STARDIST / "nuclei_labels.tif").read_bytes())
    return Image.objects.exclude(pk=image.pk).get()


@pytest.fixture
def reader(client: Client, dataset) -> Client:
    client.force_login(dataset.created_by)
    return client


def address(image: Image, rest: str) -> str:
    return f"/api/v1/images/{image.accession}/{rest}"


def pixels(response) -> np.ndarray:
    assert response.status_code == 200, response.content
    return np.asarray(Picture.open(io.BytesIO(response.content)).convert("RGBA"))


def test_regions_are_given_with_their_places_and_masks_as_pictures(reader, image):
    found = reader.get(address(image, "regions"), {"z": 0, "t": 0}).json()
    assert (found["total"], found["sentence"]) == (10, "")
    assert {shape["kind"] for shape in found["shapes"]} == {
        "polygon", "ellipse", "rectangle", "mask", "line", "polyline", "point", "label",
    }  # fmt: skip
    [mask] = [shape for shape in found["shapes"] if shape["kind"] == "mask"]
    drawn = pixels(reader.get(address(image, f"regions/{mask['number']}/mask.png")))
    assert drawn.shape[1::-1] == tuple(mask["points"][1])
    assert set(np.unique(drawn[..., 3])) == {0, 255}


def test_a_shape_that_is_no_mask_has_no_picture(reader, image):
    response = reader.get(address(image, "regions/0/mask.png"))
    assert response.status_code == 422
    assert response.json()["detail"].endswith(".")


def test_a_label_image_of_the_same_size_is_offered_and_drawn_in_colours(reader, image, labels):
    [offered] = reader.get(address(image, "overlays")).json()["labels"]
    assert (offered["key"], offered["tiles"]) == (labels.accession, address(labels, "tiles_files"))
    tile = f"{offered['tiles']}/8/0_0.{offered['extension']}"
    drawn = pixels(reader.get(tile, {"labels": 1, "v": offered["version"]}))
    values = tifffile.imread(STARDIST / "nuclei_labels.tif")
    assert np.array_equal(drawn[..., 3] > 0, values > 0)
    assert len(np.unique(drawn[values > 0], axis=0)) == len(np.unique(values)) - 1
    assert reader.get(address(labels, "viewer")).json()["is_labels"]
    assert not reader.get(address(image, "viewer")).json()["is_labels"]


def test_what_somebody_may_not_see_is_not_offered(image, labels):
    for rest in ("regions", "regions/5/mask.png", "overlays"):
        assert Client().get(address(image, rest)).status_code == 404


def ome_zarr(folder: Path, values: np.ndarray) -> Path:
    """An OME-Zarr 0.5 of one plane with a label image inside."""
    root = zarr.create_group(folder, zarr_format=3)
    plain = {"axes": [{"name": "y", "type": "space"}, {"name": "x", "type": "space"}]}
    scale = [{"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [1.0, 1.0]}]}]
    root.attrs["ome"] = {"version": "0.5", "multiscales": [{**plain, "datasets": scale}]}
    root.create_array("0", data=values.astype(np.uint16) * 20)
    inner = root.create_group("labels")
    inner.attrs["ome"] = {"version": "0.5", "labels": ["cells"]}
    cells = inner.create_group("cells")
    cells.attrs["ome"] = {"version": "0.5", "image-label": {}, "multiscales": [{**plain, "datasets": scale}]}
    cells.create_array("0", data=values)
    return folder


def test_a_label_image_inside_an_ome_zarr_is_offered_and_drawn(reader, works, dataset, tmp_path):
    values = np.zeros((40, 60), dtype=np.uint8)
    values[5:20, 5:20], values[25:35, 30:50] = 1, 2
    deposit_tree(dataset, ome_zarr(tmp_path / "cells.ome.zarr", values), "cells.ome.zarr")
    image = Image.objects.get()
    [offered] = reader.get(address(image, "overlays")).json()["labels"]
    assert offered["name"] == "cells"
    drawn = pixels(reader.get(f"{offered['tiles']}/6/0_0.{offered['extension']}"))
    assert np.array_equal(drawn[..., 3] > 0, values > 0)
    assert reader.get(address(image, "labels/1/tiles_files/6/0_0.png")).status_code == 404
    assert reader.get(address(image, "labels/0/tiles_files/9/0_0.png")).status_code == 404


@pytest.mark.parametrize(
    ("name", "is_labels"),
    [
        ("labels/nuclei.tif", True),
        ("cell_mask.png", True),
        ("Segmentation of cells", True),
        ("nuclei_segm.tif", True),
        ("labelled.tif", True),
        ("unlabelled cells", False),
        ("damask.tif", False),
        ("masking experiment", False),
        ("nuclei.tif", False),
    ],
)
def test_labels_are_known_by_a_word_of_their_name(name, is_labels):
    assert is_named_labels(name) is is_labels
