"""Files from a folder or bucket beside the portal: all come, none comes twice, and what cannot come says why."""

import hashlib
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from archive import folders
from archive.errors import Invalid, NotAllowed, NotFound, WrongState
from archive.models import AuditEntry, Deposition, File, FolderImport, Upload
from archive.services import importing_folders, people, uploading
from archive.services.claims import MAX_TRIES
from archive.states import DatasetRole, DepositionState, FolderImportState, PortalRole
from archive.storage import S3Storage, chunks_of, originals
from tests.factories.archive import DepositionFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def top(tmp_path, settings) -> Path:
    """The root `microscope`, with a folder of three files in it."""
    place = tmp_path / "microscope"
    for path, content in (("day1/a.tif", b"aaa"), ("day1/deep/b.tif", b"bb"), ("day1/z.txt", b"z"), ("x.txt", b"x")):
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(content)
    settings.PORTAL_IMPORT_ROOTS = {
        "microscope": {"BACKEND": "archive.folders.LocalRoot", "OPTIONS": {"location": str(place)}}
    }
    folders._root.cache_clear()
    yield place
    folders._root.cache_clear()


@pytest.fixture
def curator():
    return grown_to_curator(UserFactory())


def grown_to_curator(user):
    administrator = UserFactory(is_superuser=True)
    people.grant_role(actor=administrator, user=user, role=PortalRole.CURATOR)
    return user


@pytest.fixture
def draft(curator):
    return DepositionFactory(dataset__created_by=curator, created_by=curator)


@pytest.fixture
def begun(top, curator, draft):
    return importing_folders.begin_import(user=curator, dataset=draft.dataset, root="microscope", folder="day1/")


def come_to_an_end(row: FolderImport) -> FolderImport:
    """Turns of the import, and what workers do with complete uploads."""
    for _ in range(20):
        importing_folders.go_on(import_id=row.pk)
        for pk in Upload.objects.filter(state="complete").values_list("pk", flat=True):
            uploading.take_upload(upload_id=str(pk))
        row.refresh_from_db()
        if row.state != FolderImportState.WANTED:
            return row
    raise AssertionError("It never came to its end.")


def test_all_files_below_a_folder_come_with_its_name_and_their_digests(begun, draft):
    row = come_to_an_end(begun)
    assert (row.state, row.taken, row.present, row.refused, row.byte_count) == ("done", 3, 0, 0, 6)
    files = {file.path: file for file in draft.dataset.files.select_related("blob")}
    assert set(files) == {"day1/a.tif", "day1/deep/b.tif", "day1/z.txt"}
    assert b"".join(chunks_of(originals(), files["day1/a.tif"].blob.key)) == b"aaa"
    assert files["day1/a.tif"].announced_sha256 == hashlib.sha256(b"aaa").hexdigest()
    entries = AuditEntry.objects.filter(dataset=draft.dataset, action__startswith="import.")
    assert [entry.action for entry in entries] == ["import.begin", "import.end"]
    assert entries[1].data == {"taken": 3, "present": 0, "refused": 0, "bytes": 6}


def test_a_second_import_takes_nothing_twice_and_tells_what_differs(begun, top, curator, draft):
    come_to_an_end(begun)
    (top / "day1/a.tif").write_bytes(b"AAAA")
    again = importing_folders.begin_import(user=curator, dataset=draft.dataset, root="microscope", folder="day1")
    row = come_to_an_end(again)
    assert (row.taken, row.present, row.refused) == (0, 2, 1)
    assert row.problems[0]["path"] == "day1/a.tif"
    assert "already has a file" in row.problems[0]["sentence"]
    assert File.objects.get(path="day1/a.tif").size == 3


def test_the_whole_root_comes_without_a_folder_of_its_own(top, curator, draft):
    row = importing_folders.begin_import(user=curator, dataset=draft.dataset, root="microscope", folder="")
    assert come_to_an_end(row).taken == 4
    assert draft.dataset.files.filter(path="x.txt").exists()


