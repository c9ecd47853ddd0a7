"""A folder for the imaging pool in which files of one dataset lie under their own paths, as their readers expect.

Locally the files are hard links to the stored bytes, which are read-only and cost nothing; compressed ones are unpacked
and those from S3 downloaded when first needed. The folder is a cache: it is checked against the rows whenever it is
used, and may vanish between.
"""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.core.files.storage import Storage

from archive.compression import is_compressed
from archive.imaging.series_manifest import SeriesManifest, written
from archive.models import File, Grouping, Image, Rendition
from archive.selectors.groupings import files_of_group, series_of, series_of_image
from archive.services.memberlists import read_members
from archive.states import FileKind, FileState
from archive.storage import LocalStorage, chunks_of, derived, full_storage_said, originals, tree_of

# Whose bytes may be looked at: their digest is known and right.
READABLE = (FileState.VERIFIED, FileState.READ, FileState.KEPT)
_MOST_BESIDE = 2000
_UNUSED_SECONDS = 24 * 3600
# Groups of files lie apart from the other files, so that versions which name them differently do not meet; so do
# renditions. Their folders' names begin with the dataset's number too.
_GROUP = ".group-"
_RENDITION = ".rendition-"
_MARKS = ".marks"


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


def prepare_image(image: Image) -> tuple[Path, str]:
    """The folder with all files of an image in it, and the path of the one that describes it."""
    if image.grouping_id:
        return _prepare_part(image)
    file = File.objects.select_related("blob").get(pk=image.file_id)
    parts = file.parts.select_related("blob").filter(state=FileState.READ)
    return prepare([file, *beside(file), *parts]), file.path


def prepare_group(grouping: Grouping) -> tuple[Path, str]:
    """A folder of its own with the files of a group, and the path of the list that makes them images."""
    return _prepare_listed(grouping, series_of(grouping), "all.series.json")


def prepare_rendition(made: Rendition) -> tuple[Path, str]:
    """The folder and path of the OME-Zarr that was made of an image: where it is stored, or a copy from S3."""
    store = derived()
    if isinstance(store, LocalStorage):
        whole = Path(store.path(made.prefix))
        return whole.parent, whole.name
    root = workspaces() / f"{made.dataset_id}{_RENDITION}{made.pk}"
    root.mkdir(parents=True, exist_ok=True)
    # Each attempt has a prefix of its own: what lies under its name is that attempt, and whole.
    target = root / made.prefix.rpartition("/")[2]
    is_new = not target.is_dir()
    if is_new:
        _swap_in(target, lambda draft: _download_tree(store, made.prefix, draft))
    _mark_used(root, is_changed=is_new)
    return root, target.name


def _prepare_part(image: Image) -> tuple[Path, str]:
    grouping = Grouping.objects.get(pk=image.grouping_id)
    return _prepare_listed(grouping, series_of_image(grouping, image.series), f"{image.series}.series.json")


def _prepare_listed(grouping: Grouping, manifest: SeriesManifest, name: str) -> tuple[Path, str]:
    root = workspaces() / f"{grouping.dataset_id}{_GROUP}{grouping.pk}"
    root.mkdir(parents=True, exist_ok=True)
    files = files_of_group(grouping, [member.path for member in manifest.members])
    changes = sum([_place(root, file) for file in files if file.state in READABLE])
    content, target = written(manifest), root / name
    if not target.is_file() or target.read_bytes() != content:
        _swap_in(target, lambda draft: draft.write_bytes(content))
        changes += 1
    _mark_used(root, is_changed=bool(changes))
    return root, name


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
    mark = workspaces() / f"{file.dataset_id}{_MARKS}" / str(file.pk)
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
    if isinstance(store, LocalStorage) and not is_compressed(key):
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
        try:
            draft.replace(target)
        except OSError:
            if not target.is_dir():  # of two workers that bring the same folder, the second finds it there
                raise


def _link_or_copy(source: Path, draft: Path) -> None:
    try:
        os.link(source, draft)
    except OSError:  # another file system, or one without hard links
        shutil.copyfile(source, draft)


def _download(store: Storage, key: str, draft: Path) -> None:
    with draft.open("wb") as file:
        for chunk in chunks_of(store, key):
            file.write(chunk)
    os.utime(draft, (time.time(), _stamp(key)))


def _download_tree(store: Storage, prefix: str, draft: Path) -> None:
    for name in tree_of(store, prefix):
        file = draft / name.removeprefix(f"{prefix}/")
        file.parent.mkdir(parents=True, exist_ok=True)
        _download(store, name, file)


def _is_download(target: Path, key: str, size: int) -> bool:
    """Whether the target holds the bytes of this key already."""
    try:
        state = target.stat()
    except OSError:
        return False
    return state.st_size == size and int(state.st_mtime) == _stamp(key)


def _stamp(key: str) -> int:
    """A download's time of change tells whose bytes it has, on every file system: a second drawn from the key."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) >> 1


def trim() -> None:
    """Drop folders that nobody used for a day, and the longest unused ones until downloads fit PORTAL_SCRATCH_BYTES."""
    if not workspaces().is_dir():
        return
    folders = [folder for folder in workspaces().iterdir() if _is_workspace(folder)]
    now = time.time()
    used = {folder: folder.stat().st_atime for folder in folders}  # before measuring, which itself looks into them
    sizes = {folder: _own_bytes(folder) for folder in folders}
    total = sum(sizes.values())
    for folder in sorted(folders, key=used.__getitem__):
        if total > settings.PORTAL_SCRATCH_BYTES or now - used[folder] > _UNUSED_SECONDS:
            total -= sizes[folder]
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(folder.with_name(f"{folder.name}{_MARKS}"), ignore_errors=True)


def _is_workspace(folder: Path) -> bool:
    return folder.name.partition(".")[0].isdigit() and not folder.name.endswith(_MARKS)


def _own_bytes(folder: Path) -> int:
    """Bytes that only this folder holds; hard links to stored files cost nothing."""
    states = (found.stat() for found in folder.rglob("*") if found.is_file())
    return sum(state.st_size for state in states if state.st_nlink == 1)
