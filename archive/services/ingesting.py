"""From stored bytes to pictures: verify, read, draw. Each step claims its row, works, and moves it by compare-and-set.

What a file does to its reader is an outcome with a reason; an outage of ours leaves the row for the sweep.
"""

import hashlib
import zlib
from collections.abc import Sequence
from datetime import timedelta

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from archive.events import Event, emit
from archive.imaging.errors import Unreadable
from archive.imaging.model import Description, Rendered, Severity
from archive.imaging.pool.codec import encode
from archive.models import Blob, Deposition, File, Image
from archive.selectors.viewing import is_flat
from archive.services import bundles, filing, joining, reading, renditions, steps, workspace
from archive.services.claims import MAX_TRIES, claimed
from archive.services.imaging import pool
from archive.states import DepositionState, FileKind, FileState, ImageState
from archive.storage import chunks_of, derived, new_key, originals

UNFINISHED_FILES = (FileState.STORED, FileState.VERIFIED)
UNFINISHED_IMAGES = (ImageState.FOUND, ImageState.DESCRIBED)
# A set that lacks files is looked at again after fetching them from storage; readers name what they miss step by step.
_ROUNDS = 4
_GIVEN_UP = (
    f"The portal started {MAX_TRIES} times to work on this and was interrupted each time. "
    "It is kept as it is; if it opens in your own software, tell us."
)


def verify_file(*, file_id: int) -> None:
    """Read every byte once: the SHA-256 is known from here on, and is what the sender said, or the file is damaged."""
    with claimed(File, file_id, [FileState.STORED]) as file:
        if file is None:
            return
        if file.tries > MAX_TRIES:
            _damage(file, "Its bytes could not be read to the end in three attempts. Upload it again.")
        elif file.kind == FileKind.BUNDLE:
            _verify_bundle(file)
        else:
            _verify_blob(file)


def verify_bundle(*, file_id: int) -> None:
    """Verify a bundle unless members came a moment ago: each sends a message of its own, and the last one counts."""
    quiet = timezone.now() - timedelta(seconds=bundles.QUIET_SECONDS * 0.9)
    if File.objects.filter(pk=file_id, moved_at__lte=quiet).exists():
        verify_file(file_id=file_id)


def _verify_blob(file: File) -> None:
    blob = Blob.objects.get(pk=file.blob_id)
    digest, crc32, size = hashlib.sha256(), 0, 0
    try:
        for chunk in chunks_of(originals(), blob.key):
            digest.update(chunk)
            crc32 = zlib.crc32(chunk, crc32)
            size += len(chunk)
    except FileNotFoundError:
        _damage(file, "Its bytes are missing in the storage. Upload it again.")
        return
    sha256 = digest.hexdigest()
    if file.announced_sha256 not in {"", sha256} or size != blob.size:
        _damage(
            file,
            f"The bytes that arrived are not those that were announced: their SHA-256 is {sha256}, "
            f"not {file.announced_sha256 or 'of the announced length'}. Upload it again.",
        )
        return
    with transaction.atomic():
        Blob.objects.filter(pk=blob.pk).update(sha256=sha256, crc32=crc32, verified_at=timezone.now())
        _verified(file)


def _verify_bundle(file: File) -> None:
    try:
        written = bundles.verified_list(file)
    except bundles.MemberDamaged as damaged:
        _damage(file, str(damaged))
        return
    with transaction.atomic():
        done = _verified(
            file,
            members_key=written.key,
            member_count=written.count,
            size=written.size,
            tree_digest=written.tree_digest,
        )
        filing.discard(originals(), [file.members_key if done else written.key])


def _verified(file: File, **fields: object) -> bool:
    """A bundle that a later member re-opened meanwhile has another list, and stays as it is."""
    rows = File.objects.filter(pk=file.pk, state=FileState.STORED, members_key=file.members_key)
    if not rows.update(state=FileState.VERIFIED, tries=0, moved_at=timezone.now(), reason="", **fields):
        return False
    steps.note(
        dataset_id=file.dataset_id,
        action="file.verified",
        subject=file.path,
        from_state=FileState.STORED,
        to_state=FileState.VERIFIED,
    )
    emit(Event.FILE_VERIFIED, file_id=file.pk)
    return True


@transaction.atomic
def _damage(file: File, sentence: str) -> None:
    rows = File.objects.filter(pk=file.pk, state=FileState.STORED, members_key=file.members_key)
    fields = {"reason": sentence, "reason_code": "damaged", "tries": 0, "moved_at": timezone.now()}
    if not rows.update(state=FileState.DAMAGED, **fields):
        return
    steps.note(
        dataset_id=file.dataset_id,
        action="file.damaged",
        subject=file.path,
        from_state=FileState.STORED,
        to_state=FileState.DAMAGED,
        reason=sentence,
    )
    settle(file.dataset_id)


def read_file(*, file_id: int) -> None:
    """Ask the pool what the file holds; its images become rows. Files that waited for this one are read again."""
    with claimed(File, file_id, [FileState.VERIFIED]) as file:
        if file is None:
            return
        late: set[str] = set()
        if file.grouping_id:
            joining.read_joined(file)
        elif file.tries > MAX_TRIES:
            reading.keep(file, "interrupted", _GIVEN_UP)
        else:
            description, beside = _described(file)
            reading.apply(file, description)
            late = set(description.missing) - beside
        with transaction.atomic():
            _wake_waiting(file, is_late=bool(late))
            settle(file.dataset_id)


