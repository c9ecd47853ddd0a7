"""From the first byte to a stored file. Each step moves the upload's row by compare-and-set.

create_upload → append_bytes … append_bytes → complete → take_upload → a File, or members of a bundle
"""

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from archive.errors import (
    DomainError,
    FieldProblem,
    Gone,
    Invalid,
    OffsetMismatch,
    PathTaken,
    TooLarge,
    TooMany,
    WrongState,
)
from archive.events import Event, emit
from archive.models import Blob, Dataset, File, Upload, User
from archive.selectors import naming
from archive.selectors import uploads as selectors
from archive.selectors.attributes import said_of
from archive.services import attributes, auditing, bundles, filing, quotas, steps
from archive.states import DepositionState, FileState, UploadState
from archive.storage import new_key
from archive.uploads import paths
from archive.uploads.stores import Announced, Busy, Stream, byte_store

# A draft that the depositor has handed in still takes what was on its way.
TAKING = (
    DepositionState.DRAFT,
    DepositionState.NEEDS_CHANGES,
    DepositionState.SUBMITTED,
    DepositionState.PROCESSING,
)
# A writer that was not heard of for so long is taken for dead (only where the store itself has no lock).
WRITER_SECONDS = 30
KEPT_ROWS_DAYS = 30


def create_upload(
    *, user: User, dataset: Dataset, path: str, size: int, sha256: str = "", replaces: bool = False
) -> Upload:
    """A new upload, or the open one of the same file, to go on with. Raises Invalid, TooLarge, WrongState."""
    path = _checked_path(path)
    begun = selectors.unfinished_upload(dataset, path)
    if begun is not None and selectors.has_expired(begun):
        _expire(begun)
    elif begun is not None:
        return _resumed(begun, size, sha256, replaces)
    _require_room(dataset, size)
    _require_free_path(dataset, path, replaces)
    upload = Upload(
        dataset=dataset,
        user=user,
        path=path,
        size=size,
        announced_sha256=sha256.lower(),
        replaces=replaces,
        key=new_key("blobs"),
        bundle=paths.bundle_of(path),
        expires_at=expiry(),
    )
    byte_store().create(upload)
    try:
        with transaction.atomic():
            quotas.take_room(user=user, size=size)
            upload.save(force_insert=True)
    except IntegrityError as error:
        byte_store().drop(upload)
        raise WrongState(f"Another upload of “{path}” began at the same moment. Go on with that one.") from error
    except TooLarge:
        byte_store().drop(upload)
        raise
    selectors.add_to_file_count(dataset)
    if size == 0:
        complete(upload)
    return upload


def expiry() -> datetime:
    return timezone.now() + timedelta(days=settings.PORTAL_UPLOAD_EXPIRY_DAYS)


def _checked_path(path: str) -> str:
    try:
        return paths.normalised(path)
    except paths.BadPath as bad:
        raise Invalid(str(bad), [FieldProblem("/relativePath", str(bad))]) from bad


def _resumed(begun: Upload, size: int, sha256: str, replaces: bool) -> Upload:
    """The same file goes on; another one under the same name does not, because the bytes would be mixed."""
    same_digest = not sha256 or not begun.announced_sha256 or sha256.lower() == begun.announced_sha256
    if begun.state == UploadState.OPEN and begun.size == size and same_digest:
        if replaces and not begun.replaces:
            begun.replaces = True
            begun.save(update_fields=["replaces"])
        return begun
    if begun.state == UploadState.COMPLETE:
        raise WrongState(f"“{begun.path}” has just been uploaded and is being stored. Wait a moment.")
    what = f"it had {begun.size} bytes and now has {size}" if begun.size != size else "its checksum differs"
    raise WrongState(
        f"“{begun.path}” is not the file whose upload was begun: {what}. "
        "Go on with the unchanged file, or cancel the upload that was begun and send the new file from its start."
    )


def _require_room(dataset: Dataset, size: int) -> None:
    if size > settings.PORTAL_MAX_FILE_BYTES:
        raise TooLarge(f"A file may have at most {settings.PORTAL_MAX_FILE_BYTES} bytes; this one has {size}.")
    # A remembered count may be too high, after files were removed.
    most = settings.PORTAL_MAX_FILES
    if selectors.file_count(dataset) >= most and selectors.file_count(dataset, fresh=True) >= most:
        raise TooLarge(f"A dataset may have at most {most} files. Split it, or pack what belongs together.")


def _require_free_path(dataset: Dataset, path: str, replaces: bool) -> None:
    if sentence := naming.obstacle(dataset, path):
        raise WrongState(sentence)
    there = selectors.file_at(dataset, path)
    is_taken = selectors.has_member(dataset, path) or (there is not None and there.state != FileState.DAMAGED)
    if is_taken and not replaces:
        raise PathTaken(f"This dataset already has a file “{path}”. Replace it, or give the new one another name.")


