"""Tables of files: the one to download, filled with what is known, and those that were uploaded."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from django.db.models import QuerySet

from archive.access import Reader, as_seen
from archive.errors import NotFound
from archive.metadata.file_tables import ASSOCIATIONS, Suggestions, suggested_columns
from archive.models import Dataset, Deposition, File, FileAttributes, FileTable
from archive.referees import Referee
from archive.selectors import attributes, quality
from archive.selectors.components import component_at, folders_of, folders_of_version
from archive.selectors.versions import files_of_version, part_of
from archive.states import BUSY_FILE_TABLES, FileKind, FileTableState

_CHUNK = 2000
# By so many paths from either end the columns to suggest are chosen.
_SAMPLE = 2000


@dataclass(frozen=True)
class Columns:
    """Of a table to be filled in: the study's parts where there are several, attributes, and what the paths suggest."""

    parts: tuple[str, ...]
    attributes: tuple[str, ...]
    suggestions: Suggestions

    @property
    def head(self) -> list[str]:
        return ["path", *self.parts, *self.attributes, *self.suggestions.columns]


def columns_of(deposition: Deposition) -> Columns:
    names = attributes.part_names(deposition.metadata)
    known = attributes.order_of(deposition.dataset_id, deposition.number)
    parts = tuple(kind for kind in ASSOCIATIONS if len(names[kind]) > 1)
    return Columns(parts, tuple(known), suggested_columns(_sample(deposition), known))


def _sample(deposition: Deposition) -> Iterator[str]:
    paths = quality.current_files(deposition).values_list("path", flat=True)
    return chain(paths.order_by("path")[:_SAMPLE], paths.order_by("-path")[:_SAMPLE])


def rows_to_fill(deposition: Deposition, columns: Columns) -> Iterator[list[str]]:
    """The head, and a row for each file of the draft. Memory stays flat, whatever their number."""
    yield columns.head
    folders = named_folders(deposition)
    files = attributes.with_attributes(quality.current_files(deposition).order_by("path"), deposition.number)
    for file in files.iterator(chunk_size=_CHUNK):
        said = attributes.shown(file)
        parts = {"component": component_at(file.path, folders)} | dict(said.associations)
        suggested = columns.suggestions.of(file.path)
        yield [
            file.path,
            *(parts.get(kind, "") for kind in columns.parts),
            *(said.values.get(name, "") for name in columns.attributes),
            *(suggested[name] for name in columns.suggestions.columns),
        ]


def named_folders(deposition: Deposition) -> list[tuple[str, str]]:
    """Folders with the names of their components."""
    names = {key: name for name, key in attributes.component_keys(deposition.dataset_id).items()}
    return [(folder, names[key]) for folder, key in folders_of(deposition.dataset, deposition.metadata)]


def rows_of_version(dataset: Dataset, number: int, user: Reader) -> Iterator[list[str]]:
    """The files of a released version as a table."""
    return rows_of(files_of_version(dataset, number, user), dataset, number, user)


def has_attributes(dataset: Dataset, number: int) -> bool:
    """Whether anything is said of a file of this version."""
    return FileAttributes.objects.filter(part_of(number), file__dataset=dataset).exists()


def rows_of(files: QuerySet[File], dataset: Dataset, number: int, user: Reader) -> Iterator[list[str]]:
    """Some files of a version as a table: path, size, SHA-256, component, and what is said of each."""
    order = attributes.order_of(dataset.pk, number)
    keys = attributes.component_keys(dataset.pk)
    folders = folders_of_version(dataset, number)
    files = attributes.with_attributes(files.select_related("blob").order_by("path"), number)
    names = {key: name for name, key in keys.items()}
    scrub = user.names.scrub if isinstance(user, Referee) and user.is_anonymised else str
    yield ["path", "size", "sha256", *ASSOCIATIONS, *(scrub(name) for name in order)]
    for file in files.iterator(chunk_size=_CHUNK):
        said = attributes.shown(file)
        parts = dict(said.associations)
        parts["component"] = names.get(attributes.component_of(file, said, folders, keys), "")
        values = [*(parts.get(kind, "") for kind in ASSOCIATIONS), *(said.values.get(name, "") for name in order)]
        yield [as_seen(file, user).path, str(file.size), _digest(file), *map(scrub, values)]


def _digest(file: File) -> str:
    return file.tree_digest if file.kind == FileKind.BUNDLE else file.blob.sha256


# --- uploaded tables


def tables_of(deposition: Deposition) -> QuerySet[FileTable]:
    """Those of this draft, the newest first."""
    rows = FileTable.objects.filter(dataset=deposition.dataset_id, number=deposition.number)
    return rows.select_related("uploaded_by", "applied_by").order_by("-pk")


def get_table(deposition: Deposition, table_id: int) -> FileTable:
    """Raises NotFound. The deposition was asked for by somebody who may see it."""
    table = tables_of(deposition).filter(pk=table_id).first()
    if table is None:
        raise NotFound("This deposition has no such table of files. Go back to its list of files.")
    table.dataset = deposition.dataset
    return table


def busy_table(deposition: Deposition) -> FileTable | None:
    """The one that is being checked or applied, or that waits for a word."""
    return tables_of(deposition).filter(state__in=BUSY_FILE_TABLES).first()


def undoable_table(deposition: Deposition) -> FileTable | None:
    """The table that was applied last, if no other one was applied or undone since."""
    last = tables_of(deposition).filter(state__in=(FileTableState.APPLIED, FileTableState.UNDONE)).first()
    return last if last is not None and last.state == FileTableState.APPLIED else None
