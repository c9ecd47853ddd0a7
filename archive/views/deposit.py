"""The deposit page: one living page for everything about a deposition."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from archive import access
from archive.errors import DomainError, EditConflict, Invalid
from archive.forms.metadata import SectionForm, build_form, place_of
from archive.metadata import Code, Problem, Template, Tier
from archive.metadata.completeness import completeness
from archive.metadata.formdata import to_document
from archive.metadata.validation import validate
from archive.models import Deposition
from archive.selectors import depositions, quality
from archive.selectors.depositions import get_deposition
from archive.selectors.files import file_counts
from archive.selectors.templates import template_of, templates
from archive.selectors.terms import resolve_free_text, terms_of_document
from archive.services import depositing
from archive.states import EDITABLE_DEPOSITIONS, DatasetRole, DepositionState
from archive.views import deposit_files, deposit_steps
from archive.views.limits import LIMITS

_WORTH_ADDING = 3


@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """What to expect, and the button that gives an accession."""
    if request.method == "POST" and request.user.is_authenticated:
        deposition = depositing.start_deposition(user=request.user, template=request.POST.get("template") or None)
        return redirect(deposition)
    default = templates().default
    required = sum(1 for _, field in default.fields() if field.required)
    context = {"section": "deposit", "templates": templates().all(), "required": required, "limits": LIMITS}
    return render(request, "archive/deposit/start.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, accession: str) -> HttpResponse:
    deposition = get_deposition(accession, request.user)
    if request.method == "POST":
        return _save_whole(request, deposition)
    return render_page(request, deposition, {})


def render_page(
    request: HttpRequest, deposition: Deposition, extra: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """The page as it is now; `extra` carries what a form brought back."""
    deposition.refresh_from_db()
    context = {
        "section": "deposit",
        "dataset": deposition.dataset,
        "deposition": deposition,
        "limits": LIMITS,
        "status": depositions.status_of(deposition),
        "steps": deposit_steps.steps_of(deposition),
        "human": document_value(deposition, "human_material") == "yes",
        "members": deposition.dataset.memberships.select_related("user").order_by("pk"),
        "read": deposit_files.read_from_files(deposition),
        **_rights(request, deposition),
        **_form_context(deposition, str(request.GET.get("more", ""))),
        **deposit_files.context(request, deposition),
        **extra,
    }
    return render(request, "archive/deposit/page.html", context, status=status)


def document_value(deposition: Deposition, field: str) -> Any:
    """One answer of the section that every template has."""
    study = deposition.metadata.get("study")
    return study.get(field) if isinstance(study, dict) else None


def _rights(request: HttpRequest, deposition: Deposition) -> dict[str, bool]:
    role = access.role_of(request.user, deposition.dataset)
    is_owner = role == DatasetRole.OWNER
    is_released = deposition.dataset.latest_version is not None
    return {
        "may_edit": access.may_edit(request.user, deposition.dataset) and deposition.state in EDITABLE_DEPOSITIONS,
        "may_share": is_owner,
        "may_release": is_owner and deposition.state == DepositionState.READY,
        "may_reopen": role in (DatasetRole.OWNER, DatasetRole.CONTRIBUTOR)
        and deposition.state in (DepositionState.READY, DepositionState.PROCESSING, DepositionState.SUBMITTED),
        "may_withdraw": is_owner and deposition.is_open and not is_released,
    }


def _form_context(deposition: Deposition, more: str) -> dict[str, Any]:
    """The metadata form with its problems: those that block only once the depositor has tried to submit."""
    template = template_of(deposition)
    found = validate(template, deposition.metadata, terms_of_document(deposition.metadata))
    is_returned = deposition.state == DepositionState.NEEDS_CHANGES or deposition.submitted_at is not None
    shown = [problem for problem in found if problem.blocks and (is_returned or problem.code != Code.REQUIRED)]
    sections = build_form(template, deposition.metadata, shown, more)
    problems = _listed(deposition, shown, sections) if is_returned else []
    return {
        "template": template,
        "sections": sections,
        "advanced_open": any(f.section.advanced and (f.problems or f.section.name == more) for f in sections),
        "problems": problems,
        **_meters(template, deposition, sections, found),
    }


def _listed(deposition: Deposition, problems: list[Problem], sections: tuple[SectionForm, ...]) -> list[dict[str, str]]:
    """Everything that blocks, each with the place on the page: its field, or its file."""
    if deposition.state not in EDITABLE_DEPOSITIONS:
        return []
    listed = [{"place": place_of(problem.pointer, sections), "message": problem.message} for problem in problems]
    places = deposit_files.places(deposition)
    for problem in quality.blocking(quality.file_problems(deposition)):
        listed.append({"place": places.get(problem["pointer"], "files"), "message": problem["message"]})
    return listed


def _meters(
    template: Template, deposition: Deposition, sections: tuple[SectionForm, ...], found: tuple[Problem, ...]
) -> dict[str, Any]:
    complete = completeness(template, deposition.metadata)
    wrong = Counter(problem.pointer.split("/")[1] for problem in found if problem.blocks and problem.pointer)
    meters = []
    for entry in complete.sections:
        form = next(form for form in sections if form.section.name == entry.name)
        if form.section.advanced and not entry.count.filled:
            continue
        left = wrong[entry.name]
        words = f"{left} to do" if left else "complete" if entry.count.complete else "enough"
        meters.append({"name": entry.name, "label": entry.label, "count": entry.count, "words": words})
    missing = [
        {"label": item.label, "why": item.why.rstrip("."), "place": place_of(item.pointer, sections)}
        for item in complete.missing
        if item.tier is not Tier.REQUIRED
    ]
    return {"meters": meters, "complete": complete, "missing": missing[:_WORTH_ADDING]}


# ---- saving ----------------------------------------------------------------------------------------------------


def _save(request: HttpRequest, deposition: Deposition, *, resolve: bool) -> Deposition:
    """Store what the form says, whatever it is; nothing typed is dropped. Raises EditConflict."""
    template = template_of(deposition)
    document = to_document(template, dict(request.POST.lists()), deposition.metadata)
    if resolve:
        document = resolve_free_text(template, document)
    for name in ("csrfmiddlewaretoken", "revision", "action", "more"):
        document.pop(name, None)
    revision = request.POST.get("revision", "")
    return depositing.save_metadata(
        deposition=deposition,
        user=request.user,
        revision=int(revision) if revision.isdigit() else -1,
        document=document,
    )


def _save_whole(request: HttpRequest, deposition: Deposition) -> HttpResponse:
    """The form as a form: save, then submit or add a row if that was the button."""
    try:
        deposition = _save(request, deposition, resolve=True)
    except EditConflict as error:
        return _conflict(request, deposition, error)
    address = reverse("archive:deposition", args=[deposition.dataset.accession])
    if more := request.POST.get("more"):
        return redirect(f"{address}?more={more}#f-{more.replace('.', '-')}")
    if request.POST.get("action") == "submit":
        return _submit(request, deposition)
    messages.success(request, "Saved. You can leave now and go on later.")
    return redirect(address)


def _submit(request: HttpRequest, deposition: Deposition) -> HttpResponse:
    try:
        depositing.submit_deposition(deposition=deposition, user=request.user)
    except Invalid as error:
        template = template_of(deposition)
        found = [Problem(problem.pointer, Code.REQUIRED, problem.message) for problem in error.problems]
        sections = build_form(template, deposition.metadata, found)
        places = deposit_files.places(deposition)
        listed = [{"place": places.get(p.pointer) or _place(p.pointer, sections), "message": p.message} for p in found]
        return render_page(request, deposition, {"sections": sections, "problems": listed}, status=422)
    messages.success(request, "Submitted. Files and metadata are being checked; this page tells you how it goes.")
    return redirect(deposition)


def _place(pointer: str, sections: tuple[SectionForm, ...]) -> str:
    return "files" if pointer.startswith("/files") else place_of(pointer, sections)


def _conflict(request: HttpRequest, deposition: Deposition, error: EditConflict) -> HttpResponse:
    """Somebody else saved: the page shows this person's text, on top of the newer revision, and says so."""
    template = template_of(deposition)
    document = to_document(template, dict(request.POST.lists()), deposition.metadata)
    messages.warning(request, str(error))
    return render_page(request, deposition, {"sections": build_form(template, document)}, status=409)


