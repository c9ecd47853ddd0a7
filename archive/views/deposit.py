"""The deposit page: one living page for everything about a deposition. Saving it is deposit_saving.py's."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from archive import access
from archive.forms.metadata import SectionForm, build_form, place_of
from archive.metadata import Code, Problem, Template, Tier
from archive.metadata.completeness import completeness
from archive.metadata.validation import validate
from archive.models import Deposition
from archive.selectors import depositions, quality
from archive.selectors.depositions import get_deposition
from archive.selectors.templates import template_of, templates
from archive.selectors.terms import terms_of_document
from archive.services import depositing
from archive.states import EDITABLE_DEPOSITIONS, EDITING_ROLES, DatasetRole, DepositionState
from archive.views import deposit_files, deposit_steps, facts
from archive.views.deposit_words import holder_sentence, saved_sentence
from archive.views.limits import LIMITS

_WORTH_ADDING = 3


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """What to expect, and the button that gives an accession."""
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        deposition = depositing.start_deposition(user=request.user, template=request.POST.get("template") or None)
        return redirect(deposition)
    default = templates().default
    required = sum(1 for _, field in default.fields() if field.required)
    context = {
        "section": "deposit",
        "templates": templates().all(),
        "default": default,
        "required": required,
        "limits": LIMITS,
    }
    return render(request, "archive/deposit/start.html", context)


@login_required
@require_safe
def show(request: HttpRequest, accession: str) -> HttpResponse:
    """The page; `?was=` is asked by the page itself, which loads anew when the status is another one."""
    deposition = get_deposition(accession, request.user)
    if request.headers.get("HX-Request") and (was := request.GET.get("was")):
        is_same = depositions.status_of(deposition).status == was
        return HttpResponse(status=204) if is_same else HttpResponse(headers={"HX-Refresh": "true"})
    return render_page(request, deposition, {})


def render_page(
    request: HttpRequest, deposition: Deposition, extra: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """The page as it is now; `extra` carries what a form brought back."""
    deposition.refresh_from_db()
    rights = _rights(request, deposition)
    view = depositions.status_of(deposition)
    context = {
        "section": "deposit",
        "dataset": deposition.dataset,
        "deposition": deposition,
        "limits": LIMITS,
        "status": view,
        "holder": holder_sentence(view, may_act=rights["may_act"]),
        "saved": saved_sentence(deposition) if deposition.revision or deposition.dataset.title else "",
        "steps": deposit_steps.steps_of(deposition),
        "human": answer(deposition, "human_material") == "yes",
        "members": deposition.dataset.memberships.select_related("user").order_by("pk"),
        "read": deposit_files.read_from_files(deposition),
        **rights,
        **form_context(deposition, request.GET.get("more", ""), is_first_page=deposit_files.is_first_page(request)),
        **deposit_files.context(request, deposition),
        **extra,
    }
    if not context["may_edit"]:
        context["shown"] = facts.of_document(template_of(deposition), deposition.metadata)
    return render(request, "archive/deposit/page.html", context, status=status)


def answer(deposition: Deposition, field: str) -> Any:
    """One answer of the section that every template has."""
    study = deposition.metadata.get("study")
    return study.get(field) if isinstance(study, dict) else None


def _rights(request: HttpRequest, deposition: Deposition) -> dict[str, bool]:
    role = access.role_of(request.user, deposition.dataset)
    is_owner = role == DatasetRole.OWNER
    is_released = deposition.dataset.latest_version is not None
    return {
        "may_act": role in EDITING_ROLES,
        "may_edit": access.may_edit(request.user, deposition.dataset) and deposition.state in EDITABLE_DEPOSITIONS,
        "may_share": is_owner,
        "may_release": is_owner and deposition.state == DepositionState.READY and not deposition.is_human_material,
        "may_reopen": role in EDITING_ROLES
        and deposition.state in (DepositionState.READY, DepositionState.PROCESSING, DepositionState.SUBMITTED),
        "may_withdraw": is_owner and deposition.is_open and not is_released,
    }


def form_context(deposition: Deposition, more: str, *, is_first_page: bool = True) -> dict[str, Any]:
    """The metadata form with its problems: those that block only once the depositor has tried to submit."""
    template = template_of(deposition)
    found = validate(template, deposition.metadata, terms_of_document(deposition.metadata))
    is_returned = deposition.state == DepositionState.NEEDS_CHANGES or deposition.submitted_at is not None
    shown = [problem for problem in found if problem.blocks and (is_returned or problem.code != Code.REQUIRED)]
    sections = build_form(template, deposition.metadata, shown, more)
    return {
        "template": template,
        "sections": sections,
        "advanced_open": any(
            section.problems or section.is_filled or section.section.name == more.partition(".")[0]
            for section in sections
            if section.section.advanced
        ),
        "problems": _listed(deposition, shown, sections, is_first_page) if is_returned else [],
        **_meters(template, deposition, sections, found),
    }


def _listed(
    deposition: Deposition, problems: list[Problem], sections: tuple[SectionForm, ...], is_first_page: bool
) -> list[dict[str, str]]:
    """Everything that blocks, each with the way to its field, or to its file."""
    if deposition.state not in EDITABLE_DEPOSITIONS:
        return []
    found = [(problem.pointer, problem.message) for problem in problems]
    found += [(item["pointer"], item["message"]) for item in quality.blocking(quality.file_problems(deposition))]
    return linked(deposition, found, sections, is_first_page=is_first_page)


def linked(
    deposition: Deposition,
    problems: Sequence[tuple[str, str]],
    sections: tuple[SectionForm, ...],
    *,
    is_first_page: bool = True,
) -> list[dict[str, str]]:
    """Pointers and messages as the summary shows them."""
    files = deposit_files.places(deposition, is_first_page=is_first_page)
    return [{"href": _href(pointer, files, sections), "message": message} for pointer, message in problems]


def _href(pointer: str, files: Mapping[str, str], sections: tuple[SectionForm, ...]) -> str:
    if pointer.startswith("/files"):
        return files.get(pointer, "#files")
    return f"#{place_of(pointer, sections)}"


def _meters(
    template: Template, deposition: Deposition, sections: tuple[SectionForm, ...], found: tuple[Problem, ...]
) -> dict[str, Any]:
    complete = completeness(template, deposition.metadata)
    wrong = Counter(problem.pointer.split("/")[1] for problem in found if problem.blocks and problem.pointer)
    advanced = {section.name for section in template.sections if section.advanced}
    meters = []
    for entry in complete.sections:
        if entry.name in advanced and not entry.count.filled:
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


@login_required
@require_GET
def files(request: HttpRequest, accession: str) -> HttpResponse:
    return files_fragment(request, get_deposition(accession, request.user))


def files_fragment(request: HttpRequest, deposition: Deposition) -> HttpResponse:
    """The list of files, which asks for itself again while something moves."""
    context = {
        "dataset": deposition.dataset,
        "deposition": deposition,
        "limits": LIMITS,
        **_rights(request, deposition),
        **deposit_files.context(request, deposition),
    }
    return render(request, "archive/deposit/files.html", context)