def test_members_of_a_bundle_are_known_again(top, curator, draft):
    for name in (".zattrs", "0/0"):
        (top / "day2/one.zarr" / name).parent.mkdir(parents=True, exist_ok=True)
        (top / "day2/one.zarr" / name).write_text("{}")
    asked = {"user": curator, "dataset": draft.dataset, "root": "microscope", "folder": "day2"}
    assert come_to_an_end(importing_folders.begin_import(**asked)).taken == 2
    row = come_to_an_end(importing_folders.begin_import(**asked))
    assert (row.taken, row.present, row.refused) == (0, 2, 0)


# ---- killed, and gone on with ----


def test_a_turn_that_is_over_leaves_the_rest_to_the_next(begun, draft):
    importing_folders.go_on(import_id=begun.pk, seconds=0)
    begun.refresh_from_db()
    assert (begun.taken, begun.last, begun.tries) == (1, "day1/a.tif", 0)
    assert come_to_an_end(begun).taken == 3


def test_an_upload_that_a_killed_worker_left_is_gone_on_with(begun, draft, monkeypatch):
    class Killed(BaseException):
        pass

    def kill(**kwargs):
        raise Killed

    monkeypatch.setattr(uploading, "append_bytes", kill)
    with pytest.raises(Killed):
        importing_folders.go_on(import_id=begun.pk)
    monkeypatch.undo()
    FolderImport.objects.update(moved_at="2020-01-01T00:00:00Z")
    assert Upload.objects.get().offset == 0
    row = come_to_an_end(begun)
    assert (row.state, row.taken, row.refused) == ("done", 3, 0)
    assert draft.dataset.files.count() == 3


def test_bytes_are_not_mixed_with_those_of_an_upload_that_somebody_else_began(begun, draft):
    uploading.create_upload(user=draft.created_by, dataset=draft.dataset, path="day1/a.tif", size=3)
    row = come_to_an_end(begun)
    assert (row.taken, row.refused) == (2, 1)
    assert "Somebody else uploads" in row.problems[0]["sentence"]


def test_what_a_killed_worker_completed_is_not_told_as_a_fault(begun, draft):
    importing_folders.go_on(import_id=begun.pk, seconds=0)
    FolderImport.objects.update(last="", taken=0)
    assert Upload.objects.get().state == "complete"
    row = come_to_an_end(begun)
    assert (row.taken, row.refused) == (3, 0)


def test_one_that_always_dies_is_given_up(begun):
    FolderImport.objects.update(tries=MAX_TRIES, moved_at="2020-01-01T00:00:00Z")
    importing_folders.go_on(import_id=begun.pk)
    begun.refresh_from_db()
    assert begun.state == FolderImportState.STOPPED
    assert "begun several times" in begun.sentence


def test_a_full_quota_stops_it_with_that_sentence(begun, settings):
    settings.PORTAL_QUOTA_BYTES = 4
    row = come_to_an_end(begun)
    assert (row.state, row.taken) == ("stopped", 1)
    assert "Your quota of 4 bytes" in row.sentence


def test_a_submission_meanwhile_stops_it(begun, draft):
    importing_folders.go_on(import_id=begun.pk, seconds=0)
    Deposition.objects.filter(pk=draft.pk).update(state=DepositionState.PROCESSING)
    row = come_to_an_end(begun)
    assert row.state == FolderImportState.STOPPED
    assert "takes no files in its present state" in row.sentence


def test_it_is_stopped_by_hand_and_what_has_come_stays(begun, curator, draft):
    importing_folders.go_on(import_id=begun.pk, seconds=0)
    importing_folders.stop_import(user=curator, dataset=draft.dataset, import_id=begun.pk)
    row = come_to_an_end(begun)
    assert (row.state, row.taken) == ("stopped", 1)
    with pytest.raises(WrongState):
        importing_folders.stop_import(user=curator, dataset=draft.dataset, import_id=begun.pk)


# ---- what is not allowed, and what cannot come ----


def test_only_curators_who_edit_the_dataset_import_and_one_at_a_time(begun, curator, draft):
    owner = MembershipFactory(dataset=draft.dataset, role=DatasetRole.OWNER).user
    asked = {"dataset": draft.dataset, "root": "microscope", "folder": "day1"}
    with pytest.raises(NotAllowed):
        importing_folders.begin_import(user=owner, **asked)
    with pytest.raises(NotFound):
        importing_folders.begin_import(user=grown_to_curator(UserFactory()), **asked)
    with pytest.raises(WrongState, match="Another folder"):
        importing_folders.begin_import(user=curator, **asked)