@login_required
@require_POST
def save(request: HttpRequest, accession: str) -> HttpResponse:
    """Autosave: JSON with the new revision, what to say, the meters, and what is wrong with what is filled in."""
    deposition = get_deposition(accession, request.user)
    try:
        deposition = _save(request, deposition, resolve=False)
    except DomainError as error:
        status = 409 if isinstance(error, EditConflict) else 400
        return JsonResponse({"detail": str(error)}, status=status)
    context = _form_context(deposition, "")
    counts = file_counts(deposition)
    meters = render_to_string("archive/deposit/meters.html", {**context, "counts": counts}, request)
    problems = {control.name: control.problem for form in context["sections"] for control in form.all_controls}
    return JsonResponse(
        {
            "revision": deposition.revision,
            "saved": f"Saved {timezone.localtime():%H:%M}",
            "parts": {"meters": meters},
            "problems": {name: sentence for name, sentence in problems.items() if sentence},
        }
    )


@login_required
@require_GET
def files(request: HttpRequest, accession: str) -> HttpResponse:
    return files_fragment(request, get_deposition(accession, request.user))


def files_fragment(request: HttpRequest, deposition: Deposition) -> HttpResponse:
    context = {
        "dataset": deposition.dataset,
        "deposition": deposition,
        "limits": LIMITS,
        **_rights(request, deposition),
        **deposit_files.context(request, deposition),
    }
    return render(request, "archive/deposit/files.html", context)
