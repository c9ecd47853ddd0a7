"""Names in a dataset: one file each, on every system; nothing stored is replaced that was not said to be."""

import pytest

from archive.models import File, Upload
from archive.services import uploading
from archive.states import FileKind, FileState, UploadState
from tests.archive.tus import deposit
from tests.factories.archive import FileFactory

pytestmark = pytest.mark.django_db(transaction=True)
BUNDLE = "s.zarr"


def begin(dataset, path: str, size: int = 6) -> Upload:
    return uploading.create_upload(user=dataset.created_by, dataset=dataset, path=path, size=size)


def past_the_check(dataset, path: str, content: bytes) -> Upload:
    """An upload that began in the same moment as another, before either could be seen by the other's check."""
    upload = deposit(dataset, f"elsewhere-{Upload.objects.count()}", content)
    Upload.objects.filter(pk=upload.pk).update(path=path, bundle=BUNDLE if path.startswith(f"{BUNDLE}/") else "")
    upload = Upload.objects.get(pk=upload.pk)
    upload.save()
    return upload


def take(upload: Upload) -> Upload:
    uploading.take_upload(upload_id=str(upload.pk))
    upload.refresh_from_db()
    return upload


CROSSING = {
    "folder for an open file": ("n", "n/x.ome.tif"),
    "file for an open folder": ("n/x.ome.tif", "n"),
    "bundle's member for an open file": (BUNDLE, f"{BUNDLE}/.zgroup"),
    "file for a bundle's open member": (f"{BUNDLE}/.zgroup", BUNDLE),
    "member in a member": (f"{BUNDLE}/0", f"{BUNDLE}/0/c"),
    "folder by another case": ("N", "n/x.ome.tif"),
}


@pytest.mark.parametrize(("first", "second"), CROSSING.values(), ids=CROSSING)
@pytest.mark.parametrize("state", [UploadState.OPEN, UploadState.COMPLETE])
def test_what_crosses_an_upload_on_its_way_is_refused(tus, first, second, state):
    begun = begin(tus.dataset, first)
    Upload.objects.filter(pk=begun.pk).update(state=state)
    answer = tus.create(second, 6)

    assert answer.status_code == 409
    assert "a folder and a file at once" in answer.json()["detail"]


@pytest.mark.parametrize("stored", [True, False], ids=["stored", "arriving"])
@pytest.mark.parametrize(("first", "second"), [("a.txt", "A.txt"), ("Straße/1", "STRASSE/1"), ("é.tif", "É.tif")])
def test_names_that_differ_in_case_only_are_refused(tus, first, second, stored):
    if stored:
        FileFactory(dataset=tus.dataset, path=first)
    else:
        begin(tus.dataset, first)
    answer = tus.create(second, 6)

    assert answer.status_code == 409
    assert "differ only in capital letters" in answer.json()["detail"]
    assert "this one could be “" in answer.json()["detail"]


def test_case_twins_inside_a_bundle_are_refused(tus):
    take(deposit(tus.dataset, f"{BUNDLE}/a", b"member"))

    assert tus.create(f"{BUNDLE}/A", 6).status_code == 409
    assert tus.create(f"{BUNDLE}/a/b", 6).status_code == 409
    assert tus.create("S.zarr/other", 6).status_code == 409


@pytest.mark.parametrize("path", ["b.txt", "a.txt.gz", "folder/a.txt", "a/b.txt"])
def test_names_beside_each_other_are_no_obstacle(tus, path):
    FileFactory(dataset=tus.dataset, path="a.txt")
    begin(tus.dataset, "a/c.txt")

    assert tus.create(path, 6).status_code == 201


def test_a_name_is_free_again_after_the_upload_is_cancelled(tus):
    uploading.cancel_upload(upload=begin(tus.dataset, "A.txt"))

    assert tus.create("a.txt", 6).status_code == 201


def test_a_stored_bundle_is_not_replaced_by_a_file_that_was_not_to_replace_it(dataset):
    file = past_the_check(dataset, BUNDLE, b"single")
    for name in (".zgroup", ".zattrs"):
        take(past_the_check(dataset, f"{BUNDLE}/{name}", b"{}"))
    refused = take(file)

    assert (refused.state, "was stored while this one arrived" in refused.reason) == (UploadState.FAILED, True)
    bundle = File.objects.get(dataset=dataset, until_version__isnull=True)
    assert (bundle.path, bundle.kind, bundle.member_count) == (BUNDLE, FileKind.BUNDLE, 2)


def test_a_stored_file_is_not_made_a_bundle(dataset):
    file = past_the_check(dataset, BUNDLE, b"single")
    member = past_the_check(dataset, f"{BUNDLE}/.zgroup", b"{}")
    assert take(file).state == UploadState.TAKEN
    refused = take(member)

    assert refused.state == UploadState.FAILED
    assert "a folder and a file at once" in refused.reason
    assert File.objects.get(dataset=dataset).kind == FileKind.FILE


@pytest.mark.parametrize(("first", "second"), [("n", "n/x.ome.tif"), ("n/x.ome.tif", "n"), ("a.txt", "A.txt")])
def test_of_two_that_began_at_once_the_first_to_arrive_stays(dataset, first, second):
    one, other = past_the_check(dataset, first, b"first"), past_the_check(dataset, second, b"second")

    assert take(one).state == UploadState.TAKEN
    refused = take(other)
    assert refused.state == UploadState.FAILED
    assert "Rename one of them" in refused.reason
    assert [file.path for file in File.objects.filter(dataset=dataset)] == [first]


def test_a_file_that_is_said_to_replace_another_does(dataset):
    take(deposit(dataset, "a.tif", b"old"))
    take(deposit(dataset, "a.tif", b"newer", replaces=True))

    assert File.objects.get(dataset=dataset, until_version__isnull=True).size == 5


def test_a_damaged_file_is_replaced_without_a_word(dataset):
    FileFactory(dataset=dataset, path="a.tif", state=FileState.DAMAGED, from_version=1)
    take(deposit(dataset, "a.tif", b"mended"))

    assert File.objects.get(dataset=dataset, until_version__isnull=True).size == 6


def test_saying_later_that_an_open_upload_replaces_a_file_counts(dataset):
    take(deposit(dataset, "a.tif", b"old"))
    upload = past_the_check(dataset, "b.tif", b"")
    Upload.objects.filter(pk=upload.pk).update(path="a.tif", state=UploadState.OPEN, size=5)
    deposit(dataset, "a.tif", b"newer", replaces=True)
    upload.refresh_from_db()

    assert take(upload).state == UploadState.TAKEN
