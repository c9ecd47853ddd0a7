"""Each factory makes an object that passes the model's own validation and the database's constraints."""

import pytest
from factory.django import DjangoModelFactory

from tests.factories import archive

FACTORIES = sorted(
    (
        made
        for made in vars(archive).values()
        if isinstance(made, type) and issubclass(made, DjangoModelFactory) and made is not DjangoModelFactory
    ),
    key=lambda made: made.__name__,
)


@pytest.mark.django_db
@pytest.mark.parametrize("made", FACTORIES, ids=lambda one: one.__name__)
def test_each_factory_makes_a_valid_object(made):
    made().full_clean()
    made().full_clean()
