"""Files from a folder or bucket beside the portal into a draft, one after the other, on the way that uploads take.

Each is read twice: once for its SHA-256, which is announced with it, so that a worker compares what was stored with
what lay there; and once to send it. What is there already stays; a file that cannot come is told with its reason.
"""

import hashlib
import time
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from archive import access, folders
from archive.errors import DomainError, FieldProblem, Invalid, NotAllowed, NotFound, PathTaken, TooLarge, WrongState
from archive.events import Event, emit
from archive.folders import Found, Root
from archive.models import Dataset, FolderImport, Upload, User
from archive.selectors import uploads as selectors
from archive.services import auditing, uploading
from archive.services.claims import MAX_TRIES, OUTAGES, claimed
from archive.states import EDITING_ROLES, FolderImportState, PortalRole, UploadState
from archive.storage import CHUNK

ALLOWED = (PortalRole.CURATOR, PortalRole.ADMINISTRATOR)
# So long one task works at most; the next one goes on, and others have their turn between the two.
_TURN_SECONDS = 30.0
_MOST_PROBLEMS = 100


def may_import(user: User, dataset: Dataset) -> bool:
    """Whether somebody may take files from the portal's roots into this dataset."""
    role = access.role_of(user, dataset)
    return bool(settings.PORTAL_IMPORT_ROOTS) and user.has_role(*ALLOWED) and role in EDITING_ROLES


def imports_of(user: User, dataset: Dataset) -> QuerySet[FolderImport]:
    """Those into a dataset, the latest first; raises NotAllowed."""
    if not may_import(user, dataset):
        raise NotAllowed("Curators and administrators who edit a dataset take files from folders of the server.")
    return FolderImport.objects.filter(dataset=dataset).select_related("requested_by").order_by("-pk")


def begin_import(*, user: User, dataset: Dataset, root: str, folder: str) -> FolderImport:
    """What lies in the folder comes into the draft. Raises NotAllowed, NotFound, WrongState, Invalid."""
    if not user.has_role(*ALLOWED):
        raise NotAllowed("Curators and administrators take files from folders of the server. Ask one of them.")
    dataset = selectors.editable_dataset(user, dataset.accession)
    folder = folders.checked(folder)
    if next(iter(folders.root(root).files(folder)), None) is None:
        sentence = "There is no file in this folder, nor below it. Choose another one."
        raise Invalid(sentence, [FieldProblem("/folder", sentence)])
    try:
        with transaction.atomic():
            made = FolderImport.objects.create(dataset=dataset, root=root, folder=folder, requested_by=user)
            data = {"root": root, "folder": folder}
            auditing.record(dataset=dataset, action="import.begin", actor=user, subject=f"import {made.pk}", data=data)
            emit(Event.FOLDER_IMPORT_DUE, import_id=made.pk)
    except IntegrityError as error:
        raise WrongState("Another folder is being imported into this dataset. Wait until that is done.") from error
    return made


def go_on(*, import_id: int, seconds: float = _TURN_SECONDS) -> None:
    """One turn of work; says that the next one is due where more is to come."""
    is_more = False
    with claimed(FolderImport, import_id, (FolderImportState.WANTED,)) as row:
        if row is None:
            return
        if row.tries > MAX_TRIES:
            _end(row, FolderImportState.STOPPED, "It was begun several times and came to no end. Begin it again.")
            return
        try:
            is_more = not _turn(row, time.monotonic() + seconds)
        except OUTAGES:
            raise
        except DomainError as error:
            _end(row, FolderImportState.STOPPED, str(error))
            return
        if not is_more:
            _end(row, FolderImportState.DONE)
    if is_more:
        with transaction.atomic():
            # At nobody's hands, so that the next turn may take it at once.
            FolderImport.objects.filter(pk=import_id).update(tries=0, moved_at=timezone.now())
            emit(Event.FOLDER_IMPORT_DUE, import_id=import_id)


def _turn(row: FolderImport, until: float) -> bool:
    """Whether it came to the folder's end."""
    place = folders.root(row.root)
    for found in place.files(row.folder, row.last):
        if not FolderImport.objects.filter(pk=row.pk, state=FolderImportState.WANTED).exists():
            return False
        selectors.editable_dataset(row.requested_by, row.dataset.accession)
        _take(row, place, found)
        if time.monotonic() >= until:
            return False
    return True


