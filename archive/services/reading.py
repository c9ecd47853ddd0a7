"""What the pool says of a file becomes rows: images, plates, wells, and who belongs to whom. Idempotent.

Companion sets and their members end the same in any order of arrival: the file that describes the images (`main`) takes
its members with it, and a set with holes waits, by name, for what is missing.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from archive.events import Event, emit
from archive.imaging.model import Description, ImageMetadata, Outcome, PlateMetadata
from archive.imaging.pool.codec import encode
from archive.models import Dataset, Deposition, File, Image, Plate, Well
from archive.services import filing, steps
from archive.states import OPEN_DEPOSITIONS, FileState, ImageState
from archive.storage import derived, new_key

INCOMPLETE = "incomplete"
_CHUNK = 500
# Columns of Image that are fields of ImageMetadata of the same name.
_COPIED = (
    "format", "size_x", "size_y", "size_z", "size_c", "size_t", "pixel_type", "rgb",
    "physical_x_um", "physical_y_um", "physical_z_um", "role",
)  # fmt: skip
# All that reading says of an image. The rest of the row, such as its pictures, may be written by others meanwhile.
_SAID = (
    *_COPIED, "series", "until_version", "name", "metadata", "ome_xml_key", "ome_xml_sha256",
    "state", "reason", "tries", "moved_at",
)  # fmt: skip


@dataclass(frozen=True)
class OmeXml:
    """The raw document as an object in storage, or nothing."""

    key: str = ""
    sha256: str = ""


def apply(file: File, description: Description) -> bool:
    """Move a verified file to where its description says; False if it had moved meanwhile, and nothing was changed."""
    if description.outcome == Outcome.READ:
        ome_xml = _stored_ome_xml(file, description.ome_xml)
        return _apply_read(file, description, ome_xml)
    if description.outcome == Outcome.MEMBER:
        main = _valid(file.dataset_id).filter(path=description.main).exclude(state=FileState.DAMAGED).first()
        if main is not None:
            return _join(file, main)
        sentence = f"It belongs to “{description.main}”, which is not there yet. Upload that file too."
        return keep(file, INCOMPLETE, sentence, missing=(description.main,))
    reason = description.reason
    code, sentence = (reason.code, reason.sentence) if reason else ("unread", "The portal does not read this file.")
    if description.outcome == Outcome.INCOMPLETE:
        return keep(file, INCOMPLETE, missing_sentence(description.missing), missing=description.missing)
    return keep(file, code, sentence)


def missing_sentence(missing: Sequence[str]) -> str:
    names = ", ".join(f"“{path}”" for path in missing[:3])
    rest = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
    return f"The image needs files that are not here: {names}{rest}. Upload them too."


@transaction.atomic
def keep(file: File, code: str, sentence: str, *, missing: Sequence[str] = ()) -> bool:
    """Archive a file without images, and say why."""
    if not _move(file, FileState.KEPT, reason_code=code[:60], reason=sentence, missing=list(missing), main=None):
        return False
    _clear(file)
    return True


@transaction.atomic
def _join(file: File, main: File) -> bool:
    if not _move(file, FileState.READ, reason_code="", reason="", missing=[], main=main):
        return False
    _clear(file)
    return True


@transaction.atomic
def _apply_read(file: File, description: Description, ome_xml: OmeXml) -> bool:
    if not _move(file, FileState.READ, reason_code="", reason="", missing=[], main=None):
        if ome_xml.key:
            filing.discard(derived(), [ome_xml.key])
        return False
    _take_members(file, description.members)
    images = _upsert_images(file, description.images, ome_xml)
    _set_plates(file, description.plates, images)
    for image in images.values():
        emit(Event.IMAGE_FOUND, image_id=image.pk)
    return True


def _move(file: File, state: FileState, **fields: object) -> bool:
    rows = File.objects.filter(pk=file.pk, state=FileState.VERIFIED, grouping=file.grouping_id)
    if not rows.update(state=state, tries=0, moved_at=timezone.now(), **fields):
        return False
    steps.note(
        dataset_id=file.dataset_id,
        action="file.read" if state == FileState.READ else "file.kept",
        subject=file.path,
        from_state=FileState.VERIFIED,
        to_state=state,
        reason=str(fields["reason"]),
    )
    return True


def _clear(file: File) -> None:
    """Images and plates of an earlier reading that no longer hold."""
    _clear_all([file.pk], _number(file))


def _clear_all(files: Sequence[int], number: int) -> None:
    filing.withdraw_images(Image.objects.filter(file__in=files), number)
    _shown_no_more(Plate.objects.filter(file__in=files)).delete()


def _shown_no_more(plates: QuerySet[Plate]) -> QuerySet[Plate]:
    """Those on which no released version has its images."""
    ended = Well.objects.filter(images__until_version__isnull=False).values("plate")
    return plates.exclude(pk__in=ended)


def _number(file: File) -> int:
    """The version in which what is read now appears: that of the draft, if there is one."""
    draft = Deposition.objects.filter(dataset=file.dataset_id, state__in=OPEN_DEPOSITIONS)
    return max(draft.values_list("number", flat=True).first() or 0, file.from_version)


def _valid(dataset_id: int):
    return File.objects.filter(dataset_id=dataset_id, until_version__isnull=True)


def _take_members(main: File, members: Iterable[str]) -> None:
    """The other files of a set: theirs is the main file's image, whatever was read from them alone."""
    others = [path for path in members if path != main.path]
    number = _number(main)
    for at in range(0, len(others), _CHUNK):
        files = _valid(main.dataset_id).filter(path__in=others[at : at + _CHUNK]).exclude(pk=main.pk)
        strange = files.exclude(main=main, state=FileState.READ)
        _clear_all(list(strange.values_list("pk", flat=True)), number)
        files.exclude(state__in=(FileState.STORED, FileState.DAMAGED)).update(
            state=FileState.READ, main=main, reason="", reason_code="", missing=[], tries=0, moved_at=timezone.now()
        )


