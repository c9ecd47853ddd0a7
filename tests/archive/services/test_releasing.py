"""Release, planned release, new versions, and retraction."""

import datetime as dt
import hashlib
import json

import pytest
from django.utils import timezone

from archive.errors import Invalid, NotAllowed, WrongState
from archive.models import AuditEntry, Deposition, LinkedPublication
from archive.services import depositing, releasing
from archive.states import DatasetRole, DepositionState, PortalRole, Standing
from archive.storage import originals
from tests.archive.documents import complete_document
from tests.factories.archive import (
    BundleFactory,
    DatasetFactory,
    DepositionFactory,
    FileFactory,
    ImageFactory,
    MembershipFactory,
    ReleasedDatasetFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def _ready(**study) -> Deposition:
    deposition = DepositionFactory(state=DepositionState.READY, metadata=complete_document(**study))
    FileFactory(dataset=deposition.dataset, path="b.tif")
    return deposition


@pytest.fixture
def ready() -> Deposition:
    return _ready()


def _owner(deposition: Deposition):
    return deposition.dataset.created_by


def _manifest(version) -> list[dict]:
    with originals().open(version.manifest_key) as file:
        content = file.read()
    assert hashlib.sha256(content).hexdigest() == version.tree_digest
    return [json.loads(line) for line in content.decode().splitlines()]


def test_a_release_freezes_metadata_files_and_counts(ready):
    BundleFactory(dataset=ready.dataset, path="a.ome.zarr", size=4096)
    ImageFactory(dataset=ready.dataset, file=ready.dataset.files.first())

    version = releasing.release_deposition(deposition=ready, user=_owner(ready))

    ready.refresh_from_db()
    dataset = ready.dataset
    assert (ready.state, dataset.latest_version, dataset.title) == ("released", 1, "Mitosis in HeLa cells")
    assert (version.file_count, version.byte_count, version.image_count) == (2, 5096, 1)
    assert version.metadata == ready.metadata
    bundle, file = _manifest(version)
    assert (bundle["path"], bundle["kind"], bundle["members"]) == ("a.ome.zarr", "bundle", 3)
    assert file == {
        "path": "b.tif",
        "kind": "file",
        "size": 1000,
        "sha256": dataset.files.get(path="b.tif").blob.sha256,
    }


def test_the_audit_entry_of_a_release_holds_the_tree_digest(ready):
    version = releasing.release_deposition(deposition=ready, user=_owner(ready))

    entry = AuditEntry.objects.get(dataset=ready.dataset, action="deposition.release")
    assert entry.data["tree_digest"] == version.tree_digest


@pytest.mark.parametrize("answer", ["yes", "", None, 1], ids=repr)
def test_human_material_stays_private(answer):
    deposition = _ready(human_material=answer)

    with pytest.raises(WrongState, match="private draft"):
        releasing.release_deposition(deposition=deposition, user=_owner(deposition))
    with pytest.raises(WrongState):
        tomorrow = timezone.localdate() + dt.timedelta(days=1)
        releasing.release_deposition(deposition=deposition, user=_owner(deposition), release_on=tomorrow)

    deposition.refresh_from_db()
    assert deposition.state == DepositionState.READY
    assert deposition.dataset.latest_version is None


def test_human_material_is_not_released_by_its_date_either():
    deposition = _ready(human_material="yes")
    Deposition.objects.filter(pk=deposition.pk).update(release_on=timezone.localdate())

    assert releasing.release_due() == []


@pytest.mark.parametrize("state", [s for s in DepositionState if s != DepositionState.READY])
def test_only_what_is_ready_is_released(state):
    deposition = DepositionFactory(state=state, metadata=complete_document())
    with pytest.raises(WrongState):
        releasing.release_deposition(deposition=deposition, user=_owner(deposition))


def test_only_owners_release(ready):
    contributor = MembershipFactory(dataset=ready.dataset, role=DatasetRole.CONTRIBUTOR).user
    with pytest.raises(NotAllowed):
        releasing.release_deposition(deposition=ready, user=contributor)


def test_a_future_date_keeps_it_private_until_then(ready, monkeypatch):
    day = timezone.localdate() + dt.timedelta(days=3)
    assert releasing.release_deposition(deposition=ready, user=_owner(ready), release_on=day) is None
    assert releasing.release_due() == []

    monkeypatch.setattr(releasing.timezone, "localdate", lambda: day)
    (version,) = releasing.release_due()
    assert str(version) == f"{ready.dataset.accession}.1"
    assert releasing.release_due() == []


def test_a_day_that_has_passed_is_refused(ready):
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    with pytest.raises(Invalid, match="has passed"):
        releasing.release_deposition(deposition=ready, user=_owner(ready), release_on=yesterday)
    ready.refresh_from_db()
    assert ready.state == DepositionState.READY


def test_a_date_too_far_ahead_is_refused(ready):
    with pytest.raises(Invalid):
        far = timezone.localdate() + dt.timedelta(days=5000)
        releasing.release_deposition(deposition=ready, user=_owner(ready), release_on=far)


def test_what_was_reopened_while_the_manifest_was_written_is_not_released(ready, monkeypatch):
    write = releasing.write_manifest
    written = []

    def reopen_meanwhile(deposition):
        written.append(write(deposition))
        other = Deposition.objects.get(pk=deposition.pk)
        depositing.reopen_deposition(deposition=other, user=_owner(other))
        Deposition.objects.filter(pk=other.pk).update(state=DepositionState.READY)
        return written[0]

    monkeypatch.setattr(releasing, "write_manifest", reopen_meanwhile)
    with pytest.raises(WrongState):
        releasing.release_deposition(deposition=ready, user=_owner(ready))

    assert not originals().exists(written[0].key)
    assert not ready.dataset.versions.exists()


def test_a_publication_is_named_or_its_absence_explained(ready):
    Deposition.objects.update(no_publication="")
    for day in (None, timezone.localdate() + dt.timedelta(days=9)):
        with pytest.raises(Invalid) as refused:
            releasing.release_deposition(deposition=ready, user=_owner(ready), release_on=day)
        assert [problem.pointer for problem in refused.value.problems] == ["/no_publication"]
    assert not ready.dataset.versions.exists()
    releasing.release_deposition(deposition=ready, user=_owner(ready), no_publication=" None is planned. ")
    assert AuditEntry.objects.get(action="deposition.no-publication").reason == "None is planned."
    assert depositing.start_new_version(dataset=ready.dataset, user=_owner(ready)).no_publication == "None is planned."


def test_a_publication_in_the_metadata_or_beside_the_dataset_is_enough():
    named = _ready(publication={"doi": "10.1234/x"})
    linked = _ready()
    LinkedPublication.objects.create(dataset=linked.dataset, doi="10.1234/y")
    Deposition.objects.update(no_publication="")
    for deposition in (named, linked):
        deposition.refresh_from_db()
        assert releasing.release_deposition(deposition=deposition, user=_owner(deposition))


def test_a_second_version_keeps_the_first(ready):
    owner = _owner(ready)
    first = releasing.release_deposition(deposition=ready, user=owner)
    released_at = ready.dataset.released_at
    draft = depositing.start_new_version(dataset=ready.dataset, user=owner)
    ready.dataset.files.filter(path="b.tif").update(until_version=2)
    FileFactory(dataset=ready.dataset, path="c.tif", from_version=2)
    Deposition.objects.filter(pk=draft.pk).update(state=DepositionState.READY)
    second = releasing.release_deposition(deposition=draft, user=owner, change_note="A better file.")

    assert [line["path"] for line in _manifest(first)] == ["b.tif"]
    assert [line["path"] for line in _manifest(second)] == ["c.tif"]
    assert second.change_note == "A better file."
    ready.dataset.refresh_from_db()
    assert (ready.dataset.latest_version, ready.dataset.released_at) == (2, released_at)


def test_a_retraction_leaves_a_tombstone_with_its_reason():
    dataset = ReleasedDatasetFactory()
    curator = UserFactory(roles=[PortalRole.CURATOR])

    releasing.retract_dataset(dataset=dataset, user=curator, reason="The wrong cell line.")

    assert (dataset.standing, dataset.retraction_reason) == (Standing.RETRACTED, "The wrong cell line.")
    assert AuditEntry.objects.get(dataset=dataset).reason == "The wrong cell line."
    with pytest.raises(WrongState):
        releasing.retract_dataset(dataset=dataset, user=curator, reason="Again.")


def test_owners_do_not_retract():
    dataset = ReleasedDatasetFactory()
    with pytest.raises(NotAllowed):
        releasing.retract_dataset(dataset=dataset, user=dataset.created_by, reason="I changed my mind.")


def test_a_retraction_needs_a_reason_and_a_release():
    curator = UserFactory(roles=[PortalRole.CURATOR])
    with pytest.raises(Invalid):
        releasing.retract_dataset(dataset=ReleasedDatasetFactory(), user=curator, reason=" ")
    with pytest.raises(WrongState):
        releasing.retract_dataset(dataset=DatasetFactory(), user=curator, reason="Never public.")


def test_a_retracted_dataset_gets_no_further_version():
    dataset = ReleasedDatasetFactory()
    draft = depositing.start_new_version(dataset=dataset, user=dataset.created_by)
    Deposition.objects.filter(pk=draft.pk).update(state=DepositionState.READY, metadata=complete_document())
    releasing.retract_dataset(dataset=dataset, user=UserFactory(roles=[PortalRole.CURATOR]), reason="Wrong cells.")

    with pytest.raises(WrongState, match="retracted"):
        releasing.release_deposition(deposition=draft, user=dataset.created_by, no_publication="None is planned.")


def test_a_note_with_a_date_that_cannot_be_is_not_kept(ready):
    with pytest.raises(Invalid):
        releasing.release_deposition(
            deposition=ready,
            user=_owner(ready),
            release_on=timezone.localdate() + dt.timedelta(days=4000),
            change_note="Never.",
        )
    ready.refresh_from_db()
    assert (ready.change_note, ready.release_on) == ("", None)


def test_what_was_planned_and_is_released_earlier_has_no_day_to_come(ready):
    day = timezone.localdate() + dt.timedelta(days=30)
    releasing.release_deposition(deposition=ready, user=_owner(ready), release_on=day, change_note="Corrected.")
    version = releasing.release_deposition(deposition=ready, user=_owner(ready))

    ready.refresh_from_db()
    assert (ready.release_on, version.change_note) == (None, "Corrected.")
