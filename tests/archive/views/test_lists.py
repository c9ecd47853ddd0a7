"""Lists cost as many queries for fifty rows as for five, and never more than 25."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.archive import DatasetFactory, DepositionFactory, ImageFactory, ReleasedDatasetFactory, UserFactory

pytestmark = pytest.mark.django_db
MOST = 25


def _mine(user, rows):
    for _ in range(rows):
        dataset = DatasetFactory(owner=user)
        DepositionFactory(dataset=dataset)
        ImageFactory(dataset=dataset)
    return reverse("archive:my-depositions")


def _deposit_files(user, rows):
    deposition = DepositionFactory(dataset=DatasetFactory(owner=user))
    ImageFactory.create_batch(rows, dataset=deposition.dataset)
    return reverse("archive:deposition-files", args=[deposition.dataset.accession])


def _dataset(user, rows):
    dataset = ReleasedDatasetFactory(owner=user)
    ImageFactory.create_batch(rows, dataset=dataset)
    return dataset.get_absolute_url()


def _images(user, rows):
    return reverse("archive:images", args=[_dataset(user, rows).split("/")[2]])


@pytest.mark.parametrize("fill", [_mine, _deposit_files, _dataset, _images], ids=lambda fill: fill.__name__[1:])
def test_queries_do_not_grow_with_the_rows(client, fill):
    counts = []
    for rows in (5, 50):
        user = UserFactory()
        client.force_login(user)
        address = fill(user, rows)
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(address).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1]
    assert counts[1] <= MOST


def test_my_depositions_go_on_beyond_the_first_page(client):
    user = UserFactory()
    made = [DepositionFactory(dataset=DatasetFactory(owner=user)).dataset.accession for _ in range(53)]
    client.force_login(user)
    address = reverse("archive:my-depositions")
    first = client.get(address)
    second = client.get(f"{address}{first.context['next']}")

    shown = first.content.decode() + second.content.decode()
    assert second.status_code == 200
    assert [accession for accession in made if accession not in shown] == []
    assert not second.context["next"]