def _described(file: File) -> tuple[Description, set[str]]:
    """The file's description, and the paths of all that it names and that lay beside it when it was read."""
    placed = [file, *workspace.beside(file)]
    for _ in range(_ROUNDS):
        root = workspace.prepare(placed)
        description = pool().describe(root, file.path)
        named = {*description.missing, *description.members, *filter(None, [description.main])} - {file.path}
        known = {found.path: found for found in _named(file.dataset_id, named)}
        strangers = [path for path in description.members if path in named and path not in known]
        workspace.remove_strangers(root, _outside_bundle(file, strangers))
        fetched = [known[path] for path in description.missing if path in known]
        beside = {one.path for one in placed}
        if not fetched and not _outside_bundle(file, strangers):
            break
        placed = [file, *workspace.beside(file), *known.values()]
    return description, beside


def _named(dataset_id: int, paths: set[str]) -> list[File]:
    names = sorted(paths)
    readable = workspace.readable_files(dataset_id)
    return [file for at in range(0, len(names), 500) for file in readable.filter(path__in=names[at : at + 500])]


def _outside_bundle(file: File, paths: Sequence[str]) -> list[str]:
    """A bundle's members are its own and have no rows."""
    return [path for path in paths if not path.startswith(f"{file.path}/")]


def _wake_waiting(file: File, *, is_late: bool) -> None:
    """Sets in this dataset that miss nothing any more, now that this file's bytes are known, are read again.

    So is the file itself if something that it misses came while it was being read (`is_late`).
    """
    waiting = File.objects.filter(
        dataset_id=file.dataset_id, until_version__isnull=True, state=FileState.KEPT, reason_code=reading.INCOMPLETE
    )
    concerned = [
        (pk, missing)
        for pk, missing in waiting.values_list("pk", "missing")
        if (is_late if pk == file.pk else file.path in missing)
    ]
    # At once for all: each of a thousand files that make one image names the others.
    here = {found.path for found in _named(file.dataset_id, {path for _, missing in concerned for path in missing})}
    for pk, missing in concerned:
        still = [path for path in missing if path not in here]
        if still:
            waiting.filter(pk=pk).update(missing=still, reason=reading.missing_sentence(still))
        else:
            filing.reread(waiting.filter(pk=pk))


def settle(dataset_id: int) -> None:
    """Tell when nothing of a dataset is under way any more; to be called in a transaction.

    Nobody waits for the fields of plates: they are drawn in the background, by the hundred thousand if need be.
    """
    files = File.objects.filter(dataset_id=dataset_id, state__in=UNFINISHED_FILES, until_version__isnull=True)
    images = Image.objects.filter(dataset_id=dataset_id, state__in=UNFINISHED_IMAGES, until_version__isnull=True)
    images = images.filter(well__isnull=True)
    if files.exists() or images.exists():
        return
    emit(Event.DATASET_CHANGED, dataset_id=dataset_id)
    emit(Event.FILES_AT_REST, dataset_id=dataset_id)
    handed_in = (DepositionState.SUBMITTED, DepositionState.PROCESSING)
    if Deposition.objects.filter(dataset_id=dataset_id, state__in=handed_in).exists():
        emit(Event.FILE_SETTLED, dataset_id=dataset_id)


def draw_image(*, image_id: int) -> None:
    """Check an image's pixels and draw its two pictures; an image that cannot be drawn says why."""
    with claimed(Image, image_id, UNFINISHED_IMAGES) as image:
        if image is None:
            return
        if image.tries > MAX_TRIES:
            _fail(image, _GIVEN_UP)
            return
        try:
            _draw(image)
        except Unreadable as unreadable:
            _fail(image, unreadable.sentence)


def _draw(image: Image) -> None:
    root, path = workspace.prepare_image(image)
    if image.state == ImageState.FOUND:
        findings = pool().check(root, path, image.series)
        problems = sum(finding.severity is Severity.PROBLEM for finding in findings)
        described = {"findings": [encode(finding) for finding in findings], "problem_count": problems}
        if not _move_image(image, ImageState.DESCRIBED, **described):
            return
    _store_pictures(image, pool().thumbnails(root, path, image.series))


def _store_pictures(image: Image, pictures: Sequence[Rendered]) -> None:
    """Names are unguessable and new each time: an address that was public once never shows a later picture."""
    small, large = min(pictures, key=_longer_side), max(pictures, key=_longer_side)
    keys = [derived().save(new_key("thumbnails", ".webp"), ContentFile(picture.data)) for picture in (small, large)]
    with transaction.atomic():
        done = _move_image(
            image,
            ImageState.RENDERED,
            thumbnail_small=keys[0],
            thumbnail_large=keys[1],
            thumbnail_width=large.width,
            thumbnail_height=large.height,
            picture_bytes=sum(len(picture.data) for picture in (small, large)),
            display_limits=[list(limits) for limits in large.limits],
            tries=0,
        )
        old = [image.thumbnail_small, image.thumbnail_large]
        filing.discard(derived(), filter(None, old) if done else keys)
        if done and is_flat(image):
            renditions.want_rendition(image=image)
        settle(image.dataset_id)


def _longer_side(picture: Rendered) -> int:
    return max(picture.width, picture.height)


@transaction.atomic
def _fail(image: Image, sentence: str) -> None:
    if _move_image(image, ImageState.FAILED, reason=sentence, tries=0):
        settle(image.dataset_id)


@transaction.atomic
def _move_image(image: Image, state: ImageState, **fields: object) -> bool:
    rows = Image.objects.filter(pk=image.pk, state=image.state)
    if not rows.update(state=state, moved_at=timezone.now(), **fields):
        return False
    if state != ImageState.DESCRIBED:
        steps.note(
            dataset_id=image.dataset_id,
            action="image.drawn" if state == ImageState.RENDERED else "image.failed",
            subject=image.accession,
            from_state=image.state,
            to_state=state,
            reason=str(fields.get("reason", "")),
        )
    image.state = state
    return True