@pytest.mark.parametrize("folder", ["..", "day1/../..", "nowhere", "a\0b", "link", "link/inside", "/etc"])
def test_nothing_outside_of_a_root_is_reached(top, curator, draft, folder):
    outside = top.parent / "outside"
    (outside / "inside").mkdir(parents=True)
    (outside / "inside" / "secret.txt").write_text("secret")
    (top / "link").symlink_to(outside)
    with pytest.raises(NotFound):
        importing_folders.begin_import(user=curator, dataset=draft.dataset, root="microscope", folder=folder)


def test_symbolic_links_and_litter_are_left_where_they_are(top, curator, draft):
    (top.parent / "secret.txt").write_text("secret")
    (top / "day1" / "secret.txt").symlink_to(top.parent / "secret.txt")
    (top / "day1" / "up").symlink_to(top.parent)
    (top / "day1" / ".DS_Store").write_text("litter")
    row = importing_folders.begin_import(user=curator, dataset=draft.dataset, root="microscope", folder="day1")
    assert come_to_an_end(row).taken == 3


def test_an_unknown_root_and_an_empty_folder_say_what_to_do(top, curator, draft):
    (top / "empty").mkdir()
    with pytest.raises(NotFound, match="Choose one of: microscope"):
        importing_folders.begin_import(user=curator, dataset=draft.dataset, root="elsewhere", folder="")
    with pytest.raises(Invalid, match="no file in this folder"):
        importing_folders.begin_import(user=curator, dataset=draft.dataset, root="microscope", folder="empty")


def test_a_file_that_went_meanwhile_is_told_and_the_others_come(begun, top, monkeypatch):
    listed = list(folders.root("microscope").files("day1"))
    (top / "day1/deep/b.tif").unlink()
    monkeypatch.setattr(folders.LocalRoot, "files", lambda self, folder, after="": iter(listed))
    row = come_to_an_end(begun)
    assert (row.taken, row.refused) == (2, 1)
    assert row.problems == [{"path": "day1/deep/b.tif", "sentence": "It could not be read there. Look at its rights."}]


# ---- both kinds of roots ----


def bucket_root(prefix: str) -> folders.Root:
    """The same files below a prefix of the bucket that the tests run on."""
    storage = storages["derived"]
    if not isinstance(storage, S3Storage):
        pytest.skip("about a bucket")
    for path, content in (("day1/a.tif", b"aaa"), ("day1/deep/b.tif", b"bb"), ("x.txt", b"x")):
        storage.save(f"{prefix}/{path}", ContentFile(content))
    options = dict(storages.backends["derived"]["OPTIONS"])
    return folders.BucketRoot(**{**options, "location": f"{options['location']}/{prefix}"})


@pytest.fixture(params=["folder", "bucket"])
def place(request, tmp_path):
    if request.param == "bucket":
        return bucket_root(f"imports-{tmp_path.name}")
    for path, content in (("day1/a.tif", b"aaa"), ("day1/deep/b.tif", b"bb"), ("x.txt", b"x")):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    return folders.LocalRoot(str(tmp_path))


def test_folders_and_buckets_are_walked_alike(place):
    assert place.folders("") == ["day1"]
    assert place.folders("day1") == ["deep"]
    assert [(found.path, found.size) for found in place.files("")] == [
        ("day1/a.tif", 3), ("day1/deep/b.tif", 2), ("x.txt", 1),
    ]  # fmt: skip
    assert [found.path for found in place.files("day1")] == ["day1/a.tif", "day1/deep/b.tif"]
    assert [found.path for found in place.files("day1", after="day1/a.tif")] == ["day1/deep/b.tif"]
    with place.open("day1/deep/b.tif") as stream:
        assert stream.read(10) == b"bb"
    with pytest.raises(FileNotFoundError), place.open("day1/none.tif") as stream:
        stream.read(1)
