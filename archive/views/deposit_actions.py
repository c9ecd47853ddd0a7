"""What the buttons of the deposit page do. Each works as a plain form; some answer a script with a fragment."""

import datetime as dt
import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from archive import access
from archive.errors import DomainError, Invalid, WrongState
from archive.models import Dataset, Deposition, User
from archive.selectors import uploads
from archive.selectors.depositions import get_deposition
from archive.selectors.files import get_file
from archive.services import depositing, releasing, sharing, uploading
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
    """Files from a browser without script: each is taken in whole; one that cannot be says why."""
    dataset = uploads.editable_dataset(request.user, accession)
    chosen = request.FILES.getlist("files")
    arrived = 0
    for file in chosen:
        size = file.size or 0
        try:
            upload = uploading.create_upload(user=request.user, dataset=dataset, path=file.name or "", size=size)
            uploading.append_bytes(upload=upload, offset=0, stream=file, length=size)
        except DomainError as error:
            messages.error(request, f"{file.name}: {error}")
        else:
            arrived += 1
    if arrived:
        messages.success(request, "One file has arrived." if arrived == 1 else f"{arrived} files have arrived.")
    elif not chosen:
        messages.error(request, "No file was chosen. Choose one or more, then upload.")
    return _back(accession, "#files")


@login_required
@require_POST
def release(request: HttpRequest, accession: str) -> HttpResponse:
    deposition = get_deposition(accession, request.user)
    try:
        day = _day(request.POST.get("release_on", ""))
        version = releasing.release_deposition(
            deposition=deposition,
            user=request.user,
            release_on=day,
            change_note=request.POST.get("change_note", ""),
        )
    except (Invalid, WrongState) as error:
        return _back_to_release(request, deposition, error)
    if version is None:
        messages.success(
            request, f"It becomes public on {day:%-d %B %Y}. You can release it earlier, or change the day."
        )
        return _back(accession)
    messages.success(request, f"Released. Cite it as {version.dataset.accession}, version {version.number}.")
    return redirect(version.dataset)


def _back_to_release(request: HttpRequest, deposition: Deposition, error: DomainError) -> HttpResponse:
    """The page with what was typed, and the sentence beside it."""
    extra = {
        "release_problem": str(error),
        "release_on": request.POST.get("release_on", ""),
        "change_note": request.POST.get("change_note", ""),
    }
    return render_page(request, deposition, extra, status=422 if isinstance(error, Invalid) else 409)


def _day(text: str) -> dt.date | None:
    """The day that was chosen. One that has passed is a slip of the hand, and a release cannot be undone."""
    try:
        day = dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Invalid("The release date must be a day, as 2027-03-01. Choose one, or leave it empty.") from error
    if day and day < timezone.localdate():
        raise Invalid("This day has passed. Choose one to come, or leave it empty to release now.")
    return day


@login_required
@require_POST
def reopen(request: HttpRequest, accession: str) -> HttpResponse:
    depositing.reopen_deposition(deposition=get_deposition(accession, request.user), user=request.user)
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
            sharing.share_dataset(dataset=deposition.dataset, actor=request.user, email=email, role=DatasetRole(role))
        else:
            raise Invalid("Choose what the person may do: see, or see and change.")
    except Invalid as error:
        return render_page(request, deposition, {"share_problem": str(error), "share_email": email}, status=422)
    return _back(accession, "#people")
