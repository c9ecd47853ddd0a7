"""The versions of a released dataset with what changed in each, and the publications that were added beside them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from archive import access
from archive.errors import Invalid, WrongState
from archive.models import Dataset, Version
from archive.selectors import datasets
from archive.selectors import versions as selector
from archive.services import publications as service
from archive.states import DatasetRole
from archive.templatetags.quantities import size

_KINDS = (("added", "added"), ("replaced", "replaced"), ("removed", "removed"))


@dataclass(frozen=True)
class NamedFiles:
    """The first names of one kind of change, and how many more there are."""

    words: str
    names: list[str]
    more: int


@dataclass(frozen=True)
class VersionRow:
    """`files` is the sentence of them all; `compared` is False of the first version, and of one without a diff."""

    version: Version
    compared: bool
    fields: list[str]
    files: str
    named: list[NamedFiles]


@require_safe
def versions(request: HttpRequest, accession: str) -> HttpResponse:
    record = datasets.dataset_record(accession, request.user)
    found = selector.versions_of(record.dataset, request.user).select_related("dataset")
    context = {"section": "search", "dataset": record.dataset, "rows": [row_of(version) for version in found]}
    return render(request, "archive/record/versions.html", context)


def row_of(version: Version) -> VersionRow:
    changes: dict[str, Any] = version.changes or {}
    files = changes.get("files") or {}
    parts = [_counted(files[kind], words) for kind, words in _KINDS if files.get(kind, {}).get("count")]
    named = [
        NamedFiles(words, files[kind]["names"], files[kind]["count"] - len(files[kind]["names"]))
        for kind, words in _KINDS
        if files.get(kind, {}).get("count")
    ]
    return VersionRow(
        version,
        version.changes is not None,
        [change["sentence"] for change in changes.get("fields", [])],
        f"Files: {', '.join(parts)}." if parts else "No file changed.",
        named,
    )


def _counted(files: dict[str, Any], words: str) -> str:
    return f"{files['count']:,} {words}" + (f" ({size(files['bytes'])})" if words != "removed" else "")


# ---- publications ----------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publications(request: HttpRequest, accession: str) -> HttpResponse:
    """Those added since the release, and the form for another one. For owners."""
    dataset = datasets.get_dataset(accession, request.user)
    access.require_role(request.user, dataset, (DatasetRole.OWNER,))
    if request.method != "POST":
        return _page(request, dataset)
    identifier, title = request.POST.get("identifier", ""), request.POST.get("title", "")
    try:
        made = service.add_publication(dataset=dataset, user=request.user, identifier=identifier, title=title)
    except (Invalid, WrongState) as error:
        status = 422 if isinstance(error, Invalid) else 409
        return _page(request, dataset, problem=str(error), identifier=identifier, title=title, status=status)
    messages.success(request, f"Added: {made}. The record shows it now; no version was made.")
    return redirect("archive:publications", accession)


def _page(
    request: HttpRequest,
    dataset: Dataset,
    *,
    problem: str = "",
    identifier: str = "",
    title: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "section": "search",
        "dataset": dataset,
        "publications": dataset.publications.all(),
        "problem": problem,
        "identifier": identifier,
        "title": title,
    }
    return render(request, "archive/record/publications.html", context, status=status)


@login_required
@require_POST
def remove_publication(request: HttpRequest, accession: str, publication_id: int) -> HttpResponse:
    dataset = datasets.get_dataset(accession, request.user)
    service.remove_publication(dataset=dataset, user=request.user, publication_id=publication_id)
    messages.success(request, "The publication is removed from the record.")
    return redirect("archive:publications", accession)
