"""Originals that are kept compressed: nothing a reader gets differs, and nothing is lost on the way."""

import hashlib
import random
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from archive import compression
from archive.models import Blob, Dataset, Image
from archive.services import compacting, packing, workspace
from archive.storage import chunks_of, originals, tree_of
from tests.archive.tus import deposit
from tests.factories.archive import BlobFactory, FileFactory, ReleasedDatasetFactory

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = b"".join(b"%d;%d;0.5\n" % (number, number % 97) for number in range(30_000))
NOISE = random.Random(3).randbytes(200_000)
DEMO = Path(__file__).resolve().parents[3] / "demo" / "images"


@pytest.fixture
def released(scratch) -> Dataset:
    """A table that shrinks, noise that does not, and a file too small to matter."""
    dataset = ReleasedDatasetFactory()
    for path, content in {"table.csv": TEXT, "noise.bin": NOISE, "note.txt": b"short"}.items():
        FileFactory(dataset=dataset, path=path, blob=BlobFactory(content=content))
    return dataset


def blob_of(dataset: Dataset, path: str) -> Blob:
    return dataset.files.get(path=path).blob


def test_what_saves_is_kept_compressed_and_its_old_object_goes(released):
    old = blob_of(released, "table.csv").key
    assert compacting.compact_some(10) == 1
    blob = blob_of(released, "table.csv")
    assert (blob.codec, blob.size, blob.sha256) == ("zstd", len(TEXT), hashlib.sha256(TEXT).hexdigest())
    assert blob.stored_size == originals().size(blob.key) < len(TEXT) / 2
    assert not originals().exists(old)


def test_what_does_not_shrink_stays_and_is_not_tried_again(released):
    compacting.compact_some(10)
    assert blob_of(released, "noise.bin").codec == ""
    assert not compacting.candidates().exists()


def test_readers_get_the_original_whole_and_by_range(released):
    compacting.compact_some(10)
    file = released.files.get(path="table.csv")
    address = f"/api/v1/datasets/{released.accession}/files/{file.pk}/content"
    whole = Client().get(address)
    assert b"".join(whole.streaming_content) == TEXT
    part = Client().get(address, headers={"Range": "bytes=300000-300099"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, TEXT[300_000:300_100])
    package = packing.package(version=released.versions.get(), rows=released.files.all(), record={})
    assert TEXT in b"".join(package.stream(0, package.length))


def test_the_folder_for_readers_holds_the_original(released):
    compacting.compact_some(10)
    root = workspace.prepare([released.files.select_related("blob").get(path="table.csv")])
    assert (root / "table.csv").read_bytes() == TEXT


def test_an_image_is_read_from_compressed_bytes(eager, imaging, restless, dataset, monkeypatch):
    monkeypatch.setattr(compacting, "LEAST_SAVED", -9.0)
    source = sorted((DEMO / "tiff-imagej").glob("*.tif"))[0]
    deposit(dataset, "a.tif", source.read_bytes())
    assert compacting.compact_some(10) == 1
    image = Image.objects.select_related("dataset", "file__blob").get()
    client = Client()
    client.force_login(dataset.created_by)
    assert client.get(f"/api/v1/images/{image.accession}/render").status_code == 200


def test_a_copy_that_is_not_the_same_is_thrown_away_and_told(released, monkeypatch, caplog):
    monkeypatch.setattr(compression, "read", lambda draft: iter([b"something else"]))
    assert compacting.compact_some(10) == 0
    assert _content(released) == TEXT
    assert blob_of(released, "table.csv").key in caplog.text


def _content(dataset: Dataset) -> bytes:
    return b"".join(chunks_of(originals(), blob_of(dataset, "table.csv").key))


def test_two_at_once_leave_one_object(released):
    first, second = blob_of(released, "table.csv"), blob_of(released, "table.csv")
    assert compacting.compact_blob(first)
    before = set(_objects())
    assert not compacting.compact_blob(second) or second.key == first.key
    assert set(_objects()) == before


def _objects() -> list[str]:
    return list(tree_of(originals(), "blobs"))


def test_the_command_compresses_undoes_and_tells_the_figures(released, capsys):
    call_command("compress_originals")
    assert "1 files changed" in capsys.readouterr().out
    room = compacting.room()
    assert room.stored < room.originals
    assert room.saved == room.originals - room.stored - room.pictures - room.renditions
    call_command("compress_originals", "--undo")
    assert blob_of(released, "table.csv").codec == ""
    assert _content(released) == TEXT