def reconcile(*, upload: Upload) -> int:
    """The offset that the bytes bear out; a row that says more is set back. What `HEAD` tells."""
    durable = byte_store().durable(upload)
    if upload.state == UploadState.OPEN and durable < upload.offset:
        Upload.objects.filter(pk=upload.pk, offset=upload.offset).update(offset=durable)
        upload.offset = durable
    if upload.state == UploadState.OPEN and upload.offset == upload.size:
        complete(upload)
    return upload.offset


def append_bytes(
    *, upload: Upload, offset: int, stream: Stream, length: int, announced: Announced | None = None
) -> int:
    """Write what comes at `offset`; returns the new offset, and completes the upload with its last byte.

    Raises OffsetMismatch (also for a second writer), TooLarge, ChecksumMismatch, StorageFull, Gone.
    """
    selectors.require_known(upload)
    if upload.state != UploadState.OPEN or offset != reconcile(upload=upload):
        sentence = f"{upload.offset} bytes of “{upload.path}” are here; go on from there, not from {offset}."
        raise OffsetMismatch(sentence, offset=upload.offset)
    if offset + length > upload.size:
        raise TooLarge(f"“{upload.path}” was announced with {upload.size} bytes; {offset + length} would be more.")
    store = byte_store()
    writer = _begin_writing(upload)
    try:
        upload.offset = store.append(upload, stream, length, _committer(upload, writer), announced)
    except Busy as busy:
        raise _second_writer(upload) from busy
    finally:
        Upload.objects.filter(pk=upload.pk, writer=writer).update(writer="")
    if upload.offset == upload.size:
        complete(upload)
    return upload.offset


def _second_writer(upload: Upload) -> OffsetMismatch:
    return OffsetMismatch(
        f"Somebody else is sending “{upload.path}” at this moment, perhaps another window of yours. "
        "Close it, or wait a moment and go on.",
        offset=upload.offset,
    )


def _lost(upload: Upload) -> DomainError:
    """Why a writer's row has moved under it: it was ended, or somebody else writes."""
    now = Upload.objects.filter(pk=upload.pk).first()
    if now is None or now.state == UploadState.FAILED:
        byte_store().drop(upload)  # also what was written after it was ended
        return Gone(now.reason if now else "This upload was ended. Start it again.")
    return _second_writer(upload)


def _begin_writing(upload: Upload) -> str:
    """Sign in as the one writer; a dead one's place is free after WRITER_SECONDS, or at once if its lock is."""
    writer, now = secrets.token_hex(16), timezone.now()
    dead = Q(writer="") | Q(writer_seen_at__lt=now - timedelta(seconds=WRITER_SECONDS))
    sending = Upload.objects.filter(~dead, user=upload.user_id, state=UploadState.OPEN).exclude(pk=upload.pk)
    if sending.count() >= settings.PORTAL_UPLOADS_AT_ONCE:
        raise TooMany(
            f"You send {settings.PORTAL_UPLOADS_AT_ONCE} files at this moment, which is as many as the portal takes at "
            "once. Go on with this one when another is done."
        )
    rows = Upload.objects.filter(pk=upload.pk, state=UploadState.OPEN, offset=upload.offset)
    if byte_store().has_lock:
        rows.update(writer=writer, writer_seen_at=now)
    elif not rows.filter(dead).update(writer=writer, writer_seen_at=now):
        raise _second_writer(upload)
    return writer


def _committer(upload: Upload, writer: str):
    """What the store calls with every durable offset: moves the row from the last one, if it is still ours."""
    known = upload.offset
    mine = {} if byte_store().has_lock else {"writer": writer}

    def commit(offset: int, notes: dict) -> None:
        nonlocal known
        rows = Upload.objects.filter(pk=upload.pk, state=UploadState.OPEN, offset=known, **mine)
        now = timezone.now()
        moved = rows.update(offset=offset, progress=notes, writer_seen_at=now, updated_at=now, expires_at=expiry())
        if not moved:
            raise _lost(upload)
        known, upload.progress = offset, notes

    return commit


def complete(upload: Upload) -> None:
    """All bytes are here: give them their name, then say so. Safe to call again after a crash in between."""
    byte_store().finish(upload)
    with transaction.atomic():
        rows = Upload.objects.filter(pk=upload.pk, state=UploadState.OPEN, offset=upload.size)
        if rows.update(state=UploadState.COMPLETE, updated_at=timezone.now()):
            upload.state = UploadState.COMPLETE
            emit(Event.UPLOAD_COMPLETE, upload_id=str(upload.pk))


