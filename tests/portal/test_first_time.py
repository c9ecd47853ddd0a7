"""What fills an empty portal, in which order."""

import pytest

from archive.models import Vocabulary
from archive.terms import LARGE, SHIPPED
from portal.management.commands.portal import _first_time
from tests.factories.archive import ReleasedDatasetFactory

pytestmark = pytest.mark.django_db


def loaded(*names):
    for info in SHIPPED:
        if info.name in names:
            facts = {"title": info.title, "licence": info.licence, "homepage": info.homepage}
            Vocabulary.objects.create(
                name=info.name, version=info.version, is_complete=info.complete, term_count=1, **facts
            )


def test_nobody_waits_for_the_large_vocabularies():
    first, demo, later, index = _first_time(demo=True)
    assert first.startswith("load_terms NCBITaxon FBbi ")
    assert demo == "load_demo"
    assert set(later.split()[1:]) == LARGE
    assert index == "rebuild_index"


def test_an_empty_portal_has_nothing_to_index():
    assert [line.split()[0] for line in _first_time(demo=False)] == ["load_terms", "load_terms"]


def test_what_is_there_is_not_loaded_again():
    loaded(*(info.name for info in SHIPPED))
    assert _first_time(demo=False) == []


@pytest.mark.parametrize("newer", ["MONDO", "FBbi"])
def test_records_are_indexed_anew_with_newer_vocabularies(newer):
    ReleasedDatasetFactory()
    loaded(*(info.name for info in SHIPPED if info.name != newer))
    assert _first_time(demo=True) == [f"load_terms {newer}", "rebuild_index"]


def test_an_institute_loads_what_it_wants(settings):
    settings.PORTAL_VOCABULARIES = ["GO", "FBbi"]
    assert _first_time(demo=True) == ["load_terms FBbi GO", "load_demo"]
