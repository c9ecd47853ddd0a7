"""Images and plates for readers, without a query per row."""

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from archive import access
from archive.access import Reader
from archive.models import Dataset, File, Image, Plate, Well
from archive.selectors.groupings import files_of_image
from archive.selectors.paging import Page, page_of
from archive.selectors.versions import images_of_version, part_of

_WITH = ("dataset", "file__blob", "well__plate", "replaces")


@dataclass(frozen=True)
class ImageRecord:
    """An image with its files, and its neighbours in the dataset for this reader."""

    image: Image
    files: tuple[File, ...]
    previous: str
    next: str
    # The scanner's own pictures in the same file: label, overview, thumbnail.
    beside: tuple[Image, ...] = ()


@dataclass(frozen=True)
class PlateCell:
    """A position on a plate; `images` are its fields in order, empty where nothing was imaged."""

    name: str
    images: tuple[Image, ...]


@dataclass(frozen=True)
class PlateRecord:
    """`rows` are the plate from the top, each a letter and its cells from the left."""

    plate: Plate
    rows: tuple[tuple[str, tuple[PlateCell, ...]], ...]


def page_of_images(
    dataset: Dataset, user: Reader, *, number: int | None = None, cursor: str = "", size: int = 60
) -> Page[Image]:
    """The images of a version (the latest, unless told otherwise) in the order of their numbers.

    A scanner's own pictures of a slide are left out; `ImageRecord.beside` has them.
    """
    rows = images_of_version(dataset, number or dataset.latest_version or 1, user).filter(role="")
    page = page_of(rows, order=("number",), cursor=cursor, size=size)
    for image in page.items:
        access.as_seen(image, user)
    return page


def get_image(accession: str, user: Reader) -> Image:
    """One image; raises NotFound."""
    return access.get_visible(Image.objects.select_related(*_WITH), user, accession=accession)


def image_record(accession: str, user: Reader) -> ImageRecord:
    image = get_image(accession, user)
    files = tuple(access.as_seen(file, user) for file in files_of_image(image))
    siblings = _siblings(image, user)
    before = siblings.filter(number__lt=image.number).order_by("-number").values_list("accession", flat=True).first()
    after = siblings.filter(number__gt=image.number).order_by("number").values_list("accession", flat=True).first()
    beside = access.visible_to(Image.objects.filter(file=image.file_id, until_version=image.until_version), user)
    return ImageRecord(image, files, before or "", after or "", tuple(beside.exclude(role="").exclude(pk=image.pk)))


def _siblings(image: Image, user: Reader) -> QuerySet[Image]:
    """The images of the same version, without a scanner's own pictures."""
    number = (
        (image.until_version or 0) - 1
        if image.until_version
        else max(image.from_version, image.dataset.latest_version or 0)
    )
    return access.visible_to(Image.objects.filter(part_of(number), dataset=image.dataset_id, role=""), user)


def plates_of(dataset: Dataset, user: Reader) -> QuerySet[Plate]:
    """The plates whose file is part of the latest version (or of the draft, before there is one)."""
    number = dataset.latest_version or 1
    files = File.objects.filter(part_of(number), dataset=dataset)
    return access.visible_to(Plate.objects.filter(file__in=files), user).order_by("name", "pk")


def plate_record(dataset: Dataset, plate_id: int, user: Reader) -> PlateRecord:
    """A plate as a grid: three queries, whatever its size. Raises NotFound."""
    plates = Plate.objects.select_related("dataset", "file").filter(dataset=dataset)
    plate = access.get_visible(plates, user, pk=plate_id)
    rows = Image.objects.filter(dataset=dataset).defer("metadata", "findings", "display_limits")
    images = access.visible_to(rows, user).order_by("field", "number")
    wells = plate.wells.prefetch_related(Prefetch("images", images))
    cells = {(well.row, well.column): _cell(well, plate) for well in wells}
    return PlateRecord(plate, tuple(_row(plate, row, cells) for row in range(plate.rows)))


def _cell(well: Well, plate: Plate) -> PlateCell:
    images = tuple(well.images.all())
    for image in images:
        image.dataset = plate.dataset
    return PlateCell(well.name, images)


def _row(plate: Plate, row: int, cells: dict[tuple[int, int], PlateCell]) -> tuple[str, tuple[PlateCell, ...]]:
    empty = [Well(row=row, column=column) for column in range(plate.columns)]
    letter = empty[0].name.rstrip("0123456789") if empty else ""
    return letter, tuple(cells.get((row, well.column)) or PlateCell(well.name, ()) for well in empty)
