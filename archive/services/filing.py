"""Files, the bytes behind them and the images in them: placed, replaced and taken out of a draft.

What a released version shows is never deleted: it ends with the draft's number. What only the draft knows is deleted.
"""

import logging
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from archive.events import Event, emit
from archive.models import Blob, Dataset, File, Grouping, Image, Rendition
from archive.services.memberlists import read_members
from archive.states import FileKind, FileState
from archive.storage import derived, originals, remove_tree

logger = logging.getLogger(__name__)

_CHUNK = 500
# Of a file that is to be read again.
_UNREAD: dict[str, Any] = {"main": None, "missing": [], "reason": "", "reason_code": "", "tries": 0}


def lock_names(dataset_id: int) -> None:
    """One at a time gives names of a dataset to files, until its transaction ends (SQLite has one writer anyway)."""
    Dataset.objects.select_for_update().only("pk").get(pk=dataset_id)


def withdraw_images(images: QuerySet[Image], number: int) -> None:
    """Take images out of draft `number`; runs in the caller's transaction."""
    images.filter(from_version__lt=number, until_version__isnull=True).update(until_version=number)
    drafted = images.filter(from_version=number)
    rows = drafted.values_list("thumbnail_small", "thumbnail_large")
    discard(derived(), [key for keys in rows for key in keys if key])
    made = Rendition.objects.filter(image__in=drafted).exclude(prefix="")
    _discard_trees(derived(), list(made.values_list("prefix", flat=True)))
    drafted.delete()


def end_file(file: File, number: int) -> None:
    """Take a file out of draft `number`, with its images; what belonged to it or it belonged to is read again."""
    if file.grouping_id:
        File.objects.filter(pk=file.pk).update(grouping=None)
        part_group(file.grouping, number)
        Grouping.objects.filter(pk=file.grouping_id, until_version__isnull=True).delete()
    withdraw_images(file.images.all(), number)
    reread(file.parts.all())
    if file.main_id:
        reread(File.objects.filter(pk=file.main_id))
    if file.from_version < number:
        file.until_version = number
        file.save(update_fields=["until_version"])
        return
    blob, members_key = file.blob, file.members_key
    file.delete()
    if blob:
        discard_blob(blob)
    if members_key and not was_released(file.dataset_id, file.path):
        transaction.on_commit(lambda: _discard_members(members_key))


def part_group(grouping: Grouping, number: int) -> None:
    """Take a confirmed group apart in draft `number`: its files are read again, each by itself.

    What a released version shows of it stays, and the group ends; one that only the draft knows is the caller's matter.
    """
    withdraw_images(grouping.images.all(), number)
    files = list(File.objects.filter(grouping=grouping).values_list("pk", flat=True))
    chunks = (files[at : at + _CHUNK] for at in range(0, len(files), _CHUNK))
    again = [pk for chunk in chunks for pk in _part(File.objects.filter(pk__in=chunk))]
    if len(again) > _CHUNK:
        emit(Event.FILES_WAIT, dataset_id=grouping.dataset_id)
    else:
        for pk in again:
            emit(Event.FILE_VERIFIED, file_id=pk)
    if grouping.from_version < number:
        Grouping.objects.filter(pk=grouping.pk).update(until_version=number)


def _part(files: QuerySet[File]) -> list[int]:
    """Those that are to be read again: all without images of their own.

    One may be read with the group at this moment: whoever reads it will find that it belongs to none any more.
    """
    files.update(grouping=None)
    own = Image.objects.filter(file=OuterRef("pk"), until_version__isnull=True)
    read = (FileState.READ, FileState.KEPT, FileState.VERIFIED)
    again = files.filter(Q(main__isnull=False) | ~Exists(own), state__in=read, until_version__isnull=True)
    found = list(again.values_list("pk", flat=True))
    files.filter(pk__in=found).update(state=FileState.VERIFIED, **_UNREAD, moved_at=timezone.now())
    return found


def was_released(dataset_id: int, bundle: str) -> bool:
    """Whether a released version has this bundle: its list shares members with the draft's, so none may be deleted."""
    ended = File.objects.filter(dataset_id=dataset_id, path=bundle, until_version__isnull=False)
    return ended.filter(kind=FileKind.BUNDLE).exists()


def reread(files: QuerySet[File]) -> None:
    """Send settled files through the reader again, because others that belong to them came or went."""
    again = files.filter(state__in=(FileState.READ, FileState.KEPT), until_version__isnull=True)
    for pk in list(again.values_list("pk", flat=True)):
        moved = again.filter(pk=pk).update(state=FileState.VERIFIED, **_UNREAD, moved_at=timezone.now())
        if moved:
            emit(Event.FILE_VERIFIED, file_id=pk)


def discard_blob(blob: Blob) -> None:
    """Delete bytes that no file of any version names any more; after the commit, so that a rollback keeps them."""
    if not blob.files.exists():
        key = blob.key
        blob.delete()
        discard(originals(), [key])


def discard(storage: Storage, keys: Iterable[str]) -> None:
    keys = list(keys)
    transaction.on_commit(lambda: delete_objects(storage, keys))


def _discard_trees(storage: Storage, prefixes: list[str]) -> None:
    """As `discard`, for all that lies below each prefix."""

    def delete() -> None:
        for prefix in prefixes:
            try:
                remove_tree(storage, prefix)
            except (OSError, ClientError, BotoCoreError):
                logger.warning("What lies below %s could not be deleted.", prefix)

    if prefixes:
        transaction.on_commit(delete)


def delete_objects(storage: Storage, keys: Iterable[str]) -> None:
    """Best effort: what stays behind costs room and shows nothing, because nothing names it."""
    for key in keys:
        try:
            storage.delete(key)
        except (OSError, ClientError, BotoCoreError):
            logger.warning("The object %s could not be deleted.", key)


def _discard_members(members_key: str) -> None:
    # Members share their fate with the list that names them; the list goes last.
    store = originals()
    try:
        keys = [member.key for member in read_members(members_key)]
    except (OSError, ClientError):
        logger.warning("The member list %s could not be read; its members stay.", members_key)
        return
    delete_objects(store, [*keys, members_key])
