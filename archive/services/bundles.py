"""Bundles: folders that are one image (OME-Zarr). Their members arrive one by one, in any order and in great number.

Complete uploads are folded into the member list in batches; whoever moves the row's list key from the old list to the
new one has folded them, everybody else's attempt leaves nothing behind. A later member re-opens the bundle.
"""

import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from archive.events import Event, emit
from archive.models import Dataset, File, Upload
from archive.selectors import naming
from archive.selectors.uploads import UNFINISHED_UPLOADS, file_at
from archive.services import filing, steps
from archive.services.memberlists import Member, Written, merged, read_members, write_members
from archive.states import FileKind, FileState, UploadState
from archive.storage import chunks_of, originals
from archive.uploads.paths import inside, sort_key

BATCH = 5000
# Members come in a stream; the bundle is looked at when none has come for so long.
QUIET_SECONDS = 2.0


class MemberDamaged(Exception):
    """A member's bytes are not those that were announced, or are gone; the sentence names it."""


def fold_members(*, dataset: Dataset, bundle: str, number: int) -> None:
    """Put all complete uploads of this bundle into its list; start its verification once no more are on the way."""
    while uploads := list(_complete(dataset, bundle)[:BATCH]):
        if not _fold(dataset, bundle, number, uploads):
            return  # another worker is folding; what it leaves the sweep will find
    if not Upload.objects.filter(dataset=dataset, bundle=bundle, state__in=UNFINISHED_UPLOADS).exists():
        _tell(dataset, bundle)


def _complete(dataset: Dataset, bundle: str):
    return Upload.objects.filter(dataset=dataset, bundle=bundle, state=UploadState.COMPLETE).order_by("updated_at")


def _tell(dataset: Dataset, bundle: str) -> None:
    file = file_at(dataset, bundle)
    if file is not None and file.state == FileState.STORED:
        with transaction.atomic():
            emit(Event.BUNDLE_GREW, file_id=file.pk)


def _fold(dataset: Dataset, bundle: str, number: int, uploads: list[Upload]) -> bool:
    file = file_at(dataset, bundle)
    old_key = file.members_key if file else ""
    replaced: list[str] = []
    written = write_members(merged(read_members(old_key), _members_of(uploads, bundle), replaced))
    with transaction.atomic():
        done = _swap(dataset, bundle, number, uploads, old_key, written)
        if not done:
            transaction.set_rollback(True)
        elif not filing.was_released(dataset.pk, bundle):
            filing.discard(originals(), [*replaced, *filter(None, [old_key])])
    if not done:
        filing.delete_objects(originals(), [written.key])
    return done


def _members_of(uploads: list[Upload], bundle: str) -> list[Member]:
    made = [
        Member(inside(upload.path, bundle), upload.size, upload.key, announced_sha256=upload.announced_sha256)
        for upload in uploads
    ]
    return sorted(made, key=lambda member: sort_key(member.path))


def _swap(dataset: Dataset, bundle: str, number: int, uploads: list[Upload], old_key: str, written: Written) -> bool:
    """The new list takes the old one's place and the uploads are taken, all or nothing."""
    filing.lock_names(dataset.pk)
    if naming.stored_obstacle(dataset, uploads[0].path):
        return False  # a file took the name a moment ago; whoever takes these uploads next refuses them
    ids = [upload.pk for upload in uploads]
    rows = Upload.objects.filter(pk__in=ids, state=UploadState.COMPLETE)
    if rows.update(state=UploadState.TAKEN, updated_at=timezone.now()) != len(ids):
        return False
    file = file_at(dataset, bundle)
    if (file.members_key if file else "") != old_key:
        return False
    if file is not None and file.from_version < number:
        filing.end_file(file, number)
        file = None
    fields = {
        "members_key": written.key,
        "member_count": written.count,
        "size": written.size,
        "tree_digest": "",
        "state": FileState.STORED,
        "reason": "",
        "reason_code": "",
        "tries": 0,
        "moved_at": timezone.now(),
    }
    if file is not None:
        filing.withdraw_images(file.images.all(), number)
        if not File.objects.filter(pk=file.pk, members_key=old_key).update(**fields):
            return False
    else:
        uploader = uploads[0].user
        made = {"kind": FileKind.BUNDLE, "from_version": number, "uploaded_by": uploader}
        File.objects.create(dataset=dataset, path=bundle, **made, **fields)
    steps.note(
        dataset_id=dataset.pk,
        action="members.uploaded",
        subject=bundle,
        to_state=FileState.STORED,
        reason=f"{len(uploads)} members",
        actor_id=uploads[0].user_id,
    )
    return True


def verified_list(file: File) -> Written:
    """A new list in which every member has its SHA-256; reads only what has none yet. Raises MemberDamaged."""
    return write_members(_verified(read_members(file.members_key), file.path))


def _verified(members: Iterator[Member], bundle: str) -> Iterator[Member]:
    for member in members:
        yield member if member.sha256 and member.crc32 is not None else _read(member, bundle)


def _read(member: Member, bundle: str) -> Member:
    hash_, crc32, size = hashlib.sha256(), 0, 0
    try:
        for chunk in chunks_of(originals(), member.key):
            hash_.update(chunk)
            crc32 = zlib.crc32(chunk, crc32)
            size += len(chunk)
    except FileNotFoundError as error:
        raise MemberDamaged(f"The bytes of “{bundle}/{member.path}” are missing. Upload it again.") from error
    digest = hash_.hexdigest()
    if size != member.size or member.announced_sha256 not in {"", digest}:
        raise MemberDamaged(
            f"The bytes of “{bundle}/{member.path}” are not those that were announced: "
            f"their SHA-256 is {digest}. Upload it again."
        )
    return replace(member, sha256=digest, crc32=crc32)
