"""Files from a folder or bucket beside the portal, for curators: walk to the folder, begin, watch, stop."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from archive import folders
from archive.errors import DomainError
from archive.models import Deposition
from archive.selectors.depositions import get_deposition
from archive.services import importing_folders
from archive.states import EDITABLE_DEPOSITIONS, FolderImportState

_STATE_WORDS = {
    FolderImportState.WANTED: {"text": "Under way", "kind": "busy"},
    FolderImportState.DONE: {"text": "Done", "kind": "ok"},
    FolderImportState.STOPPED: {"text": "Stopped", "kind": "warn"},
}
_MOST_SHOWN = 20


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest, accession: str) -> HttpResponse:
    deposition = get_deposition(accession, request.user)
    rows = importing_folders.imports_of(request.user, deposition.dataset)
    if request.method == "POST":
        return _act(request, deposition)
    root, folder = request.GET.get("root", ""), request.GET.get("folder", "")
    context = {
        "section": "deposit",
        "dataset": deposition.dataset,
        "deposition": deposition,
        "may_begin": deposition.state in EDITABLE_DEPOSITIONS,
        "imports": [{"row": row, "words": _STATE_WORDS[FolderImportState(row.state)]} for row in rows[:_MOST_SHOWN]],
        **_place(root, folder),
    }
    context["is_busy"] = any(one["row"].state == FolderImportState.WANTED for one in context["imports"])
    return render(request, "archive/deposit/imports.html", context)


def _place(root: str, folder: str) -> dict[str, Any]:
    """The folder that is looked at, those within it, and the way to it."""
    if not root:
        return {"roots": list(folders.roots())}
    folder = folders.checked(folder)
    parts = folder.split("/") if folder else []
    way = [{"name": part, "folder": "/".join(parts[: at + 1])} for at, part in enumerate(parts)]
    inside = folders.root(root).folders(folder)
    within = [{"name": name, "folder": f"{folder}/{name}".lstrip("/")} for name in inside]
    return {"root": root, "folder": folder, "way": way, "within": within}


def _act(request: HttpRequest, deposition: Deposition) -> HttpResponse:
    dataset, given = deposition.dataset, request.POST
    try:
        if stop := given.get("stop", ""):
            number = int(stop) if stop.isascii() and stop.isdecimal() and len(stop) < 10 else 0
            importing_folders.stop_import(user=request.user, dataset=dataset, import_id=number)
            messages.success(request, "Stopped. What has come stays.")
        else:
            root, folder = given.get("root", ""), given.get("folder", "")
            importing_folders.begin_import(user=request.user, dataset=dataset, root=root, folder=folder)
            messages.success(request, "It has begun. You may leave this page; the work goes on.")
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("archive:deposition-imports", dataset.accession)
