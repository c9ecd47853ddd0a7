"""Components of a released version stay as they are while a draft of the next one is written."""

import pytest
from django.test import Client

from archive.models import Component, Deposition, File
from archive.services import depositing, releasing
from archive.states import DepositionState
from tests.archive.documents import complete_document
from tests.factories.archive import DepositionFactory, FileFactory

pytestmark = pytest.mark.django_db
ONE = {"components": [{"name": "First part", "folder": "fold"}]}
TWO = {"components": [{"name": "SECRET two", "folder": "fold"}, {"name": "SECRET three", "folder": "more"}]}


def _ready(deposition: Deposition) -> Deposition:
    Deposition.objects.filter(pk=deposition.pk).update(state=DepositionState.READY)
    deposition.refresh_from_db()
    return deposition


@pytest.fixture
def draft() -> Deposition:
    """Version 1 is released; the draft of version 2 renames its component, adds one, and is submitted."""
    first = DepositionFactory()
    dataset, owner = first.dataset, first.dataset.created_by
    FileFactory(dataset=dataset, path="fold/a.ome.tif")
    depositing.save_metadata(deposition=first, user=owner, revision=0, document=complete_document() | ONE)
    releasing.release_deposition(deposition=_ready(first), user=owner)
    dataset.refresh_from_db()
    draft = depositing.start_new_version(dataset=dataset, user=owner)
    FileFactory(dataset=dataset, path="more/b.ome.tif", from_version=2)
    depositing.save_metadata(deposition=draft, user=owner, revision=draft.revision, document=complete_document() | TWO)
    depositing.submit_deposition(deposition=draft, user=owner)
    return draft


def _components(dataset, version: int | str) -> dict[str, str]:
    answer = Client().get(f"/api/v1/datasets/{dataset.accession}/files", {"version": version})
    return {file["path"]: file["component"] for file in answer.json()["results"]}


def test_a_draft_changes_no_file_of_a_released_version(draft):
    assert _components(draft.dataset, 1) == {"fold/a.ome.tif": "first-part"}
    assert File.objects.get(path="fold/a.ome.tif").component == "first-part"


def test_the_names_in_a_draft_are_not_among_those_that_anybody_may_choose_from(draft):
    assert list(Component.objects.values_list("name", flat=True)) == ["First part"]


def test_with_its_release_a_version_has_its_own_components_and_the_old_one_keeps_its(draft):
    releasing.release_deposition(deposition=_ready(draft), user=draft.dataset.created_by)

    assert _components(draft.dataset, 2) == {"fold/a.ome.tif": "secret-two", "more/b.ome.tif": "secret-three"}
    assert _components(draft.dataset, 1) == {"fold/a.ome.tif": "first-part"}
