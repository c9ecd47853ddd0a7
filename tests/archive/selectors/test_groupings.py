"""The files behind an image: those of a set, and those that only their names join."""

import pytest
from django.utils import timezone

from archive.models import Grouping
from archive.selectors.groupings import describing_file, files_of_image
from archive.states import GroupingState
from tests.factories.archive import FileFactory, ImageFactory

pytestmark = pytest.mark.django_db


def test_the_describing_file_of_a_set_is_known_without_the_others(django_assert_num_queries):
    image = ImageFactory()
    FileFactory.create_batch(3, dataset=image.dataset, main=image.file)
    assert len(files_of_image(image)) == 4
    with django_assert_num_queries(0):
        assert describing_file(image) == image.file


def test_of_a_joined_plate_it_is_the_first_file_of_the_image(django_assert_num_queries):
    first = FileFactory(path="A01_z1.tif")
    files = [
        first,
        *(FileFactory(dataset=first.dataset, path=f"{name}.tif") for name in ("A01_z2", "B01_z1", "B01_z2")),
    ]
    grouping = Grouping.objects.create(
        dataset=first.dataset,
        label="plate",
        axes=[{"name": "well", "values": ["A01", "B01"]}, {"name": "z", "values": ["1", "2"]}],
        members=[[file.path, at // 2, at % 2] for at, file in enumerate(files)],
        member_count=4,
        image_count=2,
        state=GroupingState.CONFIRMED,
        decided_at=timezone.now(),
        from_version=1,
    )
    image = ImageFactory(dataset=first.dataset, file=first, grouping=grouping, series=1)
    with django_assert_num_queries(2):
        assert describing_file(image) == files[2]
    assert files_of_image(image) == (files[2], files[3])
