"""Files: of a version for readers, of a deposition for its people (problems first, counts by state)."""

import json
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Sum, TextField, Value, When
from django.db.models.functions import Cast

from archive import access
from archive.access import Reader
from archive.models import Dataset, Deposition, File, FileAttributes
from archive.selectors import quality
from archive.selectors.file_tables import named_folders
from archive.selectors.paging import Page, page_of
from archive.selectors.versions import files_of_version, part_of
from archive.states import FileState


@dataclass(frozen=True)
class FileCounts:
    """How far the files of a deposition are. `problems` are those on which the depositor has to act."""

    total: int
    bytes: int
    by_state: dict[FileState, int]
    problems: int

    @property
    def waiting(self) -> int:
        """Still to be verified or read."""
        return self.by_state[FileState.STORED] + self.by_state[FileState.VERIFIED]

    @property
    def settled(self) -> int:
        return self.total - self.waiting


def page_of_files(
    dataset: Dataset, user: Reader, *, number: int | None = None, folder: str = "", cursor: str = "", size: int = 100
) -> Page[File]:
    """The files of a version (the latest, unless told otherwise) in the order of their paths."""
    rows = files_of_version(dataset, number or dataset.latest_version or 1, user)
    if folder:
        rows = rows.filter(path__startswith=folder.rstrip("/") + "/")
    # A mark of a page holds the last path.
    order = ("pk",) if access.is_anonymised(user) else ("path",)
    page = page_of(rows, order=order, cursor=cursor, size=size)
    for file in page.items:
        access.as_seen(file, user)
    return page


def page_of_deposition_files(deposition: Deposition, *, cursor: str = "", size: int = 100) -> Page[File]:
    """Those with problems first, then those on their way, then the rest; each with `rank` 0, 1 or 2."""
    return page_of(ranked_files(deposition), order=("rank", "path"), cursor=cursor, size=size)


def ranked_files(deposition: Deposition) -> QuerySet[File]:
    rank = Case(
        When(quality.NEEDS_DEPOSITOR, then=Value(0)),
        When(pk__in=quality.images_with_problems(deposition).values("file"), then=Value(0)),
        When(~Q(state__in=quality.SETTLED), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    rows = quality.current_files(deposition).annotate(rank=rank, image_count=Count("images"))
    return rows.select_related("blob", "main").order_by("rank", "path")


def narrowed(rows: QuerySet[File], deposition: Deposition, *, find: str = "", component: str = "") -> QuerySet[File]:
    """Those whose path, or what a table says of them, holds a text; those of a component, by its name."""
    said = FileAttributes.objects.filter(part_of(deposition.number), file=OuterRef("pk"))
    if find:
        # SQLite keeps JSON in ASCII, PostgreSQL as it reads.
        texts = said.annotate(text=Cast("values", TextField()))
        held = Q(text__icontains=find) | Q(text__icontains=json.dumps(find)[1:-1])
        rows = rows.filter(Q(path__icontains=find) | Exists(texts.filter(held)))
    if component:
        folders = [folder for folder, name in named_folders(deposition) if name == component]
        below = reduce(or_, (Q(path__startswith=f"{folder}/") for folder in folders), Q(pk__in=[]))
        unnamed = ~Exists(said.filter(associations__has_key="component"))
        rows = rows.filter(Exists(said.filter(associations__component=component)) | below & unnamed)
    return rows


def file_counts(deposition: Deposition) -> FileCounts:
    """Two queries, whatever the number of files."""
    rows = quality.current_files(deposition).order_by()
    by_state = dict.fromkeys(FileState, 0)
    size = 0
    for state, count, total in rows.values_list("state").annotate(Count("pk"), Sum("size")):
        by_state[FileState(state)] = count
        size += total or 0
    return FileCounts(sum(by_state.values()), size, by_state, ranked_files(deposition).filter(rank=0).count())


def get_file(accession: str, file_id: int, user: Reader) -> File:
    """One file of a dataset, for its bytes; raises NotFound."""
    rows = File.objects.select_related("dataset", "blob").filter(dataset__accession=accession)
    return access.require_taking(access.get_visible(rows, user, pk=file_id), user)
