"""OME-Zarr of an image: asked for, made by the task, read over HTTP by Zarr itself, and valid."""

import io
from pathlib import Path

import ngff_zarr
import numpy as np
import pytest
import requests
import tifffile
import zarr
from django.test import Client
from django.utils import timezone
from ome_zarr_models.v05.image import Image as NgffImage
from PIL import Image as Picture
from rest_framework.throttling import ScopedRateThrottle

from archive.imaging.model import Rendered
from archive.imaging.pool.client import ImagingPool
from archive.models import Image, Rendition
from archive.selectors import viewing
from archive.services import looking, renditions, sweeping
from archive.states import Access, RenditionState
from archive.storage import chunks_of, derived, tree_of
from archive.zarr_store import StorageStore
from tests.archive.tus import deposit
from tests.factories.archive import ImageFactory

pytestmark = pytest.mark.django_db(transaction=True)
CHANCE = np.random.default_rng(11)
COLOUR = {"photometric": "rgb"}
KINDS = {
    "stack": (CHANCE.integers(0, 60_000, (2, 3, 2, 70, 90)).astype(np.uint16), {"axes": "TZCYX"}, {}),
    "large": (CHANCE.integers(0, 255, (2100, 2600)).astype(np.uint8), {"axes": "YX"}, {}),
    "colour": (CHANCE.integers(0, 255, (60, 80, 3)).astype(np.uint8), {"axes": "YXS"}, COLOUR),
    "real": (CHANCE.random((40, 50)).astype(np.float32), {"axes": "YX"}, {}),
    "signed": (CHANCE.integers(-500, 500, (40, 50)).astype(np.int16), {"axes": "YX"}, {}),
}


@pytest.fixture
def works(eager, imaging, restless):
    """Tasks run at once, on a real pool."""


def image_of(dataset, tmp_path: Path, kind: str) -> Image:
    values, said, options = KINDS[kind]
    path = tmp_path / f"{kind}.ome.tif"
    lengths = {"PhysicalSizeX": 0.25, "PhysicalSizeXUnit": "µm", "PhysicalSizeY": 0.25, "PhysicalSizeYUnit": "µm"}
    tifffile.imwrite(path, values, ome=True, metadata=said | lengths, **options)
    deposit(dataset, path.name, path.read_bytes())
    return Image.objects.select_related("dataset", "file__blob").get()


def tczyx(kind: str) -> np.ndarray:
    values = KINDS[kind][0]
    if kind == "stack":
        return values.transpose(0, 2, 1, 3, 4)
    return values.transpose(2, 0, 1)[None, :, None] if kind == "colour" else values[None, None, None]


@pytest.fixture
def reader(client: Client, dataset) -> Client:
    client.force_login(dataset.created_by)
    return client


def address(image: Image, rest: str) -> str:
    return f"/api/v1/images/{image.accession}/{rest}"


