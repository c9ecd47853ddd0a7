"""The tables beside an IDR study file: plates, file paths, assays, libraries and annotations, each streamed by row."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .gathering import distinct_terms, term
from .listing import whole
from .model import BadStudy, ListedFile, TermRef

# Values of a column that are remembered; a column with more differs by row and says nothing of the whole.
_MOST_VALUES = 20
_INDEX = "idr_studies_table.tsv"
_ROW_TABLES = ("annotation.csv", "assays.txt", "library.txt", "processed.txt")


@dataclass(frozen=True, slots=True)
class Characteristics:
    organisms: list[TermRef]
    cell_lines: tuple[str, ...]
    strains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """Of each screen or experiment (a folder): the paths, and the one table that says most of its rows."""

    paths: tuple[tuple[str, Path], ...] = ()
    rows: tuple[tuple[str, Path], ...] = ()

    @classmethod
    def of(cls, folder: Path) -> "Tables":
        paths: list[tuple[str, Path]] = []
        rows: list[tuple[str, Path]] = []
        for part in sorted(entry for entry in folder.iterdir() if entry.is_dir() and not entry.is_symlink()):
            files = sorted(part.iterdir())
            paths += [(part.name, f) for f in files if f.name.endswith(("-plates.tsv", "-filePaths.tsv"))]
            for ending in _ROW_TABLES:
                found = [(part.name, file) for file in files if file.name.endswith(ending)]
                if found:
                    rows += found
                    break
        return cls(tuple(paths), tuple(rows))

    def files(self) -> Iterator[ListedFile]:
        """Plates and files by their paths; then wells or images, with the columns of their table."""
        for part, path in self.paths:
            for cells in _cells(path):
                if len(cells) > 1 and cells[1].strip():
                    owner = cells[0].rpartition("name:")[2].strip()
                    key = "plate" if path.name.endswith("-plates.tsv") else "dataset"
                    yield ListedFile(cells[1].strip(), None, {key: owner, "component": part})
        for part, path in self.rows:
            for row in _records(path):
                name = _name_of(row)
                if name:
                    yield ListedFile(f"{part}/{name}", None, row)

    def characteristics(self) -> Characteristics:
        """What the rows say of organism, cell line and strain, where that is the same in many."""
        columns: dict[str, dict[tuple[str, str], None]] = {}
        for _, path in self.rows:
            for row in _records(path):
                for name, accession in (("organism", True), ("cell line", False), ("strain", False)):
                    value = _characteristic(row, name)
                    if value:
                        found = columns.setdefault(name, {})
                        if len(found) <= _MOST_VALUES:
                            found[value, _accession_of(row, "NCBITaxon") if accession else ""] = None
        few = {name: list(found) for name, found in columns.items() if len(found) <= _MOST_VALUES}
        organisms = [term(label, curie, "NCBITaxon") for label, curie in few.get("organism", [])]
        lines = tuple(label for label, _ in few.get("cell line", []))
        strains = tuple(label for label, _ in few.get("strain", []))
        return Characteristics(list(distinct_terms(organisms)), lines, strains)


def totals(folder: Path, accession: str) -> tuple[int, int] | None:
    """Files and bytes of a study by IDR's own table of studies, where it lies beside the studies' folders."""
    index = folder.parent / _INDEX
    if not index.is_file():
        return None
    files, size = 0, 0
    for row in _records(index):
        if (row.get("Study") or "").startswith(accession):
            files += whole(row.get("# of Files")) or 0
            size += whole(row.get("Size")) or 0
    return (files, size) if files else None


def _cells(path: Path) -> Iterator[list[str]]:
    """The rows of a table; quotation marks of CSV alone are understood as such."""
    is_csv = path.suffix.lower() == ".csv"
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as stream:
        try:
            yield from csv.reader(stream, delimiter="," if is_csv else "\t")
        except csv.Error as error:
            raise BadStudy(f"{path.name} is no table: {error}. Save it again as {path.suffix[1:].upper()}.") from error


def _records(path: Path) -> Iterator[dict[str, str]]:
    rows = _cells(path)
    header = [cell.strip() for cell in next(rows, [])]
    for cells in rows:
        pairs = zip(header, cells, strict=False)
        # Of columns with the same name the first counts.
        record: dict[str, str] = {}
        for key, cell in pairs:
            if key and cell.strip():
                record.setdefault(key, cell.strip())
        yield record


def _name_of(row: Mapping[str, Any]) -> str:
    """A well by plate and position; an image by its dataset and name."""
    if row.get("Plate") and row.get("Well"):
        return f"{row['Plate']}/{row['Well']}"
    image = row.get("Image File Path") or row.get("Image Name") or ""
    dataset = row.get("Dataset Name") or ""
    return f"{dataset}/{image}" if image and dataset and not image.startswith(dataset) else str(image)


def _characteristic(row: Mapping[str, str], name: str) -> str:
    for key, value in row.items():
        if key.lower().replace(" ", "") == f"characteristics[{name}]".replace(" ", ""):
            return value
    return ""


def _accession_of(row: Mapping[str, str], prefix: str) -> str:
    return next((value for value in row.values() if value.startswith(prefix)), "")
