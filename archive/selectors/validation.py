"""The validation report of a version: what was checked and found, for readers and for a journal's referees.

All of it is read from rows that ingest wrote; nothing is checked anew, so that a page costs a fixed number of queries.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from archive.access import Reader
from archive.imaging.model import Severity
from archive.imaging.naming import ImageRole
from archive.imaging.quality import ALL, BY_CODE, Check
from archive.models import Dataset, File, Image, Version
from archive.selectors.duplicates import files_with_twins, sentence_of, twins_of
from archive.selectors.quality import NO_QUESTION
from archive.selectors.versions import files_of_version, images_of_version
from archive.states import FileKind, FileState, ImageState

# As many files are named in the report; the rest are counted.
MOST_FILES = 50
UNREADABLE = "unreadable"


@dataclass(frozen=True)
class CheckCount:
    """A row of the table of checks, with how many images and files it concerns."""

    check: Check
    images: int = 0
    files: int = 0

    @property
    def is_found(self) -> bool:
        return bool(self.images or self.files)

    @property
    def is_problem(self) -> bool:
        return self.is_found and self.check.severity is Severity.PROBLEM


@dataclass(frozen=True)
class FileTotals:
    """`verified`: every byte was read and the SHA-256 is known. `audited`: the earliest and latest later audit."""

    total: int
    size: int
    verified: int
    with_images: int
    kept: int
    unread: int
    damaged: int
    audited: tuple[datetime, datetime] | None


@dataclass(frozen=True)
class ImageTotals:
    """`waiting`: fields of plates, which are checked in the background; a release does not wait for them."""

    total: int
    checked: int
    failed: int
    with_findings: int

    @property
    def waiting(self) -> int:
        return self.total - self.checked - self.failed


@dataclass(frozen=True)
class FileRemark:
    """A file about which something is to be said."""

    file: File
    check: Check
    sentence: str
    kept_on_purpose: bool


@dataclass(frozen=True)
class Report:
    version: Version
    checks: tuple[CheckCount, ...]
    images: ImageTotals
    files: FileTotals
    remarks: tuple[FileRemark, ...]

    @property
    def found(self) -> tuple[CheckCount, ...]:
        """What was found, problems first, the most frequent first."""
        rows = [row for row in self.checks if row.is_found]
        return tuple(sorted(rows, key=lambda row: (not row.is_problem, -row.images - row.files)))


def report_of(dataset: Dataset, version: Version, user: Reader) -> Report:
    """Seven queries, whatever the number of images and files. `version` is one that this reader may see."""
    images = specimens_of_version(dataset, version.number, user)
    files = files_of_version(dataset, version.number, user)
    twins = files_with_twins(files, dataset, version.number, user)
    in_images, in_files = _image_counts(images), _file_counts(files)
    in_files["duplicate"] = twins.count()
    totals = _image_totals(images)
    in_images["not-drawn"] = totals.failed
    checks = tuple(CheckCount(row, in_images[row.code], in_files[row.code]) for row in ALL)
    remarks = (*_remarks(files), *_twin_remarks(twins, dataset, version, user))
    return Report(version, checks, totals, _file_totals(files), remarks[:MOST_FILES])


def specimens_of_version(dataset: Dataset, number: int, user: Reader) -> QuerySet[Image]:
    """The images that a version counts: without a scanner's pictures of the slide's label."""
    return images_of_version(dataset, number, user).filter(role=ImageRole.SPECIMEN)


def image_findings(dataset: Dataset, number: int, user: Reader) -> tuple[CheckCount, ...]:
    """What the checks of images found, as on the record: in the table's order, nothing that was not found."""
    counts = _image_counts(specimens_of_version(dataset, number, user))
    return tuple(CheckCount(row, counts[row.code]) for row in ALL if counts[row.code])


def _image_counts(images: QuerySet[Image]) -> Counter[str]:
    """How many images each check concerns, by code. Images without findings are not read."""
    found: Counter[str] = Counter()
    for findings in images.exclude(findings=[]).order_by().values_list("findings", flat=True).iterator(chunk_size=2000):
        found.update({str(finding.get("code", "")) for finding in findings})
    return found


def _image_totals(images: QuerySet[Image]) -> ImageTotals:
    looked_at = Q(state__in=(ImageState.DESCRIBED, ImageState.RENDERED))
    counts = images.order_by().aggregate(
        total=Count("pk"),
        checked=Count("pk", filter=looked_at),
        failed=Count("pk", filter=Q(state=ImageState.FAILED)),
        with_findings=Count("pk", filter=~Q(findings=[])),
    )
    return ImageTotals(**counts)


def _file_totals(files: QuerySet[File]) -> FileTotals:
    verified = Q(kind=FileKind.FILE, blob__verified_at__isnull=False) | Q(kind=FileKind.BUNDLE) & ~Q(tree_digest="")
    counts = files.order_by().aggregate(
        total=Count("pk"),
        size=Sum("size", default=0),
        verified=Count("pk", filter=verified & ~Q(state=FileState.DAMAGED)),
        with_images=Count("pk", filter=Q(state=FileState.READ)),
        kept=Count("pk", filter=Q(state=FileState.KEPT)),
        unread=Count("pk", filter=_UNREAD),
        damaged=Count("pk", filter=Q(state=FileState.DAMAGED)),
        first=Min("blob__audited_at"),
        last=Max("blob__audited_at"),
    )
    first, last = counts.pop("first"), counts.pop("last")
    return FileTotals(**counts, audited=(first, last) if first else None)


# Looks like an image, and no image was read from it.
_UNREAD = Q(state=FileState.KEPT) & (~Q(reason_code__in=NO_QUESTION) | ~Q(missing=[]))


def _file_counts(files: QuerySet[File]) -> Counter[str]:
    found: Counter[str] = Counter()
    rows = files.filter(_UNREAD | Q(state=FileState.DAMAGED)).order_by()
    for state, code, missing in rows.values_list("state", "reason_code", "missing").iterator(chunk_size=2000):
        found[_code_of(state, code, missing)] += 1
    return found


def _code_of(state: str, reason_code: str, missing: object) -> str:
    if state == FileState.DAMAGED:
        return "damaged"
    if missing:
        return "missing-files"
    return reason_code if reason_code in BY_CODE else UNREADABLE


def _remarks(files: QuerySet[File]) -> Iterable[FileRemark]:
    """The files that could not be read, with why."""
    for file in files.filter(_UNREAD | Q(state=FileState.DAMAGED))[:MOST_FILES]:
        check = BY_CODE[_code_of(file.state, file.reason_code, file.missing)]
        yield FileRemark(file, check, file.reason or check.looks_for, file.kept_on_purpose)


def _twin_remarks(twins: QuerySet[File], dataset: Dataset, version: Version, user: Reader) -> Iterable[FileRemark]:
    files = list(twins[:MOST_FILES])
    known: Mapping[int, list[File]] = twins_of(files, dataset, version.number, user) if files else {}
    for file in files:
        if file.pk in known:
            sentence = sentence_of(known[file.pk], dataset)
            yield FileRemark(file, BY_CODE["duplicate"], sentence, file.kept_on_purpose)
