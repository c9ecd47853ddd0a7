"""A file as pages show it: its state in words, a colour for the words, and a sentence where something is to be said."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from archive.access import Reader
from archive.imaging.report import FORMATS
from archive.models import File, Image
from archive.selectors import attributes
from archive.selectors.quality import NO_QUESTION
from archive.states import FileState, ImageState
from archive.templatetags.quantities import length

NBSP = "\u00a0"


NOT_IMAGES = frozenset({"", "not-an-image"})


@dataclass(frozen=True)
class FileRow:
    """`kind` is the class of the state: busy, ok, warn, bad, idle."""

    file: File
    kind: str
    words: str
    sentence: str = ""
    read: str = ""
    image: Image | None = None
    may_keep: bool = False
    digest: str = ""
    # For readers: what the file is, not how far the work on it is.
    nature: str = ""
    # What a table says of it: names of columns and values.
    said: tuple[tuple[str, str], ...] = ()


def rows_of(files: Sequence[File], number: int, user: Reader, *, more_to_come: bool = False) -> list[FileRow]:
    """Rows for a page of files, as version or draft `number` has them; few queries, however many they are.

    `more_to_come`: uploads are running.
    """
    images: dict[int, list[Image]] = defaultdict(list)
    found = Image.objects.filter(file__in=[file.pk for file in files]).select_related("dataset")
    for image in found.order_by("role", "number"):
        images[image.file_id].append(image)
    said = words_of(files, number, user)
    rows = [replace(row_of(file, images[file.pk]), said=said.get(file.pk, ())) for file in files]
    return [_patient(row) if more_to_come else row for row in rows]


def words_of(files: Sequence[File], number: int, user: Reader) -> dict[int, tuple[tuple[str, str], ...]]:
    """What is said of each file in a table, as columns stand."""
    said = attributes.said_of_many(files, number, user)
    if not said:
        return {}
    order = attributes.order_of(files[0].dataset_id, number)
    return {
        pk: tuple({**one.associations, **attributes.in_order(one.values, order)}.items()) for pk, one in said.items()
    }


def _patient(row: FileRow) -> FileRow:
    """Nobody is scolded for what misses its companions while uploads run."""
    if row.kind != "bad" or not row.file.missing or row.file.state == FileState.DAMAGED:
        return row
    sentence = f"It belongs together with {_names(row.file.missing)}, which may still be on the way."
    return replace(row, kind="idle", words="Waits for the rest", sentence=sentence, may_keep=False)


def row_of(file: File, images: Sequence[Image]) -> FileRow:
    digest = file.blob.sha256 if file.blob else file.tree_digest
    kind, words, sentence = _state(file, images)
    shown = next((image for image in images if image.thumbnail_small and not image.role), images[0] if images else None)
    return FileRow(
        file=file,
        kind=kind,
        words=words,
        sentence=sentence,
        read=_read(images),
        image=shown,
        may_keep=kind == "bad" and file.state != FileState.DAMAGED,
        digest=digest,
        nature=_nature(file, images),
    )


def _nature(file: File, images: Sequence[Image]) -> str:
    if images:
        name = FORMATS.get(images[0].format, images[0].format)
        return f"{name} image" if len(images) == 1 else f"{len(images):,} images, {name}"
    if file.main_id:
        return f"Planes of {file.main.path}"
    if file.state == FileState.KEPT and file.reason_code in NOT_IMAGES:
        return "Not an image"
    return "File that is not shown" if file.state == FileState.KEPT else "File"


def _state(file: File, images: Sequence[Image]) -> tuple[str, str, str]:
    """Kind, words and sentence."""
    if file.state == FileState.STORED:
        return "busy", "Verifying SHA-256", ""
    if file.state == FileState.VERIFIED:
        return "busy", "Reading", ""
    if file.state == FileState.DAMAGED:
        return "bad", "Damaged", file.reason or "Its bytes are not those that were sent. Upload it again."
    if file.state == FileState.KEPT:
        return _kept(file)
    return _of_images(file, images)


def _kept(file: File) -> tuple[str, str, str]:
    if file.kept_on_purpose:
        return "idle", "Kept as it is", file.reason
    if file.missing:
        sentence = f"It belongs together with {_names(file.missing)}. Add what is missing, or keep it as it is."
        return "bad", "Not complete", sentence
    if file.reason_code in NOT_IMAGES:
        return "idle", "Kept; not an image", ""
    if file.reason_code in NO_QUESTION:
        return "idle", "Kept; not shown", file.reason
    return "bad", "Not read", file.reason


def _names(missing: Sequence[str]) -> str:
    return ", ".join(missing[:3]) + (" and more" if len(missing) > 3 else "")


def _of_images(file: File, images: Sequence[Image]) -> tuple[str, str, str]:
    if file.main_id and not images:
        return "ok", "Part of an image", f"Its planes belong to {file.main.path}."
    failed = [image for image in images if image.state == ImageState.FAILED]
    undrawn = [image for image in images if image.state in (ImageState.FOUND, ImageState.DESCRIBED)]
    if failed:
        kind = "idle" if file.kept_on_purpose else "bad"
        return kind, "Not drawn", failed[0].reason
    if undrawn and not any(image.well_id for image in undrawn):
        return "busy", "Drawing", ""
    blocking = [] if file.kept_on_purpose else [finding for image in images for finding in _problems(image)]
    if blocking:
        return "bad", "Please look", f"{blocking[0]['sentence']} {blocking[0].get('fix', '')}".strip()
    return "ok", "Drawn" if len(images) == 1 else f"Read, {len(images)} images", ""


def _problems(image: Image) -> Iterable[dict[str, str]]:
    return (finding for finding in image.findings if finding.get("severity") == "problem")


def _read(images: Sequence[Image]) -> str:
    """What was read of the first image: its sizes, each with the name of its axis, and its pixel size."""
    if not images:
        return ""
    first = images[0]
    parts = [
        f"{first.size_x:,} × {first.size_y:,}{NBSP}px",
        f"{first.size_z:,} sections" if first.size_z > 1 else "",
        "colour" if first.rgb else f"{first.size_c:,} channels" if first.size_c > 1 else "",
        f"{first.size_t:,} time points" if first.size_t > 1 else "",
        f"{length(first.physical_x_um)}/px" if first.physical_x_um else "",
    ]
    return " · ".join(part for part in parts if part)
