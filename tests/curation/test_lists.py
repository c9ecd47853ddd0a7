"""The public lists of curation cost the same number of queries for 5 and for 50 rows."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.curation.driver import Story, Team
from tests.factories.archive import ImageFactory, ReleasedDatasetFactory

pytestmark = pytest.mark.django_db
MOST_QUERIES = 25


@pytest.fixture
def decided(team: Team) -> Iterator:
    """Makes so many accepted candidates, each of a dataset of its own."""

    def make(count: int) -> None:
        for _ in range(count):
            dataset = ReleasedDatasetFactory()
            ImageFactory(dataset=dataset)
            Story(team, dataset).accepted()

    return make


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(captured)


ADDRESSES = ("/labels/", "/labels/reference/", "/decisions/", "/api/v1/labels/", "/api/v1/curation/decisions/")


def test_lists_of_labels_and_decisions_cost_the_same_with_more_rows(client: Client, decided):
    decided(5)
    few = {address: queries(client, address) for address in ADDRESSES}
    decided(45)
    many = {address: queries(client, address) for address in ADDRESSES}
    assert few == many
    assert max(many.values()) <= MOST_QUERIES
