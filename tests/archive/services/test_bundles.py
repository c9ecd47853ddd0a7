"""Members of a bundle: folded in batches, once; a later member opens it again; releases keep their bytes."""

import hashlib

import pytest

from archive.models import File, Upload
from archive.selectors.uploads import file_at
from archive.services import bundles, ingesting, uploading
from archive.services.memberlists import Member, find_member, merged, read_members
from archive.states import FileState, UploadState
from archive.storage import originals
from tests.archive.tus import deposit

pytestmark = pytest.mark.django_db(transaction=True)
BUNDLE = "plate.ome.zarr"


def bring(dataset, **members: bytes) -> File:
    """Members arrive, are folded, and the bundle is verified."""
    for name, content in members.items():
        upload = deposit(dataset, f"{BUNDLE}/{name}", content, replaces=True)
        uploading.take_upload(upload_id=str(upload.pk))
    bundle = file_at(dataset, BUNDLE)
    ingesting.verify_file(file_id=bundle.pk)
    bundle.refresh_from_db()
    return bundle


def contents(bundle: File) -> dict[str, str]:
    return {member.path: member.sha256 for member in read_members(bundle.members_key)}


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_members_are_listed_in_order_with_their_digests(dataset):
    bundle = bring(dataset, b=b"second", a=b"first")
    assert list(contents(bundle).items()) == [("a", sha256(b"first")), ("b", sha256(b"second"))]
    assert (bundle.state, bundle.member_count, bundle.size) == (FileState.VERIFIED, 2, 11)
    lines = "".join(f"{digest}  {path}\n" for path, digest in contents(bundle).items())
    assert bundle.tree_digest == sha256(lines.encode())


def test_a_member_is_found_by_its_whole_path(dataset):
    bundle = bring(dataset, a=b"1", ab=b"2", **{"é b": b"3"})
    assert [find_member(bundle.members_key, path).path for path in ("a", "ab", "é b")] == ["a", "ab", "é b"]
    assert find_member(bundle.members_key, "b") is None
    assert find_member("", "a") is None


def test_the_same_members_have_the_same_tree_digest_in_any_order(dataset):
    first = bring(dataset, a=b"1", b=b"2", c=b"3").tree_digest
    uploading.remove_file(user=dataset.created_by, file=file_at(dataset, BUNDLE))
    assert bring(dataset, c=b"3", a=b"1", b=b"2").tree_digest == first


def test_a_later_member_opens_the_bundle_again(dataset):
    before = bring(dataset, a=b"first")
    upload = deposit(dataset, f"{BUNDLE}/b", b"late")
    uploading.take_upload(upload_id=str(upload.pk))
    bundle = file_at(dataset, BUNDLE)
    assert (bundle.pk, bundle.state, bundle.tree_digest) == (before.pk, FileState.STORED, "")
    assert not originals().exists(before.members_key)
    ingesting.verify_file(file_id=bundle.pk)
    bundle.refresh_from_db()
    assert set(contents(bundle)) == {"a", "b"}


def test_taking_a_member_twice_changes_nothing(dataset):
    bundle = bring(dataset, a=b"first")
    for upload in Upload.objects.all():
        uploading.take_upload(upload_id=str(upload.pk))
    bundles.fold_members(dataset=dataset, bundle=BUNDLE, number=1)
    assert file_at(dataset, BUNDLE).members_key == bundle.members_key


def test_a_fold_that_lost_the_race_leaves_nothing_behind(dataset):
    upload = deposit(dataset, f"{BUNDLE}/a", b"first")
    Upload.objects.update(state=UploadState.TAKEN)  # somebody else was faster
    assert not bundles._fold(dataset, BUNDLE, 1, [upload])
    assert file_at(dataset, BUNDLE) is None


def test_a_member_that_was_sent_again_replaces_the_first(dataset):
    bundle = bring(dataset, a=b"first")
    [old] = read_members(bundle.members_key)
    bundle = bring(dataset, a=b"better")
    assert contents(bundle) == {"a": sha256(b"better")}
    assert not originals().exists(old.key)


def test_a_release_keeps_its_members_when_the_next_draft_changes_them(dataset):
    released = bring(dataset, a=b"first", b=b"second")
    dataset.depositions.update(number=2)
    changed = bring(dataset, a=b"better")
    again = bring(dataset, b=b"best")
    released.refresh_from_db()
    assert (released.until_version, changed.pk == again.pk) == (2, True)
    assert contents(released) == {"a": sha256(b"first"), "b": sha256(b"second")}
    assert all(originals().exists(member.key) for member in read_members(released.members_key))
    uploading.remove_file(user=dataset.created_by, file=again)
    assert all(originals().exists(member.key) for member in read_members(released.members_key))


def test_a_damaged_member_is_named(dataset):
    upload = deposit(dataset, f"{BUNDLE}/A/1/0", b"bytes", sha256="0" * 64)
    uploading.take_upload(upload_id=str(upload.pk))
    bundle = file_at(dataset, BUNDLE)
    ingesting.verify_file(file_id=bundle.pk)
    bundle.refresh_from_db()
    assert bundle.state == FileState.DAMAGED
    assert f"“{BUNDLE}/A/1/0”" in bundle.reason


def test_a_removed_bundle_takes_its_bytes_with_it(dataset):
    bundle = bring(dataset, a=b"first")
    [member] = read_members(bundle.members_key)
    uploading.remove_file(user=dataset.created_by, file=bundle)
    assert not originals().exists(member.key)
    assert not originals().exists(bundle.members_key)
    assert not File.objects.exists()


def test_lists_are_merged_by_bytes_and_the_new_one_wins():
    old = [Member("a", 1, "old-a"), Member("ab", 1, "old-ab"), Member("é", 1, "old-é")]
    new = [Member("a/0", 1, "new-a0"), Member("ab", 2, "new-ab")]
    replaced = []
    assert [member.key for member in merged(old, new, replaced)] == ["old-a", "new-a0", "new-ab", "old-é"]
    assert replaced == ["old-ab"]
