"""The newest version of a draft's template: what differs from its own, and moving up to it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from archive import access
from archive.errors import WrongState
from archive.metadata.moving_up import differences
from archive.models import Deposition
from archive.selectors.depositions import get_deposition
from archive.selectors.templates import newest_of, template_of
from archive.services import moving_up
from archive.states import EDITABLE_DEPOSITIONS


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def newest(request: HttpRequest, accession: str) -> HttpResponse:
    deposition = get_deposition(accession, request.user)
    if request.method == "POST":
        return _move(request, deposition)
    old, new = template_of(deposition), newest_of(deposition)
    may_edit = access.may_edit(request.user, deposition.dataset) and deposition.state in EDITABLE_DEPOSITIONS
    if old.key == new.key or not may_edit:
        return redirect(deposition)
    context = {
        "section": "deposit",
        "dataset": deposition.dataset,
        "deposition": deposition,
        "old": old,
        "new": new,
        "differences": differences(old, new),
    }
    return render(request, "archive/deposit/newest_template.html", context)


def _move(request: HttpRequest, deposition: Deposition) -> HttpResponse:
    given = request.POST.get("revision", "")
    revision = int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else -1
    try:
        moved = moving_up.move_up(deposition=deposition, user=request.user, revision=revision)
    except WrongState as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"It uses version {moved.template_version} of its template now. Nothing was lost.")
    return redirect(deposition)
