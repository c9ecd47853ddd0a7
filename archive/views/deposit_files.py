"""The files of a deposition on its page: filtered, problems first, a page at a time, with what was read from them."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from archive.access import Reader
from archive.metadata.problems import pointer_of
from archive.models import Deposition, File, Image, Upload
from archive.selectors import attributes, quality
from archive.selectors.duplicates import sentence_of, twins_of
from archive.selectors.files import file_counts, narrowed, ranked_files
from archive.selectors.groupings import are_awaited
from archive.selectors.paging import page_of
from archive.states import UploadState
from archive.views import deposit_cards, facts
from archive.views.files import FileRow, rows_of

PAGE = 50
_RANKS = {"all": (0, 1, 2), "problems": (0,), "running": (1,)}
_MOST_READ = 500
# An upload of which no byte came for so long is not waited for.
_SILENT_SECONDS = 60
_NOT_LISTED = frozenset({"Size", "Type", "Channels"})


@dataclass(frozen=True)
class Asked:
    """Which files are to be shown."""

    show: str = "all"
    find: str = ""
    component: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        show = request.GET.get("show", "all")
        find = request.GET.get("find", "").replace("\0", "").strip()[:200]
        return cls(show if show in _RANKS else "all", find, request.GET.get("component", "").replace("\0", ""))

    @property
    def is_narrow(self) -> bool:
        return bool(self.find or self.component)

    @property
    def has_uploads(self) -> bool:
        """Whether what is on its way stands in the list as well."""
        return self.show != "problems" and not self.is_narrow

    def query(self, show: str, cursor: str = "") -> str:
        parts = {"show": show, "find": self.find, "component": self.component, "files": cursor}
        return urlencode({key: value for key, value in parts.items() if value})


def context(request: HttpRequest, deposition: Deposition) -> dict[str, Any]:
    """A page of files for the template."""
    asked = Asked.of(request)
    show = asked.show
    # Read before the files: an upload that becomes a file meanwhile is then seen as one of the two, never as none.
    uploads = _uploads(deposition)
    numbers = tally(deposition)
    counts, arriving = numbers["counts"], numbers["arriving"]
    rows = narrowed(ranked_files(deposition), deposition, find=asked.find, component=asked.component)
    rows = rows.filter(rank__in=_RANKS[show])
    page = page_of(rows, order=("rank", "path"), cursor=request.GET.get("files", ""), size=PAGE)
    return {
        **numbers,
        "show": show,
        "asked": asked,
        "files_query": asked.query(show),
        "component_names": attributes.part_names(deposition.metadata)["component"],
        "files_cursor": request.GET.get("files", ""),
        "shows": [
            {"key": key, "label": label, "count": count, "query": asked.query(key)}
            for key, label, count in (
                ("all", "All", counts.total),
                ("problems", "Problems", counts.problems),
                ("running", "At work", counts.waiting),
            )
        ],
        "moving": counts.waiting + arriving + quality.undrawn_images(deposition).count() + are_awaited(deposition),
        "cards": deposit_cards.cards_of(deposition) if page.first and show == "all" and not asked.is_narrow else [],
        "uploads": _not_yet_files(uploads, page.items) if page.first and asked.has_uploads else [],
        "files": _with_twins(
            rows_of(page.items, deposition.number, request.user, more_to_come=bool(arriving)), deposition, request.user
        ),
        "files_previous": "" if page.first else _address(deposition, asked.query(show)),
        "files_next": _address(deposition, asked.query(show, page.next_cursor)) if page.next_cursor else "",
    }


def _uploads(deposition: Deposition) -> list[Upload]:
    """Members of a folder that have arrived are counted, not listed: there may be thousands."""
    listed = Q(state=UploadState.OPEN) | Q(state=UploadState.COMPLETE, bundle="")
    return list(Upload.objects.filter(listed, dataset=deposition.dataset_id).order_by("path")[:PAGE])


def _not_yet_files(uploads: list[Upload], files: Sequence[File]) -> list[Upload]:
    """One that has become a file since is listed as that; one that replaces a file stands beside it."""
    paths = {file.path for file in files}
    return [upload for upload in uploads if upload.replaces or upload.path not in paths]


def tally(deposition: Deposition) -> dict[str, Any]:
    """How many files there are, and how many are on their way: an upload that fell silent brings none."""
    recent = timezone.now() - timedelta(seconds=_SILENT_SECONDS)
    coming = Q(state=UploadState.COMPLETE) | Q(state=UploadState.OPEN, updated_at__gt=recent)
    arriving = Upload.objects.filter(coming, dataset=deposition.dataset_id).count()
    return {"counts": file_counts(deposition), "arriving": arriving}


def _with_twins(rows: list[FileRow], deposition: Deposition, user: Reader) -> list[FileRow]:
    """Where nothing else is to be said of a file: that its bytes are there twice, as far as this reader may know."""
    twins = twins_of([row.file for row in rows], deposition.dataset, deposition.number, user)
    return [
        replace(row, sentence=sentence_of(twins[row.file.pk], deposition.dataset))
        if row.file.pk in twins and not row.sentence
        else row
        for row in rows
    ]


def _address(deposition: Deposition, query: str) -> str:
    return f"{reverse('archive:deposition', args=[deposition.dataset.accession])}?{query}#files"


def is_first_page(request: HttpRequest) -> bool:
    """Whether the list shows the files with problems, as it does at first."""
    asked = Asked.of(request)
    return not request.GET.get("files") and asked.show != "running" and not asked.is_narrow


def places(deposition: Deposition, *, is_first_page: bool = True) -> dict[str, str]:
    """The link to each file with a problem, by the problem's pointer.

    Problems come first in the list, so its first page shows them all, or as many as fit.
    """
    rows = ranked_files(deposition).filter(rank=0).values_list("pk", "path")[: quality.MOST_PROBLEMS]
    page = "" if is_first_page else _address(deposition, "show=problems").removesuffix("#files")
    return {
        pointer_of("files", path): f"{page}#file-{pk}" if number < PAGE else f"{page}#files"
        for number, (pk, path) in enumerate(rows)
    }


def read_from_files(deposition: Deposition) -> dict[str, Any] | None:
    """What the files say, the most frequent value of each field, with how many images say it."""
    images = list(quality.current_images(deposition).order_by("number")[:_MOST_READ])
    if not images:
        return None
    found: dict[str, Counter[str]] = {}
    for image in images:
        for label, text in _said(image):
            found.setdefault(label, Counter())[text] += 1
    return {"images": len(images), "rows": [_row(label, values) for label, values in found.items()]}


def _said(image: Image) -> Iterator[tuple[str, str]]:
    for fact in (*facts.pixels_of(image), *facts.instrument_of(image)):
        if fact.label not in _NOT_LISTED and fact.values[0].text != facts.NO_PIXEL_SIZE:
            yield fact.label, fact.values[0].text
    names = [channel.name for channel in facts.channels_of(image) if channel.is_named]
    if names:
        yield "Channel names", ", ".join(names)


def _row(label: str, values: Counter[str]) -> dict[str, Any]:
    value, _ = values.most_common(1)[0]
    others = len(values) - 1
    more = f", and {others} other value{'s' if others > 1 else ''}" if others else ""
    return {"label": label, "value": value + more, "count": sum(values.values())}
