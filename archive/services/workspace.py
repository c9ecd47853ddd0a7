"""A folder for the imaging pool in which files of one dataset lie under their own paths, as their readers expect.

Locally the files are hard links to the stored bytes, which are read-only and cost nothing; from S3 they are downloaded
when first needed. The folder is a cache: it is checked against the rows whenever it is used, and may vanish between.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.core.files.storage import Storage

from archive.models import File
from archive.services.memberlists import read_members
from archive.states import FileKind, FileState
from archive.storage import CHUNK, LocalStorage, full_storage_said, originals

# Whose bytes may be looked at: their digest is known and right.
READABLE = (FileState.VERIFIED, FileState.READ, FileState.KEPT)
_MOST_BESIDE = 2000
_UNUSED_SECONDS = 24 * 3600


def workspaces() -> Path:
    return settings.PORTAL_SCRATCH_DIR / "datasets"


def prepare(files: Iterable[File]) -> Path:
    """The folder of these files' dataset, with all of them in it. `files` are of one dataset, and at least one."""
    files = list(files)
    root = workspaces() / str(files[0].dataset_id)
    root.mkdir(parents=True, exist_ok=True)
    changes = sum([_place(root, file) for file in files])
    _mark_used(root, is_changed=bool(changes))
    return root


def _mark_used(root: Path, *, is_changed: bool) -> None:
    """Access time: last used. Modification time: last changed, by which readers know whether they may remember."""
    now = time.time_ns()
    os.utime(root, ns=(now, now if is_changed else root.stat().st_mtime_ns))


def beside(file: File) -> list[File]:
    """Files that readers look for without the file naming them: what lies in the folder `slide/` of `slide.mrxs`."""
    stem = file.path.rsplit(".", 1)[0]
    if file.kind == FileKind.BUNDLE or stem == file.path:
        return []
    found = readable_files(file.dataset_id).filter(path__startswith=f"{stem}/", kind=FileKind.FILE)
    return list(found[:_MOST_BESIDE])


def readable_files(dataset_id: int):
    """Files of the dataset's draft or latest version whose bytes may be looked at."""
    files = File.objects.select_related("blob").filter(dataset_id=dataset_id, until_version__isnull=True)
    return files.filter(state__in=READABLE)


def remove_strangers(root: Path, paths: Iterable[str]) -> None:
    """Drop what lies in the folder and is no file of the dataset any more."""
    for path in paths:
        target = root / path
        if target.is_dir():
            shutil.rmtree(target, ignore_errors=True)
        else:
            target.unlink(missing_ok=True)
        _mark_used(root, is_changed=True)


def _place(root: Path, file: File) -> bool:
    """Returns whether anything had to be put there; as do the functions below."""
    if file.kind == FileKind.BUNDLE:
        return _place_bundle(root, file)
    return file.blob is not None and _place_object(file.blob.key, file.blob.size, root / file.path)


def _place_bundle(root: Path, file: File) -> bool:
    """Member by member; a mark beside the folder tells which list it was made from."""
    mark = workspaces() / f"{file.dataset_id}.marks" / str(file.pk)
    target = root / file.path
    if target.is_dir() and mark.exists() and mark.read_text() == file.members_key:
        return False
    target.mkdir(parents=True, exist_ok=True)
    for member in read_members(file.members_key):
        _place_object(member.key, member.size, target / member.path)
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.write_text(file.members_key)
    return True


def _place_object(key: str, size: int, target: Path) -> bool:
    store = originals()
    if isinstance(store, LocalStorage):
        source = Path(store.path(key))
        if target.exists() and target.samefile(source):
            return False
        _swap_in(target, lambda draft: _link_or_copy(source, draft))
        return True
    if _is_download(target, key, size):
        return False
    _swap_in(target, lambda draft: _download(store, key, draft))
    return True


def _swap_in(target: Path, fill) -> None:
    """Fill a draft beside the target, then rename: another worker never sees half a file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with full_storage_said(), tempfile.TemporaryDirectory(dir=workspaces(), prefix=".draft-") as folder:
        draft = Path(folder) / "file"
        fill(draft)
        draft.replace(target)


def _link_or_copy(source: Path, draft: Path) -> None:
    try:
        os.link(source, draft)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(source, draft)


def _download(store: Storage, key: str, draft: Path) -> None:
    with store.open(key, "rb") as stored, draft.open("wb") as file:
        shutil.copyfileobj(stored, file, CHUNK)
    os.setxattr(draft, b"user.key", key.encode())


def _is_download(target: Path, key: str, size: int) -> bool:
    """Whether the target holds the bytes of this key already."""
    try:
        return target.stat().st_size == size and os.getxattr(target, b"user.key") == key.encode()
    except OSError:
        return False


def trim() -> None:
    """Drop folders that nobody used for a day, and the longest unused ones until downloads fit PORTAL_SCRATCH_BYTES."""
    if not workspaces().is_dir():
        return
    folders = sorted(
        (folder for folder in workspaces().iterdir() if folder.name.isdigit()),
        key=lambda folder: folder.stat().st_mtime,
    )
    now = time.time()
    used = {folder: folder.stat().st_atime for folder in folders}  # before measuring, which itself looks into them
    sizes = {folder: _own_bytes(folder) for folder in folders}
    total = sum(sizes.values())
    for folder in folders:
        if total > settings.PORTAL_SCRATCH_BYTES or now - used[folder] > _UNUSED_SECONDS:
            total -= sizes[folder]
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(folder.with_name(f"{folder.name}.marks"), ignore_errors=True)


def _own_bytes(folder: Path) -> int:
    """Bytes that only this folder holds; hard links to stored files cost nothing."""
    if isinstance(originals(), LocalStorage):
        return 0
    return sum(found.stat().st_size for found in folder.rglob("*") if found.is_file())
