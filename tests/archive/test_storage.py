"""Write-once storages with unguessable names, whatever engine stands behind them."""

import errno

import pytest
from botocore.exceptions import ClientError
from django.core.files.base import ContentFile

from archive.errors import StorageFull
from archive.storage import LocalStorage, chunks_of, derived, full_storage_said, new_key, originals


@pytest.mark.parametrize("storage", [originals, derived], ids=["originals", "derived"])
def test_what_is_saved_is_read_again_in_chunks(storage):
    content = b"x" * (3 << 20)
    key = storage().save(new_key("test"), ContentFile(content))
    assert b"".join(chunks_of(storage(), key)) == content
    storage().delete(key)
    assert not storage().exists(key)


@pytest.mark.parametrize("storage", [originals, derived], ids=["originals", "derived"])
def test_a_name_that_exists_is_an_error_and_never_a_rename(storage):
    key = new_key("test")
    assert storage().save(key, ContentFile(b"first")) == key
    with pytest.raises(FileExistsError):
        storage().save(key, ContentFile(b"second"))
    assert b"".join(chunks_of(storage(), key)) == b"first"


def test_names_are_long_random_and_spread_over_folders():
    keys = {new_key("blobs") for _ in range(1000)}
    assert len(keys) == 1000
    assert len({key.split("/")[1] for key in keys}) > 200
    assert all(len(key.split("/")[2]) == 40 for key in keys)


def test_a_save_that_fails_leaves_nothing(tmp_path):
    class Broken(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"some bytes"
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StorageFull, match="is safe"):
        LocalStorage(location=tmp_path).save("a/b", Broken(b""))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_stored_bytes_are_read_only(tmp_path):
    storage = LocalStorage(location=tmp_path)
    storage.save("a/b", ContentFile(b"bytes"))
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o440


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "full"),
        OSError(errno.EDQUOT, "quota"),
        ClientError({"Error": {"Code": "QuotaExceeded"}}, "PutObject"),
    ],
    ids=["disk", "quota", "bucket"],
)
def test_no_room_has_a_sentence(error):
    with pytest.raises(StorageFull), full_storage_said():
        raise error


@pytest.mark.parametrize(
    "error",
    [OSError(errno.EIO, "broken"), ClientError({"Error": {"Code": "AccessDenied"}}, "PutObject")],
    ids=["disk", "s3"],
)
def test_other_troubles_stay_what_they_are(error):
    with pytest.raises(type(error)), full_storage_said():
        raise error
