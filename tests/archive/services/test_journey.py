"""An upload becomes a verified, read, drawn image: services, the table of events, storage and pool, all for real."""

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import storages
from PIL import Image as Picture

from archive.models import File, Image
from archive.states import FileState, ImageState
from tests.archive.tus import Tus

DEMO = Path(__file__).resolve().parents[3] / "demo" / "images"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("eager", "imaging")]


def picture(key: str) -> Picture.Image:
    with storages["derived"].open(key) as stored:
        return Picture.open(BytesIO(stored.read()))


def test_an_uploaded_image_is_verified_read_and_drawn(tus: Tus):
    content = (DEMO / "tiff-imagej" / "xy_16bit__embryo_transmission.tif").read_bytes()
    assert tus.upload("embryo/transmission.tif", content).status_code == 201
    file = File.objects.get()
    assert (file.state, file.reason, file.tries) == (FileState.READ, "", 0)
    assert file.blob.sha256 == hashlib.sha256(content).hexdigest()
    image = Image.objects.get()
    assert (image.state, image.reason) == (ImageState.RENDERED, "")
    assert image.accession == f"{tus.dataset.accession}-I1"
    large = picture(image.thumbnail_large)
    assert (large.format, large.size) == ("WEBP", (image.thumbnail_width, image.thumbnail_height))
