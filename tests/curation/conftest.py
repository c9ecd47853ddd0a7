"""The people of the curation, and candidates in every state."""

import pytest

from archive.models import Dataset
from tests.curation.driver import KEYS, RATIONALE, REASON, Story, Team, judgement, make_team
from tests.factories.archive import ImageFactory, ReleasedDatasetFactory

__all__ = ["KEYS", "RATIONALE", "REASON", "Story", "Team", "judgement"]


@pytest.fixture
def team(db) -> Team:
    return make_team()


@pytest.fixture
def dataset(db) -> Dataset:
    dataset = ReleasedDatasetFactory(title="Serial sections of the adult body wall")
    ImageFactory.create_batch(3, dataset=dataset)
    return dataset


@pytest.fixture
def story(team, dataset) -> Story:
    return Story(team, dataset)
