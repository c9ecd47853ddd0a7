"""From stored bytes to pictures, on real files: sets in any order, plates, bundles, and what goes wrong."""

import itertools
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from archive.imaging.errors import PoolUnavailable
from archive.imaging.model import Description, ImageMetadata, Outcome, PixelType
from archive.models import Blob, File, Image, MachineStep, Plate, Upload
from archive.services import claims, ingesting, reading, uploading
from archive.states import FileKind, FileState, ImageState
from tests.archive.tus import deposit, deposit_tree
from tests.factories.archive import BlobFactory, FileFactory, ImageFactory

DEMO = Path(__file__).resolve().parents[3] / "demo" / "images"
MITOTIC = DEMO / "ome-tiff-multifile"
MAIN = "mitotic.companion.ome"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def works(eager, imaging, restless):
    """Tasks run at once, on a real pool."""


def outcome(dataset) -> dict:
    """What a dataset came to, without what depends on the order of arrival (row ids, image numbers)."""
    files = {
        file.path: (str(file.state), file.main.path if file.main else "", file.reason)
        for file in dataset.files.select_related("main")
    }
    images = sorted((image.file.path, image.series, str(image.state), image.name) for image in dataset.images.all())
    return {"files": files, "images": images}


ORDERS = {
    "companion first": lambda files: sorted(files),
    "companion last": lambda files: sorted(files, reverse=True),
    "companion in the middle": lambda files: sorted(files, key=lambda file: (file.stem[-3:] > "_z2", file.name)),
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS.keys())
def test_a_companion_set_ends_the_same_in_any_order(works, dataset, order):
    deposit_tree(dataset, MITOTIC, "mitosis", order)
    found = outcome(dataset)
    assert found["images"] == [(f"mitosis/{MAIN}", 0, "rendered", found["images"][0][3])]
    members = {path: fate for path, fate in found["files"].items() if not path.endswith(MAIN)}
    assert len(members) == 6
    assert set(members.values()) == {("read", f"mitosis/{MAIN}", "")}


def test_a_set_with_a_hole_waits_by_name_and_goes_on_when_it_is_filled(works, dataset):
    hole = MITOTIC / "mitotic_z3.ome.tif"
    deposit_tree(dataset, MITOTIC, order=lambda files: sorted(file for file in files if file != hole))
    main = File.objects.get(path=MAIN)
    assert (main.state, main.reason_code, main.missing) == (FileState.KEPT, "incomplete", [hole.name])
    assert hole.name in main.reason
    deposit(dataset, hole.name, hole.read_bytes())
    assert Image.objects.get().state == ImageState.RENDERED
    assert set(File.objects.values_list("state", flat=True)) == {FileState.READ}


def test_a_set_that_loses_a_file_waits_again(works, dataset):
    deposit_tree(dataset, MITOTIC)
    uploading.remove_file(user=dataset.created_by, file=File.objects.get(path="mitotic_z3.ome.tif"))
    main = File.objects.get(path=MAIN)
    assert (main.state, main.missing) == (FileState.KEPT, ["mitotic_z3.ome.tif"])
    assert not Image.objects.exists()


def test_a_bundle_is_one_file_and_one_set_of_images(works, dataset):
    folder = next((DEMO / "zarr").glob("fly*.ome.zarr"))
    deposit_tree(dataset, folder, folder.name)
    bundle = File.objects.get()
    count = sum(file.is_file() for file in folder.rglob("*"))
    assert (bundle.kind, bundle.path, bundle.state) == (FileKind.BUNDLE, folder.name, FileState.READ)
    assert (bundle.member_count, len(bundle.tree_digest), bundle.blob) == (count, 64, None)
    assert bundle.size == sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    assert Plate.objects.get().wells.exists()
    assert set(Image.objects.values_list("state", flat=True)) == {ImageState.RENDERED}
    assert Image.objects.filter(well__isnull=False).exists()


def test_a_plate_in_a_file_has_its_wells(works, dataset):
    file = next((DEMO / "ome-tiff-hcs").glob("*.tif"))
    deposit(dataset, file.name, file.read_bytes())
    plate = Plate.objects.get()
    assert (plate.rows, plate.columns, plate.wells.count()) == (2, 3, 6)
    assert all(image.well for image in Image.objects.all())
    image = Image.objects.first()
    with storages["derived"].open(image.ome_xml_key) as stored:
        assert b"<OME" in stored.read()


def test_what_is_no_image_is_kept_with_its_reason(works, dataset):
    deposit(dataset, "notes.txt", b"Cells were fixed on Monday.\n")
    file = File.objects.get()
    assert (file.state, file.reason_code) == (FileState.KEPT, "not-an-image")
    assert file.reason.endswith(".")


def test_a_broken_image_is_kept_and_the_good_one_beside_it_is_drawn(works, dataset):
    broken = next((DEMO / "broken").glob("*.tif"))
    deposit(dataset, "broken.tif", broken.read_bytes())
    deposit(dataset, "good.tif", (DEMO / "tiff-imagej" / "xy_8bit_labels__nuclei_touchborder.tif").read_bytes())
    states = dict(File.objects.values_list("path", "state"))
    assert states["good.tif"] == FileState.READ
    assert Image.objects.get(file__path="good.tif").state == ImageState.RENDERED
    for image in Image.objects.filter(file__path="broken.tif"):
        assert (image.state, bool(image.reason)) == (ImageState.FAILED, True)


