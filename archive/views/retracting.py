"""Retraction of a released dataset by a curator or administrator: its reason is asked for on a page of its own."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from archive.access import Reader
from archive.errors import Invalid, NotAllowed, WrongState
from archive.models import Dataset
from archive.selectors import datasets
from archive.services import releasing
from archive.states import PortalRole


def may_retract(user: Reader, dataset: Dataset) -> bool:
    is_staff = user.is_authenticated and user.has_role(PortalRole.CURATOR, PortalRole.ADMINISTRATOR)
    return is_staff and dataset.latest_version is not None and not dataset.is_retracted


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def retract(request: HttpRequest, accession: str) -> HttpResponse:
    """What a retraction does, the reason, and the button."""
    dataset = datasets.get_dataset(accession, request.user)
    if request.method == "POST":
        return _retract(request, dataset)
    if not request.user.has_role(PortalRole.CURATOR, PortalRole.ADMINISTRATOR):
        raise NotAllowed("Only curators and administrators retract a dataset. Write to them and say why.")
    if not may_retract(request.user, dataset):
        return redirect(dataset)
    return _page(request, dataset)


def _retract(request: HttpRequest, dataset: Dataset) -> HttpResponse:
    reason = request.POST.get("reason", "")
    try:
        releasing.retract_dataset(dataset=dataset, user=request.user, reason=reason)
    except Invalid as error:
        return _page(request, dataset, problem=str(error), reason=reason, status=422)
    except WrongState as error:
        messages.error(request, str(error))
        return redirect(dataset)
    messages.success(request, f"{dataset.accession} is retracted. Its page tells the reason.")
    return redirect(dataset)


def _page(
    request: HttpRequest, dataset: Dataset, *, problem: str = "", reason: str = "", status: int = 200
) -> HttpResponse:
    context = {"section": "search", "dataset": dataset, "problem": problem, "reason": reason}
    return render(request, "archive/record/retract.html", context, status=status)
