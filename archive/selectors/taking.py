"""What a reader takes away of a version."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import StrIndex, Substr

from archive.errors import FieldProblem, Invalid
from archive.imaging.model import PixelType
from archive.models import File, Image, Rendition
from archive.selectors.groupings import paths_of_images
from archive.states import RenditionState

# As many as a query takes.
MOST_JOINED = 30_000

# Where nothing was converted yet: as one core of a small server does it.
_BYTES_A_SECOND = 10e6
_LEAST_SECONDS = 2.0
_SAMPLE_BYTES = {
    PixelType.INT8: 1, PixelType.UINT8: 1, PixelType.BIT: 1, PixelType.INT16: 2, PixelType.UINT16: 2,
    PixelType.INT32: 4, PixelType.UINT32: 4, PixelType.FLOAT: 4, PixelType.DOUBLE: 8, PixelType.COMPLEX: 8,
    PixelType.DOUBLE_COMPLEX: 16,
}  # fmt: skip


def chosen_files(
    rows: QuerySet[File], *, files: Sequence[int] = (), images: Sequence[str] = (), folder: str = ""
) -> QuerySet[File]:
    """Of these files those that are named, those that hold the named images, and those in a folder; else all.

    Raises Invalid for images that have too many files.
    """
    if not files and not images and not folder:
        return rows
    wanted = Q(pk__in=files)
    if images:
        # The describing file and the others that hold planes of the same image.
        alone = Image.objects.filter(accession__in=images, grouping__isnull=True)
        described = File.objects.filter(images__in=alone).values("pk")
        wanted |= Q(pk__in=described) | Q(main__in=described, grouping__isnull=True)
        # Of a plate whose files only their names join, the files of these fields.
        joined = paths_of_images(images)
        if len(joined) > MOST_JOINED:
            most = f"At most {MOST_JOINED:,} files are chosen by their images, and these have {len(joined):,}."
            sentence = f"{most} Choose fewer images, or their folder."
            raise Invalid("These images have too many files.", [FieldProblem("/image", sentence)])
        wanted |= Q(path__in=joined)
    if folder:
        wanted |= Q(path__startswith=f"{folder.strip('/')}/")
    return rows.filter(wanted)


@dataclass(frozen=True)
class Taken:
    """How much is taken away: files (a bundle is one), and their bytes."""

    files: int
    bytes: int


def amount_of(rows: QuerySet[File]) -> Taken:
    found = rows.order_by().aggregate(files=Count("pk"), bytes=Sum("size"))
    return Taken(found["files"], found["bytes"] or 0)


def raw_bytes(image: Image) -> int:
    """What the pixels of an image take without compression."""
    count = image.size_x * image.size_y * image.size_z * image.size_c * image.size_t
    return count * _SAMPLE_BYTES.get(PixelType(image.pixel_type), 1)


@dataclass(frozen=True)
class Folder:
    path: str
    files: int
    bytes: int


def folders_of(rows: QuerySet[File], *, most: int = 100) -> list[Folder]:
    """The topmost folders with files in them, by name: one query, whatever the number of files."""
    end = StrIndex("path", Value("/"))
    found = (
        rows.order_by()
        .annotate(end=end)
        .filter(end__gt=0)
        .annotate(top=Substr("path", 1, F("end") - 1))
        .values("top")
        .annotate(files=Count("pk"), bytes=Sum("size"))
        .order_by("top")
    )
    return [Folder(row["top"], row["files"], row["bytes"] or 0) for row in found[:most]]


def seconds_to_convert(size: int) -> float:
    """How long an image of so many bytes is likely to take as OME-Zarr, as the last ones did; waiting is part of it."""
    recent = Rendition.objects.filter(state=RenditionState.MADE, raw_size__gt=1_000_000).order_by("-moved_at")[:20]
    spent = [(made.raw_size, (made.moved_at - made.created_at).total_seconds()) for made in recent]
    seconds = sum(each for _, each in spent)
    rate = sum(each for each, _ in spent) / seconds if seconds > 0 else _BYTES_A_SECOND
    return _LEAST_SECONDS + size / rate