def fetched(made: Rendition, folder: Path) -> str:
    """Its objects as a folder, wherever they are stored."""
    for name in tree_of(derived(), made.prefix):
        target = folder / name.removeprefix(f"{made.prefix}/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"".join(chunks_of(derived(), name)))
    return str(folder)


@pytest.mark.parametrize("kind", KINDS)
def test_every_pixel_is_kept_and_the_group_is_valid(works, dataset, tmp_path, kind):
    image = image_of(dataset, tmp_path, kind)
    renditions.want_rendition(image=image, user=dataset.created_by)
    made = Rendition.objects.get()
    assert (made.state, made.reason) == (RenditionState.MADE, "")
    group = zarr.open_group(StorageStore(derived(), made.prefix, read_only=True), mode="r")
    assert np.array_equal(group["0"][:], tczyx(kind))
    assert made.raw_size == tczyx(kind).nbytes
    assert made.size == sum(derived().size(name) for name in tree_of(derived(), made.prefix))
    NgffImage.from_zarr(group)
    ngff_zarr.from_ngff_zarr(fetched(made, tmp_path / "fetched.zarr"), validate=True)
    [multiscale] = group.attrs["ome"]["multiscales"]
    assert multiscale["datasets"][0]["coordinateTransformations"][0]["scale"][-1] == 0.25


def test_each_level_is_the_mean_of_the_one_before(works, dataset, tmp_path):
    renditions.want_rendition(image=image_of(dataset, tmp_path, "large"))
    group = zarr.open_group(StorageStore(derived(), Rendition.objects.get().prefix, read_only=True), mode="r")
    full, half = group["0"][0, 0, 0], group["1"][0, 0, 0]
    assert half.shape == (1050, 1300)
    means = full.reshape(1050, 2, 1300, 2).mean(axis=(1, 3))
    assert np.array_equal(half, np.rint(means).astype(np.uint8))
    assert max(group["3"].shape[-2:]) <= 512


def test_a_large_flat_image_is_drawn_from_it_wherever_it_is_stored(works, dataset, tmp_path, reader, monkeypatch):
    monkeypatch.setattr(viewing, "FLAT_PIXELS", 1 << 20)
    image = image_of(dataset, tmp_path, "large")
    renditions.want_rendition(image=image)
    drawn, asked = ImagingPool.tile, []

    def tile(pool: ImagingPool, root: Path, path: str, *rest: object) -> Rendered:
        asked.append(path)
        return drawn(pool, root, path, *rest)

    monkeypatch.setattr(ImagingPool, "tile", tile)
    for column in range(2):
        assert reader.get(address(image, f"tiles_files/9/{column}_0.jpg")).status_code == 200
    assert asked == [Rendition.objects.get().prefix.rpartition("/")[2]] * 2


def test_a_colour_image_of_sixteen_bits_looks_the_same_from_it(works, dataset, tmp_path, reader, monkeypatch):
    ramp = np.linspace(0, 4000, 80, dtype=np.uint16)
    path = tmp_path / "deep.ome.tif"
    said = {"axes": "YXS", "PhysicalSizeX": 0.25, "PhysicalSizeXUnit": "µm"}
    tifffile.imwrite(path, np.broadcast_to(ramp[None, :, None], (60, 80, 3)), ome=True, metadata=said, **COLOUR)
    deposit(dataset, path.name, path.read_bytes())
    image = Image.objects.get()

    def drawn(query: str = "") -> np.ndarray:
        picture = reader.get(address(image, f"render?kind=png{query}")).content
        return np.asarray(Picture.open(io.BytesIO(picture)).convert("RGB")).astype(int)

    before, narrow = drawn(), drawn("&c=0::1000:2000")
    monkeypatch.setattr(viewing, "FLAT_PIXELS", 1 << 10)
    renditions.want_rendition(image=image)
    looking.forget_places()
    assert 100 < before.mean() < 150
    assert np.abs(drawn() - before).max() <= 2
    assert np.abs(drawn("&c=0::1000:2000") - narrow).max() <= 2


def test_it_is_asked_for_and_read_over_http_by_zarr(works, dataset, tmp_path, reader, live_server):
    image = image_of(dataset, tmp_path, "stack")
    assert reader.get(address(image, "ome-zarr")).status_code == 404
    assert reader.post(address(image, "ome-zarr")).status_code in {200, 202}
    record = reader.get(address(image, "ome-zarr")).json()
    assert record["state"] == "made"
    dataset.latest_version, dataset.released_at, dataset.access = 1, timezone.now(), Access.OPEN
    dataset.save()
    url = f"{live_server.url}{address(image, 'ome.zarr')}"
    shard = requests.get(
        f"{url}/0/c/0/1/2/0/0", headers={"Range": "bytes=-20", "Origin": "https://a.example"}, timeout=9
    )
    assert (shard.status_code, len(shard.content)) == (206, 20)
    assert shard.headers["Access-Control-Allow-Origin"] == "*"
    assert "Range" in requests.options(f"{url}/zarr.json", timeout=9).headers["Access-Control-Allow-Headers"]
    folder = tmp_path / "fetched.zarr"
    for name in tree_of(derived(), Rendition.objects.get().prefix):
        key = name.removeprefix(f"{Rendition.objects.get().prefix}/")
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(requests.get(f"{url}/{key}", timeout=9).content)
    assert np.array_equal(zarr.open_group(folder, mode="r")["0"][:], tczyx("stack"))


@pytest.mark.parametrize(
    "key", ["../secret", "0/../zarr.json", "1/c/0/0/0/9/9", "zarr.jsonx", ".zattrs", f"0/c/{'9' * 300}/0/0/0/0"]
)
def test_only_objects_of_the_group_are_served(works, dataset, tmp_path, reader, key):
    image = image_of(dataset, tmp_path, "real")
    renditions.want_rendition(image=image)
    assert reader.get(address(image, "ome.zarr/zarr.json")).status_code == 200
    assert reader.get(address(image, f"ome.zarr/{key}")).status_code == 404


@pytest.mark.parametrize("key", [".zattrs", "0/c/0/0/0/9/9"], ids=["of Zarr 2", "an empty shard"])
def test_what_is_absent_says_so_to_other_sites_where_it_is_public(works, dataset, tmp_path, reader, key):
    image = image_of(dataset, tmp_path, "real")
    renditions.want_rendition(image=image)
    assert "Access-Control-Allow-Origin" not in reader.get(address(image, f"ome.zarr/{key}"))
    dataset.latest_version, dataset.released_at, dataset.access = 1, timezone.now(), Access.OPEN
    dataset.save()
    answer = Client().get(address(image, f"ome.zarr/{key}"), headers={"Origin": "https://a.example"})
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (404, "*")


def test_somebody_who_asks_too_often_is_told_so_on_other_sites_too(dataset, monkeypatch):
    monkeypatch.setattr(ScopedRateThrottle, "allow_request", lambda *_: False)
    monkeypatch.setattr(ScopedRateThrottle, "wait", lambda _: 7.0)
    answer = Client().get("/api/v1/images/MG-D1-I1/ome.zarr/zarr.json", headers={"Origin": "https://a.example"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "7")
    assert answer["Access-Control-Allow-Origin"] == "*"


def test_what_is_private_stays_so(works, dataset, tmp_path):
    image = image_of(dataset, tmp_path, "real")
    renditions.want_rendition(image=image)
    assert Client().get(address(image, "ome.zarr/zarr.json")).status_code == 404
    assert Client().post(address(image, "ome-zarr")).status_code in {401, 403}


def test_a_link_opens_the_whole_group_to_programs_that_cannot_sign_in(works, dataset, tmp_path, reader, live_server):
    image = image_of(dataset, tmp_path, "stack")
    renditions.want_rendition(image=image)
    made = reader.post(
        f"/api/v1/datasets/{dataset.accession}/links",
        {"address": address(image, "ome.zarr")},
        content_type="application/json",
    )
    assert made.status_code == 201, made.json()
    path = made.json()["url"].removeprefix("http://testserver")
    group = zarr.open_group(f"{live_server.url}{path}", mode="r")
    assert np.array_equal(group["0"][:], tczyx("stack"))
    answer = Client().get(f"{path}/zarr.json", headers={"Origin": "https://vizarr.example"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "private" in answer["Cache-Control"]
    assert Client().get(f"{path.replace('/signed/', '/signed/x')}/zarr.json").status_code == 410
    other = ImageFactory(dataset=dataset, file=image.file, number=77, series=77)
    assert Client().get(f"{path.replace(image.accession, other.accession)}/zarr.json").status_code == 410
    dataset.memberships.all().delete()
    assert Client().get(f"{path}/zarr.json").status_code == 410


def test_an_interrupted_attempt_leaves_nothing_and_is_made_by_the_sweep(
    works, dataset, tmp_path, settings, monkeypatch
):
    image = image_of(dataset, tmp_path, "stack")
    real, asked = ImagingPool.raw, []

    def interrupted(pool: ImagingPool, *args: object, **more: object) -> object:
        asked.append(more)
        if len(asked) == 5:
            raise KeyboardInterrupt
        return real(pool, *args, **more)

    monkeypatch.setattr(ImagingPool, "raw", interrupted)
    with pytest.raises(KeyboardInterrupt):
        renditions.want_rendition(image=image)
    half = Rendition.objects.get()
    assert (half.state, half.tries) == (RenditionState.WANTED, 1)
    settings.PORTAL_STALE_SECONDS = 0
    sweeping.sweep()
    made = Rendition.objects.get()
    assert made.state == RenditionState.MADE
    assert made.prefix != half.prefix
    assert not list(tree_of(derived(), half.prefix))


def test_a_file_that_breaks_on_the_way_is_a_failure_with_a_reason_that_can_be_tried_again(works, dataset, tmp_path):
    image = image_of(dataset, tmp_path, "stack")
    Image.objects.update(series=5)
    made = renditions.want_rendition(image=Image.objects.get())
    made.refresh_from_db()
    assert made.state == RenditionState.FAILED
    assert made.reason.endswith(".")
    Image.objects.update(series=0)
    again = renditions.want_rendition(image=image)
    again.refresh_from_db()
    assert again.state == RenditionState.MADE


def test_a_large_flat_image_gets_one_by_itself_and_its_overview_comes_from_it(
    works, dataset, tmp_path, reader, monkeypatch
):
    monkeypatch.setattr("archive.selectors.viewing.FLAT_PIXELS", 1 << 20)
    image = image_of(dataset, tmp_path, "large")
    assert Rendition.objects.get().state == RenditionState.MADE
    record = reader.get(address(image, "viewer")).json()
    assert (record["coarsest"], record["pyramid"]) == (0, "")
    tile = reader.get(address(image, "tiles_files/4/0_0.jpg"))
    assert tile.status_code == 200
    pixel = reader.get(address(image, "pixel"), {"x": 2599, "y": 2099}).json()["values"]
    assert pixel == [[float(KINDS["large"][0][2099, 2599])]]


@pytest.mark.parametrize(("state", "said"), [(RenditionState.WANTED, "awaited"), (RenditionState.FAILED, "failed")])
def test_the_viewer_learns_why_there_is_no_overview(works, dataset, tmp_path, reader, monkeypatch, state, said):
    image = image_of(dataset, tmp_path, "large")
    monkeypatch.setattr(viewing, "FLAT_PIXELS", 1 << 20)
    Rendition.objects.create(image=image, dataset=dataset, state=state)
    record = reader.get(address(image, "viewer")).json()
    assert (record["coarsest"], record["pyramid"]) == (10, said)
