"""Before a deposited file is offered by an anonymised link its bytes are searched for the names that are hidden.

A row for each file says what came of it, for these names and these bytes; the sweep sends on what a killed worker left.
"""

from collections.abc import Iterable, Iterator

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from archive.anonymity import names_in
from archive.interchange import seeking
from archive.interchange.seeking import Outcome, Sought, Words
from archive.metadata.anonymising import Names
from archive.models import File, Image, NameScan
from archive.referees import valid_links
from archive.services.claims import MAX_TRIES, claimed, stale_before
from archive.services.memberlists import read_members
from archive.states import FileKind, FileState, NameScanState
from archive.storage import chunks_of, originals

_CHUNK = 500
# The dataset's task is sent again for the rest: none runs for ever.
_MOST_AT_ONCE = 2000
_GIVEN_UP = f"The search was begun {MAX_TRIES} times and interrupted each time."
_LABEL = "It holds a picture of the slide's label, whose words cannot be searched."
_DAMAGED = "Its bytes are not those that were sent."
_STATES = {
    Outcome.CLEAR: NameScanState.CLEAR,
    Outcome.FOUND: NameScanState.FOUND,
    Outcome.UNKNOWN: NameScanState.UNKNOWN,
}


def seek_names(*, dataset_id: int) -> None:
    """Search the files of a dataset that has an anonymised link, and were not searched for its names as they are."""
    if not valid_links().filter(dataset=dataset_id, is_anonymised=True).exists():
        return
    names = names_in(dataset_id)
    _want(dataset_id, names)
    words = seeking.words_of(names.words)
    wanted = NameScan.objects.filter(dataset=dataset_id, state=NameScanState.WANTED)
    for pk in wanted.order_by("pk").values_list("pk", flat=True)[:_MOST_AT_ONCE]:
        with claimed(NameScan, pk, [NameScanState.WANTED]) as scan:
            if scan is not None:
                _settle(scan, names, words)


def is_due(dataset_id: int) -> bool:
    """Whether something is to be searched that nobody searches at this moment."""
    rows = NameScan.objects.filter(dataset=dataset_id, state=NameScanState.WANTED)
    if rows.filter(tries__gt=0, moved_at__gte=stale_before()).exists():
        return False
    return rows.exists() or unsearched(dataset_id, names_in(dataset_id)).exists()


def waiting() -> list[int]:
    """Datasets for the sweep."""
    shown = valid_links().filter(is_anonymised=True).values_list("dataset", flat=True).distinct()
    return [dataset_id for dataset_id in shown.order_by("dataset") if is_due(dataset_id)]


def unsearched(dataset_id: int, names: Names) -> QuerySet[File]:
    """Files at rest without a row for these names and their bytes."""
    known = Q(name_scan__names_digest=names.digest) & (
        Q(name_scan__bytes_digest=F("tree_digest"), kind=FileKind.BUNDLE)
        | Q(name_scan__bytes_digest=F("blob__sha256"), kind=FileKind.FILE)
    )
    at_rest = (FileState.READ, FileState.KEPT, FileState.DAMAGED)
    rows = File.objects.filter(dataset=dataset_id, until_version__isnull=True, state__in=at_rest)
    return rows.exclude(pk__in=rows.filter(known).values("pk"))


def _want(dataset_id: int, names: Names) -> None:
    while files := list(unsearched(dataset_id, names).select_related("blob").order_by("pk")[:_CHUNK]):
        NameScan.objects.filter(file__in=files).delete()
        NameScan.objects.bulk_create(
            (
                NameScan(dataset_id=dataset_id, file=file, names_digest=names.digest, bytes_digest=_digest_of(file))
                for file in files
            ),
            ignore_conflicts=True,
        )


def _digest_of(file: File) -> str:
    return file.tree_digest if file.kind == FileKind.BUNDLE else file.blob.sha256


def _settle(scan: NameScan, names: Names, words: Words) -> None:
    if scan.tries > MAX_TRIES:
        found = Sought(Outcome.UNKNOWN, _GIVEN_UP)
    else:
        found = _search(File.objects.select_related("blob").get(pk=scan.file_id), words)
    rows = NameScan.objects.filter(pk=scan.pk, state=NameScanState.WANTED, names_digest=names.digest)
    rows.update(state=_STATES[found.outcome], reason=found.reason, tries=0, moved_at=timezone.now())


def _search(file: File, words: Words) -> Sought:
    if file.state == FileState.DAMAGED:
        return Sought(Outcome.UNKNOWN, _DAMAGED)
    if Image.objects.filter(file=file).exclude(role="").exists():
        return Sought(Outcome.UNKNOWN, _LABEL)
    if file.kind == FileKind.FILE:
        return seeking.seek(words, chunks_of(originals(), file.blob.key))
    return next((found for found in _of_members(file, words) if found.outcome != Outcome.CLEAR), Sought(Outcome.CLEAR))


def _of_members(file: File, words: Words) -> Iterator[Sought]:
    for member in read_members(file.members_key):
        pieces: Iterable[bytes] = chunks_of(originals(), member.key)
        if words.in_bytes(member.path.encode()):
            yield Sought(Outcome.FOUND, "A name stands in the path of one of its files.")
        yield seeking.seek(words, pieces)