def cancel_upload(*, upload: Upload, reason: str = "This upload was cancelled. Start it again.") -> None:
    """End an upload that is not yet a file, and drop its bytes."""
    if upload.state == UploadState.FAILED:
        return
    moved = Upload.objects.filter(pk=upload.pk, state=UploadState.OPEN).update(
        state=UploadState.FAILED, reason=reason, updated_at=timezone.now()
    )
    if not moved:
        raise WrongState(f"“{upload.path}” has arrived already. Remove the file instead.")
    byte_store().drop(upload)


def take_upload(*, upload_id: str) -> None:
    """A complete upload becomes a file, or a member of a bundle; nothing when that has been done already."""
    upload = Upload.objects.select_related("dataset").filter(pk=upload_id, state=UploadState.COMPLETE).first()
    if upload is None:
        return
    deposition = upload.dataset.depositions.filter(state__in=TAKING).first()
    if deposition is None:
        _refuse(upload, "Its deposition was finished or withdrawn before the upload was. Begin a new version for it.")
    elif upload.bundle:
        if sentence := naming.stored_obstacle(upload.dataset, upload.path):
            _refuse(upload, sentence)
            return
        bundles.fold_members(dataset=upload.dataset, bundle=upload.bundle, number=deposition.number)
    else:
        _take_file(upload, deposition.number)


def _taken_meanwhile(upload: Upload, current: File | None) -> str:
    """The path was free, or its file was to be replaced, when the upload began; it may be neither now."""
    if current is None or upload.replaces or current.state == FileState.DAMAGED:
        return ""
    return f"Another file “{upload.path}” was stored while this one arrived. Send it again if it is to replace that."


def _refuse(upload: Upload, reason: str) -> None:
    rows = Upload.objects.filter(pk=upload.pk, state=UploadState.COMPLETE)
    if rows.update(state=UploadState.FAILED, reason=reason, updated_at=timezone.now()):
        byte_store().drop(upload)


@transaction.atomic
def _take_file(upload: Upload, number: int) -> None:
    """No byte is touched: the upload's key becomes the blob's."""
    filing.lock_names(upload.dataset_id)
    current = selectors.file_at(upload.dataset, upload.path)
    if sentence := naming.stored_obstacle(upload.dataset, upload.path) or _taken_meanwhile(upload, current):
        _refuse(upload, sentence)
        return
    rows = Upload.objects.filter(pk=upload.pk, state=UploadState.COMPLETE)
    if not rows.update(state=UploadState.TAKEN, updated_at=timezone.now()):
        return
    component, said = "", None
    if current is not None:
        component, said = current.component, said_of(current)
        filing.end_file(current, number)
    file = File.objects.create(
        dataset=upload.dataset,
        path=upload.path,
        size=upload.size,
        blob=Blob.objects.create(key=upload.key, size=upload.size),
        announced_sha256=upload.announced_sha256,
        from_version=number,
        uploaded_by=upload.user,
        component=component,
    )
    attributes.give(file, said, number)
    steps.note(
        dataset_id=file.dataset_id,
        action="file.replaced" if current is not None else "file.uploaded",
        subject=file.path,
        to_state=FileState.STORED,
        actor_id=upload.user_id,
    )
    emit(Event.FILE_STORED, file_id=file.pk)


@transaction.atomic
def remove_file(*, user: User, file: File) -> None:
    """Take a file out of the draft; a released version keeps it. Raises WrongState, NotAllowed, NotFound."""
    dataset = selectors.editable_dataset(user, file.dataset.accession)
    number = selectors.editable_deposition(dataset).number
    current = dataset.files.filter(pk=file.pk, until_version__isnull=True).first()
    if current is None:
        raise WrongState(f"“{file.path}” is not part of the draft any more. Reload the page.")
    Upload.objects.filter(dataset=dataset, bundle=current.path, state=UploadState.TAKEN).delete()
    filing.end_file(current, number)
    auditing.record(dataset=dataset, action="file.removed", actor=user, subject=current.path, from_state=current.state)
    emit(Event.FILES_AT_REST, dataset_id=dataset.pk)
    emit(Event.DATASET_CHANGED, dataset_id=dataset.pk)


def expire_uploads() -> None:
    """Drop uploads that nobody went on with, and forget rows whose story is over."""
    now = timezone.now()
    for upload in Upload.objects.filter(state=UploadState.OPEN, expires_at__lt=now)[:1000]:
        _expire(upload)
    over = Q(state__in=(UploadState.TAKEN, UploadState.FAILED), updated_at__lt=now - timedelta(days=KEPT_ROWS_DAYS))
    Upload.objects.filter(over).delete()


def _expire(upload: Upload) -> None:
    now = timezone.now()
    rows = Upload.objects.filter(pk=upload.pk, state=UploadState.OPEN, expires_at__lt=now)
    reason = selectors.EXPIRED.format(days=settings.PORTAL_UPLOAD_EXPIRY_DAYS)
    if rows.update(state=UploadState.FAILED, reason=reason, updated_at=now):
        byte_store().drop(upload)
