"""The files of a deposition on its page: filtered, problems first, a page at a time, with what was read from them."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from archive.metadata.problems import pointer_of
from archive.models import Deposition, Image, Upload
from archive.selectors import quality
from archive.selectors.files import file_counts, ranked_files
from archive.selectors.paging import page_of
from archive.states import UploadState
from archive.views import facts
from archive.views.files import rows_of

PAGE = 50
_RANKS = {"all": (0, 1, 2), "problems": (0,), "running": (1,)}
_MOST_READ = 500
_NOT_LISTED = frozenset({"Size", "Type", "Channels"})


def context(request: HttpRequest, deposition: Deposition) -> dict[str, Any]:
    """A page of files for the template."""
    show = request.GET.get("show", "all")
    show = show if show in _RANKS else "all"
    counts = file_counts(deposition)
    arriving = Upload.objects.filter(dataset=deposition.dataset_id, state=UploadState.COMPLETE).count()
    rows = ranked_files(deposition).filter(rank__in=_RANKS[show])
    page = page_of(rows, order=("rank", "path"), cursor=request.GET.get("files", ""), size=PAGE)
    # Members of a folder that have arrived are counted, not listed: there may be thousands.
    listed = Q(state=UploadState.OPEN) | Q(state=UploadState.COMPLETE, bundle="")
    uploads = Upload.objects.filter(listed, dataset=deposition.dataset_id).order_by("path")
    return {
        "counts": counts,
        "show": show,
        "files_cursor": request.GET.get("files", ""),
        "shows": [
            {"key": "all", "label": "All", "count": counts.total},
            {"key": "problems", "label": "Problems", "count": counts.problems},
            {"key": "running", "label": "At work", "count": counts.waiting},
        ],
        "moving": counts.waiting + arriving + quality.undrawn_images(deposition).count(),
        "uploads": uploads[:PAGE] if page.first and show != "problems" else [],
        "files": rows_of(page.items),
        "files_previous": "" if page.first else _address(deposition, show, ""),
        "files_next": _address(deposition, show, page.next_cursor) if page.next_cursor else "",
    }


def _address(deposition: Deposition, show: str, cursor: str) -> str:
    address = reverse("archive:deposition", args=[deposition.dataset.accession])
    query = {"show": show, "files": cursor} if cursor else {"show": show}
    return f"{address}?{urlencode(query)}#files"


def is_first_page(request: HttpRequest) -> bool:
    """Whether the list shows the files with problems, as it does at first."""
    return not request.GET.get("files") and request.GET.get("show") != "running"


def places(deposition: Deposition, *, is_first_page: bool = True) -> dict[str, str]:
    """The link to each file with a problem, by the problem's pointer.

    Problems come first in the list, so its first page shows them all, or as many as fit.
    """
    rows = ranked_files(deposition).filter(rank=0).values_list("pk", "path")[: quality.MOST_PROBLEMS]
    page = "" if is_first_page else _address(deposition, "problems", "").removesuffix("#files")
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
