"""A draft to the newest version of its template: audited, compared and set, and only for those who may edit."""

import pytest

from archive.errors import EditConflict, NotAllowed, WrongState
from archive.models import AuditEntry, Deposition
from archive.selectors.templates import newest_of
from archive.services import depositing, moving_up
from archive.services.terms import load_ontology
from archive.states import DatasetRole, DepositionState
from archive.terms import shipped
from tests.archive.documents import complete_document
from tests.factories.archive import DepositionFactory, MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def deposition() -> Deposition:
    document = complete_document()
    document["biosample"]["cell_line"] = ["HeLa", "our own line"]
    return DepositionFactory(metadata=document, template="light-microscopy", template_version="1.0")


def test_what_it_says_comes_along_and_texts_that_name_a_term_become_it(deposition):
    load_ontology(shipped("cellosaurus"))
    owner = deposition.created_by
    moved = moving_up.move_up(deposition=deposition, user=owner, revision=0)
    assert (moved.template_version, moved.revision) == (newest_of(moved).version, 1)
    assert moved.metadata["study"] == complete_document()["study"]
    named, free = moved.metadata["biosample"]["cell_line"]
    assert named["curie"].startswith("cellosaurus:")
    assert free == {"curie": "", "label": "our own line"}
    entry = AuditEntry.objects.get(action="deposition.move-up")
    assert (entry.actor, entry.data["from"], entry.data["to"]) == (owner, "1.0", moved.template_version)
    with pytest.raises(WrongState, match="the newest version"):
        moving_up.move_up(deposition=moved, user=owner, revision=1)


def test_a_text_that_somebody_else_saved_is_not_overwritten(deposition):
    depositing.save_metadata(
        deposition=deposition, user=deposition.created_by, revision=0, changes={"study.title": "Another title"}
    )
    with pytest.raises(EditConflict):
        moving_up.move_up(deposition=deposition, user=deposition.created_by, revision=0)
    deposition.refresh_from_db()
    assert (deposition.template_version, deposition.revision) == ("1.0", 1)


def test_only_editors_of_what_can_be_edited_move_it(deposition):
    viewer = MembershipFactory(dataset=deposition.dataset, role=DatasetRole.VIEWER).user
    with pytest.raises(NotAllowed):
        moving_up.move_up(deposition=deposition, user=viewer, revision=0)
    Deposition.objects.update(state=DepositionState.READY)
    with pytest.raises(WrongState):
        moving_up.move_up(deposition=deposition, user=deposition.created_by, revision=0)
    assert not AuditEntry.objects.filter(action="deposition.move-up").exists()


def test_a_deposition_like_an_older_one_has_its_texts_as_terms(deposition):
    begun = depositing.start_like(user=deposition.created_by, like=deposition)
    assert begun.template_version == newest_of(begun).version
    assert [term["label"] for term in begun.metadata["biosample"]["cell_line"]] == ["HeLa", "our own line"]
