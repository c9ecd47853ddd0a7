"""Files with the same bytes, among what a reader may see. That a private file exists is never told.

Only files that hold images count: two datasets may well share a licence or a protocol.
"""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, QuerySet

from archive import access
from archive.access import Reader
from archive.models import Dataset, File
from archive.selectors.versions import part_of
from archive.states import FileKind, FileState


def files_with_twins(rows: QuerySet[File], dataset: Dataset, number: int, user: Reader) -> QuerySet[File]:
    """Those of a version's files that have a twin which this reader may see; one query."""
    twins = _comparable(_others(dataset, number, user)).filter(blob__sha256=OuterRef("blob__sha256"))
    return _comparable(rows).filter(Exists(twins.exclude(pk=OuterRef("pk"))))


def twins_of(files: Sequence[File], dataset: Dataset, number: int, user: Reader) -> dict[int, list[File]]:
    """The twins of each of a page of files, the own dataset's first; one query. `file.blob` should be loaded."""
    digests = {file.pk: file.blob.sha256 for file in files if file.blob and file.blob.sha256}
    rows = _comparable(_others(dataset, number, user)).filter(blob__sha256__in=set(digests.values()))
    equal: dict[str, list[File]] = defaultdict(list)
    for file in rows.select_related("blob", "dataset").order_by("dataset_id", "path") if digests else ():
        equal[file.blob.sha256].append(file)
    found = {
        pk: sorted((one for one in equal[digest] if one.pk != pk), key=lambda one: one.dataset_id != dataset.pk)
        for pk, digest in digests.items()
        if any(one.pk == pk for one in equal[digest])
    }
    return {pk: twins for pk, twins in found.items() if twins}


def sentence_of(twins: Sequence[File], dataset: Dataset) -> str:
    """What is told of them: those of the own dataset by path, others with their dataset."""
    names = [
        f"“{twin.path}”" if twin.dataset_id == dataset.pk else f"“{twin.path}” of {twin.dataset.accession}"
        for twin in twins[:3]
    ]
    more = f" and {len(twins) - 3} more" if len(twins) > 3 else ""
    return f"It has the same bytes as {', '.join(names)}{more}."


def _others(dataset: Dataset, number: int, user: Reader) -> QuerySet[File]:
    """What the reader of this version may see: of its dataset the same version alone, since versions share files."""
    elsewhere = access.visible_to(File.objects.exclude(dataset=dataset), user)
    return elsewhere | File.objects.filter(part_of(number), dataset=dataset)


def _comparable(rows: QuerySet[File]) -> QuerySet[File]:
    return rows.filter(state=FileState.READ, kind=FileKind.FILE, size__gt=0).exclude(blob__sha256="")
