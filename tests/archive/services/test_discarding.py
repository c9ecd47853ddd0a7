"""A discarded draft leaves the dataset as its latest version is, and lets the next draft begin."""

import pytest
from django.core.files.base import ContentFile

from archive.models import File, Image, Rendition, Upload
from archive.selectors.depositions import get_deposition, my_depositions
from archive.services import depositing, uploading
from archive.states import DepositionState, RenditionState, UploadState
from archive.storage import derived, new_key
from tests.factories.archive import (
    BlobFactory,
    BundleFactory,
    DepositionFactory,
    FileFactory,
    ImageFactory,
    ReleasedDatasetFactory,
    UploadFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def dataset():
    dataset = ReleasedDatasetFactory()
    DepositionFactory(dataset=dataset, number=1, state=DepositionState.RELEASED)
    return dataset


def _draft(dataset):
    return depositing.start_new_version(dataset=dataset, user=dataset.created_by)


def _discard(draft):
    return depositing.withdraw_deposition(deposition=draft, user=draft.created_by, reason="Begun by mistake.")


def _rows(dataset):
    files = File.objects.filter(dataset=dataset).order_by("path")
    images = Image.objects.filter(dataset=dataset).order_by("number")
    return (
        list(files.values_list("pk", "path", "from_version", "until_version")),
        list(images.values_list("pk", "from_version", "until_version")),
    )


def test_files_and_images_are_again_those_of_the_released_version(dataset):
    kept, removed = FileFactory(dataset=dataset, path="a.tif"), FileFactory(dataset=dataset, path="b.tif")
    BundleFactory(dataset=dataset, path="c.ome.zarr")
    for number, file in enumerate((kept, removed), start=1):
        ImageFactory(dataset=dataset, file=file, number=number)
    before = _rows(dataset)
    draft = _draft(dataset)
    uploading.remove_file(user=dataset.created_by, file=removed)
    new = FileFactory(dataset=dataset, path="b.tif", from_version=2, blob=BlobFactory(content=b"new"))
    ImageFactory(dataset=dataset, file=new, number=3, from_version=2)

    _discard(draft)
    assert draft.state == DepositionState.WITHDRAWN
    assert _rows(dataset) == before


def test_what_was_made_of_its_images_goes_with_them(dataset, django_capture_on_commit_callbacks):
    draft = _draft(dataset)
    new = FileFactory(dataset=dataset, path="new.tif", from_version=2, blob=BlobFactory(content=b"new"))
    image = ImageFactory(dataset=dataset, file=new, number=1, from_version=2)
    prefix = new_key("renditions")
    derived().save(f"{prefix}/zarr.json", ContentFile(b"{}"))
    Rendition.objects.create(dataset=dataset, image=image, state=RenditionState.MADE, prefix=prefix)
    with django_capture_on_commit_callbacks(execute=True):
        _discard(draft)
    assert not Rendition.objects.exists()
    assert not derived().exists(f"{prefix}/zarr.json")


def test_uploads_on_their_way_come_to_their_end(dataset):
    draft = _draft(dataset)
    upload = UploadFactory(dataset=dataset)
    _discard(draft)
    upload.refresh_from_db()
    assert upload.state == UploadState.FAILED
    assert "discarded" in upload.reason
    assert not Upload.objects.filter(state=UploadState.OPEN).exists()


def test_its_people_are_back_at_the_released_version_and_may_begin_again(dataset):
    _discard(_draft(dataset))
    assert get_deposition(dataset.accession, dataset.created_by).state == DepositionState.RELEASED
    assert [row.state for row in my_depositions(dataset.created_by)] == [DepositionState.RELEASED]
    assert _draft(dataset).number == 2
