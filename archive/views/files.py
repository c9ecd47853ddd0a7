"""A file as pages show it: its state in words, a colour for the words, and a sentence where something is to be said."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.models import File, Image
from archive.selectors.quality import NO_QUESTION
from archive.states import FileState, ImageState
from archive.templatetags.quantities import length


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
    download: str = ""


def rows_of(files: Sequence[File]) -> list[FileRow]:
    """Rows for a page of files; one query for the images of them all."""
    images: dict[int, list[Image]] = defaultdict(list)
    found = Image.objects.filter(file__in=[file.pk for file in files]).select_related("dataset")
    for image in found.order_by("number"):
        images[image.file_id].append(image)
    return [row_of(file, images[file.pk]) for file in files]


def row_of(file: File, images: Sequence[Image]) -> FileRow:
    digest = file.blob.sha256 if file.blob else file.tree_digest
    kind, words, sentence = _state(file, images)
    shown = next((image for image in images if image.thumbnail_small), images[0] if images else None)
    return FileRow(
        file=file,
        kind=kind,
        words=words,
        sentence=sentence,
        read=_read(images),
        image=shown,
        may_keep=kind == "bad" and file.state != FileState.DAMAGED,
        digest=digest,
    )


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
        names = ", ".join(file.missing[:3]) + (" and more" if len(file.missing) > 3 else "")
        return "bad", "Not complete", f"It belongs together with {names}. Add what is missing, or keep it as it is."
    if file.reason_code in NO_QUESTION:
        return "idle", "Kept; not an image", ""
    return "bad", "Not read", file.reason


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
    """What was read of the first image: its sizes in the order X Y Z C T, and its pixel size."""
    if not images:
        return ""
    first = images[0]
    sizes = " × ".join(f"{size:,}" for size in (first.size_x, first.size_y, first.size_z, first.size_c, first.size_t))
    pixel = f" · {length(first.physical_x_um)}/px" if first.physical_x_um else ""
    return f"{sizes}{pixel}"
