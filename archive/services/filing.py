"""Files, the bytes behind them and the images in them: placed, replaced and taken out of a draft.

What a released version shows is never deleted: it ends with the draft's number. What only the draft knows is deleted.
"""

import logging
from collections.abc import Iterable

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from archive.events import Event, emit
from archive.models import Blob, File, Image
from archive.services.memberlists import read_members
from archive.states import FileKind, FileState
from archive.storage import derived, originals

logger = logging.getLogger(__name__)


def withdraw_images(images: QuerySet[Image], number: int) -> None:
    """Take images out of draft `number`; runs in the caller's transaction."""
    images.filter(from_version__lt=number, until_version__isnull=True).update(until_version=number)
    drafted = images.filter(from_version=number)
    rows = drafted.values_list("thumbnail_small", "thumbnail_large")
    discard(derived(), [key for keys in rows for key in keys if key])
    drafted.delete()


def end_file(file: File, number: int) -> None:
    """Take a file out of draft `number`, with its images; what belonged to it or it belonged to is read again."""
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


def was_released(dataset_id: int, bundle: str) -> bool:
    """Whether a released version has this bundle: its list shares members with the draft's, so none may be deleted."""
    ended = File.objects.filter(dataset_id=dataset_id, path=bundle, until_version__isnull=False)
    return ended.filter(kind=FileKind.BUNDLE).exists()


def reread(files: QuerySet[File]) -> None:
    """Send settled files through the reader again, because others that belong to them came or went."""
    again = files.filter(state__in=(FileState.READ, FileState.KEPT), until_version__isnull=True)
    for pk in list(again.values_list("pk", flat=True)):
        moved = again.filter(pk=pk).update(
            state=FileState.VERIFIED, main=None, missing=[], reason="", reason_code="", tries=0, moved_at=timezone.now()
        )
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
