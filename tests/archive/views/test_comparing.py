"""The page of a comparison: what the address names, in its order, and nothing that its reader may not see."""

import re

import pytest
from django.test import Client

from tests.factories.archive import DatasetFactory, ImageFactory, ReleasedDatasetFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def images():
    dataset = ReleasedDatasetFactory()
    return [ImageFactory(dataset=dataset, name=f"cell {number}") for number in range(12)]


def page(**query: object) -> str:
    response = Client().get("/compare/", query)
    assert response.status_code == 200
    return response.content.decode()


def panes(text: str) -> list[str]:
    return re.findall(r'data-pane="/api/v1/images/([^/]+)/viewer"', text)


def test_images_stand_in_the_order_of_the_address_with_their_views(images):
    text = page(i=[images[2].accession, images[0].accession], v=["z=3", "c=0:FF0000"])
    assert panes(text) == [images[2].accession, images[0].accession]
    assert 'data-view="z=3"' in text
    assert 'data-view="c=0:FF0000"' in text


def test_each_is_there_once_and_nine_at_most(images):
    names = [image.accession for image in images]
    text = page(i=[names[0], names[0].lower(), *names[1:]])
    assert len(panes(text)) == 9
    assert f"{names[9]}, {names[10]}, {names[11]} were left out" in text
    assert "Another image" not in text


def test_one_that_is_not_there_or_private_is_said_alike(images):
    private = ImageFactory(dataset=DatasetFactory())
    text = page(i=[images[0].accession, private.accession, "MG-NOPE"])
    assert f"There is no image {private.accession}, MG-NOPE that you may see" in text
    assert private.name not in text


def test_another_is_added_and_one_is_taken_out_by_links(images):
    text = page(i=[images[0].accession, images[1].accession], add=f"{images[2].accession}, {images[3].accession}")
    assert len(panes(text)) == 4
    assert f"?i={images[1].accession}&amp;i={images[2].accession}" in text


def test_without_any_it_says_what_to_do():
    assert "Choose two to 9 images" in page()


@pytest.mark.parametrize("count", [2, 9])
def test_queries_do_not_grow_with_the_images(images, count, django_assert_num_queries):
    with django_assert_num_queries(1):
        page(i=[image.accession for image in images[:count]])