def _stored_ome_xml(file: File, text: str) -> OmeXml:
    """One object for all images of a file; the one of an earlier reading is kept when it is the same."""
    if not text:
        return OmeXml()
    content = text.encode()
    sha256 = hashlib.sha256(content).hexdigest()
    known = file.images.filter(ome_xml_sha256=sha256).values_list("ome_xml_key", flat=True).first()
    key = known or derived().save(new_key("ome-xml", ".xml"), ContentFile(content))
    return OmeXml(key, sha256)


def _upsert_images(file: File, found: Sequence[ImageMetadata], ome_xml: OmeXml) -> dict[int, Image]:
    own = file.images.filter(grouping=file.grouping_id)
    known = {image.series: image for image in own}
    series = {metadata.series for metadata in found}
    number = _number(file)
    filing.withdraw_images(file.images.exclude(pk__in=own.filter(series__in=series).values("pk")), number)
    new = [metadata for metadata in found if metadata.series not in known]
    numbers = iter(_take_numbers(file.dataset_id, len(new)))
    made = [_filled(_new_image(file, next(numbers), number), metadata, ome_xml) for metadata in new]
    Image.objects.bulk_create(made, batch_size=_CHUNK)
    for metadata in found:
        if metadata.series in known:
            _filled(known[metadata.series], metadata, ome_xml).save(update_fields=_SAID)
    return {image.series: image for image in (*made, *(known[key] for key in series & known.keys()))}


def _take_numbers(dataset_id: int, count: int) -> range:
    """The next `count` numbers of the dataset. The UPDATE holds the row until the commit, on every database."""
    Dataset.objects.filter(pk=dataset_id).update(last_image=F("last_image") + count)
    last = Dataset.objects.values_list("last_image", flat=True).get(pk=dataset_id)
    return range(last - count + 1, last + 1)


def _new_image(file: File, number: int, version: int) -> Image:
    return Image(
        dataset_id=file.dataset_id,
        file=file,
        grouping_id=file.grouping_id,
        number=number,
        accession=f"{file.dataset.accession}-I{number}",
        from_version=version,
    )


def _filled(image: Image, metadata: ImageMetadata, ome_xml: OmeXml) -> Image:
    for name in _COPIED:
        setattr(image, name, getattr(metadata, name))
    image.pixel_type = str(metadata.pixel_type)
    image.series = metadata.series
    image.until_version = None
    image.name = (metadata.name or image.file.name)[:500]
    image.metadata = encode(metadata)
    image.ome_xml_key, image.ome_xml_sha256 = ome_xml.key, ome_xml.sha256
    image.state, image.reason, image.tries, image.moved_at = ImageState.FOUND, "", 0, timezone.now()
    return image


def _set_plates(file: File, plates: Sequence[PlateMetadata], images: dict[int, Image]) -> None:
    _shown_no_more(file.plates.all()).delete()
    for found in plates:
        plate = Plate.objects.create(
            dataset_id=file.dataset_id, file=file, name=found.name[:300], rows=found.rows, columns=found.columns
        )
        wells = Well.objects.bulk_create(
            [Well(plate=plate, row=well.row, column=well.column) for well in found.wells], batch_size=_CHUNK
        )
        placed = []
        for well, described in zip(wells, found.wells, strict=True):
            for field, series in enumerate(described.fields):
                if series in images:
                    images[series].well, images[series].field = well, field
                    placed.append(images[series])
        Image.objects.bulk_update(placed, ["well", "field"], batch_size=_CHUNK)
