"""The life of a deposition until it is ready."""

import pytest

from archive.errors import EditConflict, Invalid, NotAllowed, NotFound, WrongState
from archive.models import AuditEntry, Component, Dataset, Deposition
from archive.services import auditing, depositing
from archive.states import DatasetRole, DepositionState, FileState, ImageState, UploadState
from tests.archive.documents import complete_document
from tests.factories.archive import (
    FileFactory,
    ImageFactory,
    MembershipFactory,
    ReleasedDatasetFactory,
    UploadFactory,
    UserFactory,
    WellFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return UserFactory(name="Ada Lovelace", orcid="0000-0002-1825-0097")


@pytest.fixture
def deposition(owner) -> Deposition:
    return depositing.start_deposition(user=owner, metadata=complete_document())


@pytest.fixture
def with_file(deposition) -> Deposition:
    FileFactory(dataset=deposition.dataset)
    return deposition


def _actions(dataset: Dataset) -> list[str]:
    return list(AuditEntry.objects.filter(dataset=dataset).values_list("action", flat=True))


def _submitted(deposition: Deposition, owner) -> Deposition:
    return depositing.submit_deposition(deposition=deposition, user=owner)


# --- starting


def test_a_deposition_has_an_accession_an_owner_and_a_first_entry_at_once(owner):
    deposition = depositing.start_deposition(user=owner)

    dataset = deposition.dataset
    assert dataset.accession.startswith("MG-D")
    assert dataset.memberships.get().role == DatasetRole.OWNER
    assert (deposition.state, deposition.number) == (DepositionState.DRAFT, 1)
    assert _actions(dataset) == ["deposition.start"]


def test_a_draft_begins_with_what_is_known_of_the_person(owner):
    document = depositing.start_deposition(user=owner).metadata

    assert document["study"]["authors"][0]["name"] == "Ada Lovelace"
    assert document["study"]["licence"] == "CC0-1.0"


def test_accessions_count_up(owner):
    first, second = (depositing.start_deposition(user=owner).dataset.accession for _ in range(2))

    assert int(second.removeprefix("MG-D")) == int(first.removeprefix("MG-D")) + 1


def test_an_unknown_template_names_the_known_ones(owner):
    with pytest.raises(NotFound, match="light-microscopy"):
        depositing.start_deposition(user=owner, template="heavy-microscopy")


# --- editing


def test_changes_by_path_keep_the_rest(deposition, owner):
    depositing.save_metadata(
        deposition=deposition,
        user=owner,
        revision=0,
        changes={"study.title": "Meiosis in yeast", "components.0.name": "Time-lapse", "study.keywords": None},
    )

    assert deposition.metadata["study"]["title"] == "Meiosis in yeast"
    assert deposition.metadata["study"]["licence"] == "CC0-1.0"
    assert deposition.revision == 1
    assert deposition.dataset.title == "Meiosis in yeast"
    assert Component.objects.get(dataset=deposition.dataset).key == "time-lapse"


def test_an_old_revision_is_a_conflict_and_changes_nothing(deposition, owner):
    depositing.save_metadata(deposition=deposition, user=owner, revision=0, changes={"study.title": "Mine, first"})

    with pytest.raises(EditConflict) as refused:
        depositing.save_metadata(deposition=deposition, user=owner, revision=0, changes={"study.title": "Theirs"})

    deposition.refresh_from_db()
    assert refused.value.current_revision == 1
    assert deposition.metadata["study"]["title"] == "Mine, first"


@pytest.mark.parametrize(
    ("path", "value"),
    [("study.title", 42), ("study.authors", "Ada"), ("biosample", "HeLa"), ("my_own.field", {"a": [1]})],
    ids=["number for text", "text for people", "text for a section", "unknown section"],
)
def test_nothing_typed_is_dropped_whatever_its_shape(deposition, owner, path, value):
    depositing.save_metadata(deposition=deposition, user=owner, revision=0, changes={path: value})

    place = Deposition.objects.get(pk=deposition.pk).metadata
    for step in path.split("."):
        place = place[step]
    assert place == value


@pytest.mark.parametrize(
    "path", ["", ".", "study..title", "study.title.more", "components.7.name", "a.b.c.d.e.f.g.h.i"], ids=repr
)
def test_a_path_that_leads_nowhere_is_named(deposition, owner, path):
    with pytest.raises(Invalid) as refused:
        depositing.save_metadata(deposition=deposition, user=owner, revision=0, changes={path: "x"})

    assert refused.value.problems


def test_saving_the_same_again_is_no_change(deposition, owner):
    depositing.save_metadata(deposition=deposition, user=owner, revision=0, document=complete_document())

    assert deposition.revision == 0
    assert _actions(deposition.dataset) == ["deposition.start"]


def test_the_audit_names_fields_and_no_values(deposition, owner):
    depositing.save_metadata(deposition=deposition, user=owner, revision=0, changes={"study.title": "A secret name"})

    entry = AuditEntry.objects.filter(dataset=deposition.dataset).last()
    assert entry.data == {"fields": ["study.title"], "revision": 1}


def test_a_viewer_may_not_edit_and_a_stranger_does_not_learn_of_it(deposition):
    viewer = MembershipFactory(dataset=deposition.dataset, role=DatasetRole.VIEWER).user
    with pytest.raises(NotAllowed):
        depositing.save_metadata(deposition=deposition, user=viewer, revision=0, changes={"study.title": "x"})
    with pytest.raises(NotFound):
        depositing.save_metadata(deposition=deposition, user=UserFactory(), revision=0, changes={"study.title": "x"})


def test_a_submitted_deposition_is_not_edited(with_file, owner):
    _submitted(with_file, owner)
    with pytest.raises(WrongState, match="submitted"):
        depositing.save_metadata(deposition=with_file, user=owner, revision=0, changes={"study.title": "x"})


def test_components_get_different_keys_and_go_with_their_names(deposition, owner):
    names = ["Movie!", "Movie?", "Übersicht"]
    document = complete_document() | {"components": [{"name": name} for name in names]}
    depositing.save_metadata(deposition=deposition, user=owner, revision=0, document=document)
    assert sorted(deposition.dataset.components.values_list("key", flat=True)) == ["movie", "movie-2", "ubersicht"]

    document["components"] = [{"name": "Movie?"}]
    depositing.save_metadata(deposition=deposition, user=owner, revision=1, document=document)
    assert list(deposition.dataset.components.values_list("key", flat=True)) == ["movie-2"]


# --- submitting


def test_submitting_names_everything_that_is_required(owner):
    deposition = depositing.start_deposition(user=owner, metadata={"study": {"title": "Mitosis in HeLa cells"}})

    with pytest.raises(Invalid) as refused:
        _submitted(deposition, owner)

    pointers = {problem.pointer for problem in refused.value.problems}
    assert {"/study/description", "/study/human_material", "/study/licence", "/files"} <= pointers
    deposition.refresh_from_db()
    assert deposition.state == DepositionState.DRAFT


def test_a_refusal_also_names_the_files_that_are_known_to_be_broken(owner):
    deposition = depositing.start_deposition(user=owner)
    FileFactory(dataset=deposition.dataset, path="broken.tif", state=FileState.KEPT, reason_code="truncated")

    with pytest.raises(Invalid) as refused:
        _submitted(deposition, owner)

    pointers = [problem.pointer for problem in refused.value.problems]
    assert pointers[-1] == "/files/broken.tif"
    assert any(not pointer.startswith("/files") for pointer in pointers)


def test_submitting_waits_for_uploads(with_file, owner):
    UploadFactory(dataset=with_file.dataset, path="a~b/c.tif", state=UploadState.OPEN)

    with pytest.raises(Invalid) as refused:
        _submitted(with_file, owner)

    assert [problem.pointer for problem in refused.value.problems] == ["/files/a~0b~1c.tif"]


def test_files_of_a_components_folder_belong_to_it(deposition, owner):
    document = complete_document() | {"components": [{"name": "Movies", "folder": "movies/"}]}
    depositing.save_metadata(deposition=deposition, user=owner, revision=0, document=document)
    inside = FileFactory(dataset=deposition.dataset, path="movies/one.tif")
    outside = FileFactory(dataset=deposition.dataset, path="movies2/one.tif")
    _submitted(deposition, owner)

    inside.refresh_from_db()
    outside.refresh_from_db()
    assert (inside.component, outside.component) == ("movies", "")


def test_submitting_twice_is_refused(with_file, owner):
    _submitted(with_file, owner)
    with pytest.raises(WrongState):
        _submitted(with_file, owner)


# --- the verdict


def test_it_is_ready_when_every_file_has_come_to_its_end(with_file, owner):
    waiting = FileFactory(dataset=with_file.dataset, state=FileState.VERIFIED)
    _submitted(with_file, owner)

    depositing.settle_deposition(deposition_id=with_file.pk)
    with_file.refresh_from_db()
    assert with_file.state == DepositionState.PROCESSING

    waiting.state = FileState.READ
    waiting.save()
    depositing.settle_deposition(dataset_id=with_file.dataset_id)
    with_file.refresh_from_db()
    assert with_file.state == DepositionState.READY
    assert _actions(with_file.dataset)[-3:] == ["deposition.submit", "deposition.check", "deposition.answer"]
    assert auditing.verify_chain(with_file.dataset) == []


@pytest.mark.parametrize(
    ("state", "well", "settled"),
    [
        (ImageState.FOUND, False, False),
        (ImageState.DESCRIBED, False, False),
        (ImageState.FOUND, True, True),
        (ImageState.RENDERED, False, True),
    ],
    ids=["found", "described", "field of a plate", "rendered"],
)
def test_it_waits_for_pictures_but_not_for_those_of_plates(with_file, owner, state, well, settled):
    ImageFactory(dataset=with_file.dataset, state=state, well=WellFactory() if well else None)
    _submitted(with_file, owner)
    depositing.settle_deposition(deposition_id=with_file.pk)

    with_file.refresh_from_db()
    assert (with_file.state == DepositionState.READY) is settled


_DARK = {"code": "all-black", "severity": "problem", "sentence": "Every pixel is black.", "fix": "Look at it."}


def _broken(dataset):
    return FileFactory(
        dataset=dataset, path="bad/one.tif", state=FileState.KEPT, reason_code="broken", reason="It is cut off."
    )


def _naming_others(dataset):
    return FileFactory(dataset=dataset, path="bad/one.tif", state=FileState.READ, missing=["z1.tif"])


def _undrawn(dataset):
    file = FileFactory(dataset=dataset, path="bad/one.tif")
    ImageFactory(dataset=dataset, file=file, state=ImageState.FAILED, reason="It has no pixels.")
    return file


def _black(dataset):
    file = FileFactory(dataset=dataset, path="bad/one.tif")
    ImageFactory(dataset=dataset, file=file, findings=[_DARK])
    return file


@pytest.mark.parametrize("make", [_broken, _naming_others, _undrawn, _black])
def test_what_only_the_depositor_can_mend_sends_it_back_until_it_is_kept_on_purpose(with_file, owner, make):
    file = make(with_file.dataset)
    _submitted(with_file, owner)
    depositing.settle_deposition(deposition_id=with_file.pk)

    with_file.refresh_from_db()
    assert with_file.state == DepositionState.NEEDS_CHANGES
    assert [problem["pointer"] for problem in with_file.problems] == ["/files/bad~1one.tif"]

    depositing.keep_file_as_it_is(deposition=with_file, user=owner, file_id=file.pk)
    _submitted(with_file, owner)
    depositing.settle_deposition(deposition_id=with_file.pk)
    with_file.refresh_from_db()
    assert with_file.state == DepositionState.READY


def test_damaged_bytes_are_never_kept_on_purpose(with_file, owner):
    file = FileFactory(dataset=with_file.dataset, state=FileState.DAMAGED, kept_on_purpose=True)
    _submitted(with_file, owner)
    depositing.settle_deposition(deposition_id=with_file.pk)

    with_file.refresh_from_db()
    assert with_file.state == DepositionState.NEEDS_CHANGES
    assert file.path.replace("/", "~1") in with_file.problems[0]["pointer"]


def test_settling_an_unsubmitted_deposition_does_nothing(with_file):
    depositing.settle_deposition(deposition_id=with_file.pk)
    depositing.settle_deposition(dataset_id=with_file.dataset_id)

    with_file.refresh_from_db()
    assert with_file.state == DepositionState.DRAFT


# --- back, away, and on


@pytest.mark.parametrize("steps", [0, 1], ids=["submitted", "ready"])
def test_reopening_makes_a_draft_of_it_again(with_file, owner, steps):
    _submitted(with_file, owner)
    for _ in range(steps):
        depositing.settle_deposition(deposition_id=with_file.pk)

    depositing.reopen_deposition(deposition=with_file, user=owner)
    assert with_file.state == DepositionState.DRAFT


def test_withdrawing_needs_a_reason_and_the_owner(with_file, owner):
    contributor = MembershipFactory(dataset=with_file.dataset, role=DatasetRole.CONTRIBUTOR).user
    with pytest.raises(Invalid):
        depositing.withdraw_deposition(deposition=with_file, user=owner, reason="  ")
    with pytest.raises(NotAllowed):
        depositing.withdraw_deposition(deposition=with_file, user=contributor, reason="Mine now.")

    depositing.withdraw_deposition(deposition=with_file, user=owner, reason="The wrong cell line.")
    assert with_file.state == DepositionState.WITHDRAWN
    assert AuditEntry.objects.filter(dataset=with_file.dataset).last().reason == "The wrong cell line."


def test_a_new_version_begins_with_the_metadata_of_the_last_one():
    dataset = ReleasedDatasetFactory()
    draft = depositing.start_new_version(dataset=dataset, user=dataset.created_by)

    assert (draft.number, draft.metadata) == (2, dataset.versions.get().metadata)


def test_only_one_draft_is_open_at_a_time():
    dataset = ReleasedDatasetFactory()
    depositing.start_new_version(dataset=dataset, user=dataset.created_by)
    with pytest.raises(WrongState, match="open already"):
        depositing.start_new_version(dataset=dataset, user=dataset.created_by)


def test_a_dataset_that_was_never_released_has_no_next_version(with_file, owner):
    with pytest.raises(WrongState):
        depositing.start_new_version(dataset=with_file.dataset, user=owner)
