"""What the buttons of the deposit page do. Each works as a plain form; some answer a script with a fragment."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from archive import access
from archive.errors import DomainError, Invalid, WrongState
from archive.models import Dataset, Deposition, Invitation, User
from archive.selectors import uploads
from archive.selectors.depositions import get_deposition
from archive.selectors.files import get_file
from archive.services import depositing, sharing, staleness, uploading
from archive.states import DatasetRole
from archive.views.deposit import files_fragment, render_page


def _back(accession: str, anchor: str = "") -> HttpResponse:
    return redirect(reverse("archive:deposition", args=[accession]) + anchor)


def _after_file_change(request: HttpRequest, deposition: Deposition) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return files_fragment(request, deposition)
    return _back(deposition.dataset.accession, "#files")


@login_required
@require_POST
def keep_file(request: HttpRequest, accession: str, file_id: int) -> HttpResponse:
    deposition = get_deposition(accession, request.user)
    depositing.keep_file_as_it_is(deposition=deposition, user=request.user, file_id=file_id)
    return _after_file_change(request, deposition)


@login_required
@require_POST
def remove_file(request: HttpRequest, accession: str, file_id: int) -> HttpResponse:
    deposition = get_deposition(accession, request.user)
    uploading.remove_file(user=request.user, file=get_file(accession, file_id, request.user))
    return _after_file_change(request, deposition)


@login_required
@require_POST
def cancel_upload(request: HttpRequest, accession: str, upload_id: uuid.UUID) -> HttpResponse:
    deposition = get_deposition(accession, request.user)
    uploading.cancel_upload(upload=uploads.upload_for(request.user, str(upload_id)))
    return _after_file_change(request, deposition)


@login_required
@require_POST
def upload_plain(request: HttpRequest, accession: str) -> HttpResponse:
    """Files from a browser without script: each is taken in whole; one that cannot be says why.

    `path` says whose place a single file takes; `replace`, that files of the same name are replaced.
    """
    dataset = uploads.editable_dataset(request.user, accession)
    chosen = request.FILES.getlist("files")
    instead_of = request.POST.get("path", "") if len(chosen) == 1 else ""
    replaces = bool(instead_of or request.POST.get("replace"))
    arrived = 0
    for file in chosen:
        try:
            _take_in(request, dataset, file, instead_of or file.name or "", replaces=replaces)
        except DomainError as error:
            messages.error(request, f"{file.name}: {error}")
        else:
            arrived += 1
    if arrived:
        messages.success(request, "One file has arrived." if arrived == 1 else f"{arrived} files have arrived.")
    elif not chosen:
        messages.error(request, "No file was chosen. Choose one or more, then upload.")
    return _back(accession, "#files")


def _take_in(request: HttpRequest, dataset: Dataset, file: UploadedFile, path: str, *, replaces: bool) -> None:
    size = file.size or 0
    upload = uploading.create_upload(user=request.user, dataset=dataset, path=path, size=size, replaces=replaces)
    uploading.append_bytes(upload=upload, offset=0, stream=file, length=size)


@login_required
@require_POST
def reopen(request: HttpRequest, accession: str) -> HttpResponse:
    depositing.reopen_deposition(deposition=get_deposition(accession, request.user), user=request.user)
    return _back(accession)


@login_required
@require_POST
def bring_back(request: HttpRequest, accession: str) -> HttpResponse:
    staleness.bring_back(deposition=get_deposition(accession, request.user), user=request.user)
    return _back(accession)


@login_required
@require_POST
def withdraw(request: HttpRequest, accession: str) -> HttpResponse:
    deposition = get_deposition(accession, request.user)
    try:
        depositing.withdraw_deposition(deposition=deposition, user=request.user, reason=request.POST.get("reason", ""))
    except (Invalid, WrongState) as error:
        extra = {"withdraw_problem": str(error), "withdraw_reason": request.POST.get("reason", "")}
        return render_page(request, deposition, extra, status=422 if isinstance(error, Invalid) else 409)
    if deposition.is_later_version:
        messages.success(request, "The draft is discarded. The released versions are as they were.")
        return redirect(deposition.dataset)
    messages.success(request, f"{accession} is withdrawn.")
    return redirect("archive:my-depositions")


@login_required
@require_POST
def new_version(request: HttpRequest, accession: str) -> HttpResponse:
    dataset = access.get_visible(Dataset.objects.all(), request.user, accession=accession)
    depositing.start_new_version(dataset=dataset, user=request.user)
    return _back(accession)


@login_required
@require_POST
def share(request: HttpRequest, accession: str) -> HttpResponse:
    """A role for somebody, or none. A wrong address comes back with its sentence beside it."""
    deposition = get_deposition(accession, request.user)
    email, role = request.POST.get("email", ""), request.POST.get("role", "")
    try:
        if role == "none":
            person = User.objects.filter(email__iexact=email).first()
            sharing.unshare_dataset(dataset=deposition.dataset, actor=request.user, user_id=person.pk if person else 0)
        elif role in (DatasetRole.CONTRIBUTOR, DatasetRole.VIEWER):
            made = sharing.share_dataset(
                dataset=deposition.dataset, actor=request.user, email=email, role=DatasetRole(role)
            )
            if isinstance(made, Invitation):
                messages.success(request, f"{made.email} has no account here yet, and is invited by mail.")
        else:
            raise Invalid("Choose what the person may do: see, or see and change.")
    except Invalid as error:
        return render_page(request, deposition, {"share_problem": str(error), "share_email": email}, status=422)
    return _back(accession, "#people")
