"""What is said of files: of many at once without a query for each, as it was in a version or is in a draft."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch, QuerySet

from archive.access import Reader, as_seen
from archive.metadata.file_tables import ASSOCIATIONS
from archive.models import Component, File, FileAttributes, FileTable
from archive.selectors.components import component_at
from archive.selectors.versions import part_of
from archive.states import FileTableState


@dataclass(frozen=True)
class Said:
    """Of one file: {column: text}, and the names of the study's parts that it belongs to."""

    values: Mapping[str, str] = field(default_factory=dict)
    associations: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return not self.values and not self.associations

    @classmethod
    def of(cls, row: FileAttributes | None) -> "Said":
        return cls(row.values, row.associations) if row else cls()


def said_of(file: File) -> Said:
    """As the draft has it."""
    return Said.of(FileAttributes.objects.filter(file=file, until_version__isnull=True).first())


def current_rows(files: Iterable[int]) -> dict[int, FileAttributes]:
    """The valid row of each of these files that has one. A batch at a time."""
    rows = FileAttributes.objects.filter(file__in=list(files), until_version__isnull=True)
    return {row.file_id: row for row in rows}


def with_attributes(files: QuerySet[File], number: int) -> QuerySet[File]:
    """The same files, each with what version (or draft) `number` says of it, for `shown`: one query more."""
    rows = FileAttributes.objects.filter(part_of(number))
    return files.prefetch_related(Prefetch("attribute_rows", rows, to_attr="said_rows"))


def attach(files: Sequence[File], number: int, user: Reader) -> Sequence[File]:
    """The same files with what `shown` gives, where they were read already; one query."""
    rows: dict[int, list[FileAttributes]] = {file.pk: [] for file in files}
    for row in FileAttributes.objects.filter(part_of(number), file__in=list(rows)):
        rows[row.file_id].append(as_seen(row, user))
    for file in files:
        file.said_rows = rows[file.pk]
    return files


def said_of_many(files: Sequence[File], number: int, user: Reader) -> dict[int, Said]:
    """The same for a page of files that were read already; those of which nothing is said are left out."""
    rows = FileAttributes.objects.filter(part_of(number), file__in=[file.pk for file in files])
    return {row.file_id: said for row in rows if not (said := Said.of(as_seen(row, user))).is_empty}


def shown(file: File) -> Said:
    """Of a file that came from `with_attributes` or `attach`."""
    return Said.of(next(iter(file.said_rows), None))


def order_of(dataset_id: int, number: int) -> list[str]:
    """The names of all attributes of a version or draft, as the tables brought them."""
    rows = FileTable.objects.filter(dataset=dataset_id, number__lte=number, state=FileTableState.APPLIED)
    return rows.order_by("-number", "-pk").values_list("order", flat=True).first() or []


def in_order(values: Mapping[str, str], order: Sequence[str]) -> dict[str, str]:
    """The same, as columns stand; what no table names comes last."""
    known = {name: values[name] for name in order if name in values}
    return known | dict(sorted(values.items() - known.items()))


def part_names(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """The study's parts by kind, as far as the description gives them names."""
    return {kind: tuple(dict.fromkeys(_names(document, kind))) for kind in ASSOCIATIONS}


def _names(document: Mapping[str, Any], kind: str) -> Iterator[str]:
    for section in (kind, f"{kind}s"):
        items = document.get(section)
        for item in items if isinstance(items, list) else []:
            name = item.get("name") or item.get("title") if isinstance(item, Mapping) else None
            if isinstance(name, str) and name.strip():
                yield name.strip()


def component_keys(dataset_id: int) -> dict[str, str]:
    return dict(Component.objects.filter(dataset=dataset_id).values_list("name", "key"))


def component_of(file: File, said: Said, folders: list[tuple[str, str]] | None, keys: Mapping[str, str]) -> str:
    """The key of the component that a file belongs to: what is said of it, or else its folder's."""
    named = keys.get(said.associations.get("component", ""), "")
    return named or (file.component if folders is None else component_at(file.path, folders))
