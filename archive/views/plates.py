"""The page of a plate: its wells as a grid, one field or all of them, coloured by a column of a deposited table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from archive import delivery
from archive.access import is_anonymised
from archive.metadata.well_tables import Position, WellTable
from archive.models import File, Image
from archive.selectors import datasets, images
from archive.selectors.images import PlateRecord
from archive.selectors.plates import table_files
from archive.services import well_tables

ALL = "all"
STEPS = 20
# As many fields as a well shows at once.
MOST_FIELDS = 9
_ANY = "ACCESSION"


@dataclass(frozen=True)
class Shot:
    """A field of a well as the grid shows it; `picture` is empty where none was drawn."""

    label: str
    url: str
    picture: str


@dataclass(frozen=True)
class WellCell:
    """`step` is the colour's number, None without a value."""

    name: str
    shots: tuple[Shot, ...]
    value: str = ""
    step: int | None = None


@dataclass(frozen=True)
class Choice:
    """A column that wells may be coloured by; `key` stands in the address."""

    key: str
    label: str
    file: File
    table: WellTable
    number: int


@dataclass(frozen=True)
class Heat:
    """The chosen column on this plate: its values and what they span."""

    choice: Choice
    values: Mapping[Position, float]

    @cached_property
    def least(self) -> float:
        return min(self.values.values(), default=0.0)

    @cached_property
    def greatest(self) -> float:
        return max(self.values.values(), default=0.0)

    def step(self, value: float) -> int:
        span = self.greatest - self.least
        return round((value - self.least) / span * (STEPS - 1)) if span else STEPS // 2


@require_safe
def plate(request: HttpRequest, accession: str, plate_id: int) -> HttpResponse:
    dataset = datasets.get_dataset(accession, request.user)
    record = images.plate_record(dataset, plate_id, request.user)
    cells = [cell for _, row in record.rows for cell in row]
    fields = max((len(cell.images) for cell in cells), default=0)
    field = _field(request.GET.get("field", "1"), fields)
    # Tables are deposited words: to a referee who is not to know whose they are they are not read out.
    tables = [] if is_anonymised(request.user) else table_files(record.plate, request.user)
    choices, waiting = _choices(tables)
    chosen = next((choice for choice in choices if choice.key == request.GET.get("by")), None)
    heat = _heat(chosen or next(iter(choices), None), record)
    context = {
        "section": "search",
        "dataset": dataset,
        "plate": record.plate,
        "grid": list(_grid(record, field, heat)),
        "column_numbers": range(1, record.plate.columns + 1),
        "filled": sum(1 for cell in cells if cell.images),
        "missing": sum(1 for cell in cells if not cell.images),
        "fields": fields,
        "field": field,
        "many": field == ALL,
        "field_links": _links(request, "field", [*map(str, range(1, fields + 1)), *([ALL] if fields > 1 else [])]),
        "choices": choices,
        "waiting": waiting,
        "heat": heat,
        "span": (_said(heat.least), _said(heat.greatest)) if heat and heat.values else None,
        "without": len(cells) - len(heat.values) if heat else 0,
        "steps": range(STEPS),
        "as_table": request.GET.get("table") == "1",
        "table_link": f"?{urlencode({**request.GET.dict(), 'table': 1})}#heat",
        "grid_link": f"?{urlencode({k: v for k, v in request.GET.dict().items() if k != 'table'})}#heat",
    }
    return render(request, "archive/plate/page.html", context)


def _field(written: str, fields: int) -> int | str:
    if written == ALL and fields > 1:
        return ALL
    is_number = written.isascii() and written.isdecimal() and len(written) < 9
    return min(max(int(written), 1), max(fields, 1)) if is_number else 1


def _links(request: HttpRequest, name: str, values: list[str]) -> list[tuple[str, str]]:
    return [(value, f"?{urlencode({**request.GET.dict(), name: value})}") for value in values]


# ---- what wells are coloured by


def _choices(files: list[File]) -> tuple[list[Choice], list[File]]:
    """Every column of numbers of the tables that name wells; and the files that are still to be read."""
    choices, waiting = [], []
    for file in files:
        table = well_tables.table_of(file)
        if table is not None:
            choices += [
                Choice(f"{file.pk}:{column.name}", f"{column.name}, from {file.name}", file, table, number)
                for number, column in enumerate(table.columns)
            ]
        elif well_tables.is_waiting(file):
            waiting.append(file)
            well_tables.want_table(file=file)
    return choices, waiting


def _heat(choice: Choice | None, record: PlateRecord) -> Heat | None:
    if choice is None:
        return None
    found = choice.table.columns[choice.number].of_plate(record.plate.name)
    rows, columns = record.plate.rows, record.plate.columns
    return Heat(choice, {at: value for at, value in found.items() if at[0] < rows and at[1] < columns})


def _said(value: float) -> str:
    """As many digits as tell wells apart."""
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e12 else f"{value:.4g}"


# ---- the grid


def _grid(record: PlateRecord, field: int | str, heat: Heat | None) -> Iterator[tuple[str, list[WellCell]]]:
    for row, (letter, cells) in enumerate(record.rows):
        yield letter, [_cell(cell.name, cell.images, field, heat, (row, at)) for at, cell in enumerate(cells)]


def _cell(name: str, found: tuple[Image, ...], field: int | str, heat: Heat | None, at: Position) -> WellCell:
    value = heat.values.get(at) if heat else None
    chosen = found[:MOST_FIELDS] if field == ALL else found[int(field) - 1 : int(field)]
    shots = tuple(_shot(name, image, number, field) for number, image in enumerate(chosen, start=1))
    if heat is None or value is None:
        return WellCell(name, shots)
    return WellCell(name, shots, _said(value), heat.step(value))


@lru_cache(maxsize=1)
def _addresses() -> tuple[str, str]:
    """Of an image and of its picture, with a mark where the accession stands."""
    return reverse("archive:image", args=[_ANY]), reverse("archive:picture", args=[_ANY, delivery.SMALL])


def _shot(name: str, image: Image, number: int, field: int | str) -> Shot:
    label = f"{name}, field {number}" if field == ALL else name
    # Looking an address up for each of thousands of pictures would take longer than all the rest.
    page, picture = _addresses()
    is_drawn = bool(image.thumbnail_small)
    return Shot(
        label if is_drawn else f"{label}, not drawn yet",
        page.replace(_ANY, image.accession),
        f"{picture.replace(_ANY, image.accession)}?v={delivery.picture_version(image)}" if is_drawn else "",
    )
