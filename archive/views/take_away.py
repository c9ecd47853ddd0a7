"""What a reader takes away of a dataset or image: every kind of download on one page, with lines to copy.

The pages work without scripts. What is private is told so, with a token or a signed link as the way for programs.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from archive import access, links
from archive.errors import Invalid, NotFound
from archive.interchange import recipes
from archive.interchange.recipes import Recipe
from archive.models import Dataset, File, Image, Version
from archive.selectors import datasets, images, versions
from archive.selectors.datasets import DatasetRecord
from archive.selectors.taking import amount_of, chosen_files, folders_of, raw_bytes
from archive.services.linking import make_link
from archive.states import FileKind, FileState
from archive.views.renditions import may_link, zarr_context

MOST_CHOSEN = 200
# Files of one image that a page lists with their lines.
MOST_ORIGINALS = 100


@dataclass(frozen=True)
class Offer:
    """One thing to take: `address` is its path and query; `recipes` are lines to copy."""

    key: str
    address: str
    name: str
    size: int = 0
    recipes: tuple[Recipe, ...] = ()
    file: File | None = None


@dataclass(frozen=True)
class Chosen:
    """Which files of a version are asked for, as in the API's ZIP."""

    files: tuple[int, ...] = ()
    images: tuple[str, ...] = ()
    folder: str = ""
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.pairs)


def chosen_in(query: QueryDict) -> Chosen:
    """What is no number or too much is left out: the page says how much there is."""
    files = [text for text in query.getlist("file") if text.isascii() and text.isdecimal() and len(text) < 15]
    accessions = [text for text in query.getlist("image") if 0 < len(text) <= 60]
    files, accessions, folder = files[:MOST_CHOSEN], accessions[:MOST_CHOSEN], query.get("folder", "")[:1000]
    pairs = [*(("file", text) for text in files), *(("image", text) for text in accessions)]
    pairs += [("folder", folder)] if folder else []
    return Chosen(tuple(int(text) for text in files), tuple(accessions), folder, pairs)


# ---- datasets --------------------------------------------------------------------------------------------------


@require_safe
def dataset(request: HttpRequest, accession: str) -> HttpResponseBase:
    """The whole of a version, a selection of it, its folders."""
    record = datasets.dataset_record(accession, request.user)
    version = _version(request, record)
    rows = versions.files_of_version(record.dataset, version.number, request.user)
    if record.withheld:
        raise NotFound("The files of this dataset are not for everybody. Its page says why.")
    chosen = chosen_in(request.GET)
    picked = chosen_files(rows, files=chosen.files, images=chosen.images, folder=chosen.folder) if chosen else None
    context = {
        **_shared(request, record.dataset),
        "version": version,
        "whole": _zip(request, version, [], amount_of(rows).bytes, "whole"),
        "chosen": chosen,
        "amount": amount_of(picked) if picked is not None else None,
        "picked": picked is not None and _zip(request, version, chosen.pairs, amount_of(picked).bytes, "picked"),
        "folders": [
            (folder, _zip(request, version, [("folder", folder.path)], folder.bytes, "folder"))
            for folder in folders_of(rows)
        ],
    }
    return render(request, "archive/take_away/dataset.html", context)


@require_safe
def selection(request: HttpRequest, accession: str) -> HttpResponse:
    """How much the boxes that are ticked come to: part of a page."""
    record = datasets.dataset_record(accession, request.user)
    version = _version(request, record)
    rows = versions.files_of_version(record.dataset, version.number, request.user)
    chosen = chosen_in(request.GET)
    picked = chosen_files(rows, files=chosen.files, images=chosen.images) if chosen else rows.none()
    return render(request, "archive/take_away/selection.html", {"amount": amount_of(picked), "chosen": chosen})


selection.is_part_of_a_page = True


def _version(request: HttpRequest, record: DatasetRecord) -> Version:
    written = request.GET.get("version", "")
    number = int(written) if written.isascii() and written.isdecimal() and len(written) < 9 else record.number
    return versions.get_version(record.dataset, number, request.user)


def _zip(request: HttpRequest, version: Version, pairs: list[tuple[str, str]], size: int, key: str) -> Offer:
    address = reverse("archive-api:dataset-archive", args=[version.dataset.accession])
    address = f"{address}?{urlencode([('version', version.number), *pairs])}"
    top = f"{version.dataset.accession}.{version.number}"
    url, private = request.build_absolute_uri(address), not version.dataset.is_public
    part = urlencode(pairs)
    lines = recipes.package(url, top, part=part, private=private)
    return Offer(key, address, recipes.package_name(top, part), size, lines)