def test_bytes_that_are_not_those_announced_are_damaged_and_may_be_sent_again(works, dataset):
    deposit(dataset, "notes.txt", b"what arrived", sha256="0" * 64)
    file = File.objects.get()
    assert (file.state, file.reason_code) == (FileState.DAMAGED, "damaged")
    assert "0" * 64 in file.reason
    deposit(dataset, "notes.txt", b"what was meant")
    assert File.objects.get().state == FileState.KEPT
    assert Blob.objects.count() == 1


def test_bytes_that_vanished_are_damaged(dataset):
    file = FileFactory(dataset=dataset, state=FileState.STORED)
    ingesting.verify_file(file_id=file.pk)
    file.refresh_from_db()
    assert (file.state, "missing" in file.reason) == (FileState.DAMAGED, True)


@pytest.mark.parametrize("step", ["read", "draw"])
def test_without_a_pool_the_row_waits_and_the_try_is_not_counted(dataset, settings, tmp_path, step):
    settings.PORTAL_IMAGING_SOCKET = tmp_path / "nobody.sock"
    blob = BlobFactory(content=b"bytes")
    if step == "read":
        row = FileFactory(dataset=dataset, blob=blob, state=FileState.VERIFIED)
        ingesting.read_file(file_id=row.pk)
    else:
        row = ImageFactory(dataset=dataset, file__blob=blob, state=ImageState.FOUND)
        ingesting.draw_image(image_id=row.pk)
    state = row.state
    row.refresh_from_db()
    assert (row.state, row.tries, row.reason) == (state, 0, "")


def test_a_file_whose_worker_died_three_times_is_kept_with_that_reason(dataset):
    long_ago = timezone.now() - timedelta(hours=1)
    file = FileFactory(dataset=dataset, state=FileState.VERIFIED, tries=claims.MAX_TRIES)
    File.objects.update(moved_at=long_ago)
    ingesting.read_file(file_id=file.pk)
    file.refresh_from_db()
    assert (file.state, file.reason_code) == (FileState.KEPT, "interrupted")


def test_an_image_whose_worker_died_three_times_fails_with_that_reason(dataset):
    image = ImageFactory(dataset=dataset, state=ImageState.FOUND, tries=claims.MAX_TRIES)
    Image.objects.update(moved_at=timezone.now() - timedelta(hours=1))
    ingesting.draw_image(image_id=image.pk)
    image.refresh_from_db()
    assert (image.state, "3 times" in image.reason) == (ImageState.FAILED, True)


def test_nobody_else_takes_a_row_that_is_being_worked_on(dataset):
    file = FileFactory(dataset=dataset, state=FileState.VERIFIED)
    with claims.claimed(File, file.pk, [FileState.VERIFIED]) as first:
        assert first is not None
        with claims.claimed(File, file.pk, [FileState.VERIFIED]) as second:
            assert second is None


def test_an_outage_gives_the_row_back(dataset):
    file = FileFactory(dataset=dataset, state=FileState.VERIFIED)
    with claims.claimed(File, file.pk, [FileState.VERIFIED]):
        raise PoolUnavailable("The pool is away.")
    file.refresh_from_db()
    assert file.tries == 0


def test_every_step_twice_changes_nothing(works, dataset):
    deposit(dataset, "cells.tif", (DEMO / "tiff-imagej" / "xy_rgb__cells.tif").read_bytes())
    before = (outcome(dataset), list(Image.objects.values()), MachineStep.objects.count(), Blob.objects.count())
    for upload, file, image in itertools.product(Upload.objects.all(), File.objects.all(), Image.objects.all()):
        uploading.take_upload(upload_id=str(upload.pk))
        ingesting.verify_file(file_id=file.pk)
        ingesting.read_file(file_id=file.pk)
        ingesting.draw_image(image_id=image.pk)
    after = (outcome(dataset), list(Image.objects.values()), MachineStep.objects.count(), Blob.objects.count())
    assert after == before


def test_reading_again_leaves_the_pictures_that_were_drawn_meanwhile(dataset, monkeypatch):
    file = FileFactory(dataset=dataset, state=FileState.VERIFIED)
    image = ImageFactory(dataset=dataset, file=file, size_x=99)

    def drawn_meanwhile(dataset_id: int, count: int) -> range:
        Image.objects.filter(pk=image.pk).update(thumbnail_small="thumbnails/new.webp")
        return range(0)

    monkeypatch.setattr(reading, "_take_numbers", drawn_meanwhile)
    metadata = ImageMetadata(0, 20, 30, 1, 1, 1, PixelType.UINT8, "tiff", "tiff")
    assert reading.apply(file, Description(file.path, Outcome.READ, (metadata,), members=(file.path,)))
    image.refresh_from_db()
    assert (image.size_x, image.state, image.thumbnail_small) == (20, ImageState.FOUND, "thumbnails/new.webp")