def _take(row: FolderImport, place: Root, found: Found) -> None:
    """The outcome and the place behind which to go on are one change of the row."""
    try:
        counted = "taken" if _send(row, place, found) else "present"
    except OUTAGES:
        raise
    except (DomainError, OSError) as error:
        # Without room in the quota the others could not come either.
        if isinstance(error, TooLarge) and found.size <= settings.PORTAL_MAX_FILE_BYTES:
            raise
        counted = "refused"
        sentence = str(error) if isinstance(error, DomainError) else "It could not be read there. Look at its rights."
        if len(row.problems) < _MOST_PROBLEMS:
            row.problems = [*row.problems, {"path": found.path, "sentence": sentence}]
    row.last = found.path
    rows = FolderImport.objects.filter(pk=row.pk, state=FolderImportState.WANTED)
    bytes_taken = found.size if counted == "taken" else 0
    rows.update(
        last=row.last,
        problems=row.problems,
        tries=1,
        moved_at=timezone.now(),
        byte_count=F("byte_count") + bytes_taken,
        **{counted: F(counted) + 1},
    )


def _send(row: FolderImport, place: Root, found: Found) -> bool:
    """False for a file whose bytes are in the draft already. Raises what uploads raise."""
    path = _path_in_dataset(row, found.path)
    digest = _digest(place, found)
    begun = selectors.unfinished_upload(row.dataset, path)
    if begun and begun.state == UploadState.COMPLETE and begun.announced_sha256 == digest:
        return True  # by a worker that was killed before it could say so
    try:
        upload = uploading.create_upload(
            user=row.requested_by, dataset=row.dataset, path=path, size=found.size, sha256=digest
        )
    except PathTaken:
        if _is_there(row.dataset, path, found.size, digest):
            return False
        raise
    if upload.announced_sha256 != digest:
        raise WrongState(f"Somebody else uploads “{path}” at this moment. Import it again when that is done.")
    if upload.offset < upload.size:
        with place.open(found.path) as stream:
            _skip(stream, upload.offset)
            uploading.append_bytes(
                upload=upload, offset=upload.offset, stream=stream, length=upload.size - upload.offset
            )
    if upload.offset < upload.size:
        uploading.cancel_upload(upload=upload)
        raise WrongState("It became shorter while it was read. Import it again when nobody writes to it any more.")
    return True


def _path_in_dataset(row: FolderImport, path: str) -> str:
    """The chosen folder itself is the first part of the path, as with one that is dropped on the page."""
    above = row.folder.rpartition("/")[0]
    return path.removeprefix(f"{above}/") if above else path


def _is_there(dataset: Dataset, path: str, size: int, digest: str) -> bool:
    """Whether the draft's file, or bundle's member, of this path has these bytes; of what nobody has verified yet the
    announcement counts."""
    file = selectors.file_at(dataset, path)
    if file is not None and file.blob is not None:
        return file.size == size and (file.blob.sha256 or file.announced_sha256) == digest
    taken = Upload.objects.filter(dataset=dataset, path=path, state=UploadState.TAKEN, size=size)
    return taken.filter(announced_sha256=digest).exists()


def _digest(place: Root, found: Found) -> str:
    digest = hashlib.sha256()
    with place.open(found.path) as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _skip(stream: BinaryIO, offset: int) -> None:
    while offset > 0 and (chunk := stream.read(min(CHUNK, offset))):
        offset -= len(chunk)


@transaction.atomic
def stop_import(*, user: User, dataset: Dataset, import_id: int) -> None:
    """What has come stays. Raises NotFound, WrongState."""
    access.require_role(user, dataset, EDITING_ROLES)
    row = FolderImport.objects.filter(pk=import_id, dataset=dataset).first()
    if row is None:
        raise NotFound("There is no such import. Reload the page.")
    if not _end(row, FolderImportState.STOPPED, f"Stopped by {user}.", user):
        raise WrongState("This import has come to its end already. Reload the page.")


@transaction.atomic
def _end(row: FolderImport, state: FolderImportState, sentence: str = "", user: User | None = None) -> bool:
    rows = FolderImport.objects.filter(pk=row.pk, state=FolderImportState.WANTED)
    if not rows.update(state=state, sentence=sentence, ended_at=timezone.now(), tries=0):
        return False
    row.refresh_from_db()
    auditing.record(
        dataset=row.dataset,
        action="import.end",
        actor=user,
        subject=f"import {row.pk}",
        to_state=state,
        reason=sentence,
        data={"taken": row.taken, "present": row.present, "refused": row.refused, "bytes": row.byte_count},
    )
    return True