# ---- images ----------------------------------------------------------------------------------------------------


def originals_of(request: HttpRequest, dataset: Dataset, files: Iterable[File]) -> list[Offer]:
    """The deposited files, or the first of very many, each with its lines; a bundle as a ZIP where a version has it."""
    shown = list(islice(files, MOST_ORIGINALS))
    taken = access.takeable(shown, request.user)
    return [
        _original(request, dataset, file) if file.pk in taken else Offer(f"file-{file.pk}", "", file.name, file.size)
        for file in shown
    ]


def _original(request: HttpRequest, dataset: Dataset, file: File) -> Offer:
    private, key = not dataset.is_public, f"file-{file.pk}"
    if file.kind == FileKind.BUNDLE:
        number = min(dataset.latest_version or 0, (file.until_version or 10**9) - 1)
        if number < file.from_version:
            return Offer(key, "", file.name, file.size, file=file)
        query = urlencode({"version": number, "file": file.pk})
        address = f"{reverse('archive-api:dataset-archive', args=[dataset.accession])}?{query}"
        url = request.build_absolute_uri(address)
        lines = recipes.package(url, f"{dataset.accession}.{number}", part=f"file={file.pk}", private=private)
        return Offer(key, address, f"{file.name}.zip", file.size, lines, file)
    address = reverse("archive-api:file-content", args=[dataset.accession, file.pk])
    lines = list(recipes.download(request.build_absolute_uri(address), file.name, private=private))
    is_there = file.state != FileState.DAMAGED
    return Offer(key, address if is_there else "", file.name, file.size, tuple(lines) if is_there else (), file)


@require_safe
def image(request: HttpRequest, accession: str) -> HttpResponse:
    found = images.image_record(accession, request.user)
    shown = found.image
    tiff = reverse("archive-api:image-ome-tiff", args=[accession])
    context = {
        **_shared(request, shown.dataset),
        "image": shown,
        "originals": originals_of(request, shown.dataset, found.files),
        "more_originals": max(0, len(found.files) - MOST_ORIGINALS),
        "tiff": _tiff(request, shown, tiff, shown.dataset.is_public),
        "view": {name: request.GET.get(name, "")[:500] for name in ("c", "z", "t", "region", "labels")},
        **zarr_context(request, shown),
    }
    return render(request, "archive/take_away/image.html", context)


def _tiff(request: HttpRequest, image: Image, address: str, is_public: bool) -> Offer:
    name = f"{image.accession}.ome.tif"
    url = request.build_absolute_uri(address)
    lines = [*recipes.download(url, name, private=not is_public), recipes.tiff(url, private=not is_public)]
    if is_public:
        lines.append(recipes.fiji(f"{url}?{urlencode({links.NAME: name})}"))
    return Offer("tiff", address, name, raw_bytes(image), tuple(lines))


# ---- links -----------------------------------------------------------------------------------------------------


@login_required
@require_POST
def link(request: HttpRequest, accession: str) -> HttpResponse:
    """A signed address, shown once, with lines that use it."""
    found = datasets.get_dataset(accession, request.user)
    name = request.POST.get("name", "")[:300] or "download"
    try:
        made = make_link(user=request.user, dataset=found, address=request.POST.get("address", "")[:3000])
    except Invalid as error:
        sentence = error.problems[0].message if error.problems else str(error)
        raise Invalid(f"{error} {sentence}", error.problems) from error
    url = request.build_absolute_uri(made.address)
    is_zarr = urlsplit(made.address).path.endswith(".zarr")
    lines = list(recipes.zarr(url) if is_zarr else recipes.download(url, name))
    if name.endswith((".tif", ".tiff")):
        lines += [recipes.tiff(url), recipes.fiji(f"{url}&{urlencode({links.NAME: name})}")]
    context = {"dataset": found, "made": made, "url": url, "lines": lines, "name": name}
    part = "archive/take_away/link.html" if request.htmx else "archive/take_away/link_page.html"
    return render(request, part, context)


def _shared(request: HttpRequest, dataset: Dataset) -> dict[str, Any]:
    return {
        "section": "search",
        "dataset": dataset,
        "is_private": not dataset.is_public,
        "may_link": may_link(request, dataset),
        "token_line": recipes.TOKEN_LINE,
    }
