"""The deposit page: one living page for everything about a deposition. Saving it is deposit_saving.py's."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from archive import access
from archive.forms.metadata import SectionForm, build_form, place_of
from archive.metadata import Code, Problem, Template, Tier
from archive.metadata.completeness import completeness
from archive.metadata.items import named_sections, names_of
from archive.metadata.validation import validate
from archive.models import Deposition, User
from archive.selectors import depositions, quality
from archive.selectors.depositions import get_deposition
from archive.selectors.people import open_invitations
from archive.selectors.pixel_sizes import contradictions
from archive.selectors.templates import newest_of, template_of, templates
from archive.selectors.terms import resolve_terms, terms_of_document
from archive.services import depositing, importing_folders
from archive.services.planning import latest_day
from archive.services.releasing import names_publication
from archive.states import EDITABLE_DEPOSITIONS, EDITING_ROLES, DatasetRole, DepositionState
from archive.views import deposit_files, deposit_lookup, deposit_steps, deposit_summary, deposit_tables, facts
from archive.views.deposit_words import holder_sentence, saved_sentence
from archive.views.doi_words import shown_dois
from archive.views.limits import LIMITS

_WORTH_ADDING = 3
# Of a list with more items the page shows the names alone; they are edited in a table.
MOST_CARDS = 30
# Own datasets that a new one is offered to begin like.
_LIKES = 30
# Advice that stands beside its field although it stops nobody.
_BESIDE_THE_FIELD = frozenset(
    {
        Code.TERM_FREE_TEXT,
        Code.TERM_VOCABULARY,
        Code.TERM_LABEL,
        Code.TERM_OBSOLETE,
        Code.TERM_UNCHECKED,
        Code.DATE_EARLY,
        Code.SIZE_DIFFERS,
    }
)


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """What to expect, and the button that gives an accession."""
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        return redirect(_started(request, request.user))
    default = templates().default
    required = completeness(default, {}).required.total
    context = {
        "section": "deposit",
        "templates": templates().all(),
        "default": default,
        "required": required,
        "limits": LIMITS,
        "likes": depositions.edited_by(request.user, _LIKES) if request.user.is_authenticated else (),
        "like": request.GET.get("like", ""),
    }
    return render(request, "archive/deposit/start.html", context)


def _started(request: HttpRequest, user: User) -> Deposition:
    if like := request.POST.get("like", ""):
        return depositing.start_like(user=user, like=get_deposition(like, user))
    return depositing.start_deposition(user=user, template=request.POST.get("template") or None)


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
    request: HttpRequest,
    deposition: Deposition,
    extra: Mapping[str, Any],
    *,
    status: int = 200,
    is_tried: bool = False,
) -> HttpResponse:
    """The page as it is now; `extra` carries what a form brought back. `is_tried`: it was to be submitted."""
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
        "human": deposit_summary.answer(deposition, "human_material") == "yes",
        "members": deposition.dataset.memberships.select_related("user").order_by("pk"),
        "read": deposit_files.read_from_files(deposition),
        "lookup": deposit_lookup.blank(),
        "dois": shown_dois(deposition.dataset, deposition.number),
        **rights,
        "invitations": open_invitations(deposition.dataset, request.user) if rights["may_share"] else (),
        **standing(request, deposition, more=request.GET.get("more", ""), is_tried=is_tried),
        **(files := deposit_files.context(request, deposition)),
        **deposit_tables.panel(deposition, files["counts"].total),
        **extra,
    }
    if deposit_summary.is_releasable(deposition):
        context["summary"] = deposit_summary.summary(deposition)
        context["latest_day"] = latest_day(deposition)
        context["has_publication"] = names_publication(deposition)
    if not context["may_edit"]:
        context["shown"] = facts.of_document(template_of(deposition), deposition.metadata)
    return render(request, "archive/deposit/page.html", context, status=status)


def _rights(request: HttpRequest, deposition: Deposition) -> dict[str, bool]:
    role = access.role_of(request.user, deposition.dataset)
    is_owner = role == DatasetRole.OWNER
    return {
        "may_act": role in EDITING_ROLES,
        "may_edit": access.may_edit(request.user, deposition.dataset) and deposition.state in EDITABLE_DEPOSITIONS,
        "may_share": is_owner,
        "may_import": importing_folders.may_import(request.user, deposition.dataset),
        "may_release": is_owner and deposit_summary.is_releasable(deposition),
        "may_reopen": role in EDITING_ROLES
        and deposition.state in (DepositionState.READY, DepositionState.PROCESSING, DepositionState.SUBMITTED),
        "may_withdraw": is_owner and deposition.is_open,
    }


def standing(request: HttpRequest, deposition: Deposition, *, more: str = "", is_tried: bool = False) -> dict[str, Any]:
    """Form, meters and list of problems as they are now: what the page and every answer to its scripts are drawn from.

    Everything that blocks is listed once the depositor has tried to submit, which the page itself says by `tried`.
    """
    is_tried = is_tried or bool(request.POST.get("tried") or request.GET.get("tried"))
    return form_context(deposition, more, is_tried=is_tried, is_first_page=deposit_files.is_first_page(request))


def form_context(
    deposition: Deposition, more: str = "", *, is_tried: bool = False, is_first_page: bool = True
) -> dict[str, Any]:
    """The metadata form with its problems: those of empty fields only once the depositor has tried to submit."""
    template = template_of(deposition)
    # Free text that is a term's name becomes the term when the form is saved: nothing has to be said of it.
    document = resolve_terms(template, deposition.metadata)
    found = validate(template, document, terms_of_document(document)) + contradictions(deposition)
    is_returned = is_tried or deposition.state == DepositionState.NEEDS_CHANGES or deposition.submitted_at is not None
    shown = [problem for problem in found if problem.blocks and (is_returned or problem.code != Code.REQUIRED)]
    advice = [problem for problem in found if problem.code in _BESIDE_THE_FIELD and not problem.blocks]
    sections = build_form(template, deposition.metadata, [*shown, *advice], more, most_cards=MOST_CARDS)
    return {
        "template": template,
        "sections": sections,
        "named": named_items(template, document),
        "advanced_open": any(
            section.problems or section.is_filled or section.section.name == more.partition(".")[0]
            for section in sections
            if section.section.advanced
        ),
        "is_tried": is_tried,
        "newest": newest if (newest := newest_of(deposition)).key != template.key else None,
        "newest_url": reverse("archive:deposition-template", args=[deposition.dataset.accession]),
        "problems": _listed(deposition, shown, sections, is_first_page) if is_returned else [],
        **_meters(template, deposition, sections, found),
    }


def named_items(template: Template, document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the items are called that others may name: suggestions for the fields that do."""
    return [
        {"section": section.name, "field": section.name_field, "names": names_of(template, document, section.name)}
        for section in template.sections
        if section.name in named_sections(template)
    ]


def _listed(
    deposition: Deposition, problems: list[Problem], sections: tuple[SectionForm, ...], is_first_page: bool
) -> list[dict[str, str]]:
    """Everything that blocks, each with the way to its field, or to its file."""
    if deposition.state not in EDITABLE_DEPOSITIONS:
        return []
    found = [(problem.pointer, problem.message) for problem in problems]
    # What is still on its way says so in the list of files.
    missing = [item for item in quality.arriving_problems(deposition) if item["code"] == "no-files"]
    of_files = [*missing, *quality.blocking(quality.file_problems(deposition))]
    found += [(item["pointer"], item["message"]) for item in of_files]
    return linked(deposition, found, sections, is_first_page=is_first_page)


def linked(
    deposition: Deposition,
    problems: Sequence[tuple[str, str]],
    sections: tuple[SectionForm, ...],
    *,
    is_first_page: bool = True,
) -> list[dict[str, str]]:
    """Pointers and messages as the summary shows them; those of a file begin with its path."""
    files = deposit_files.places(deposition, is_first_page=is_first_page)
    return [
        {"href": _href(pointer, files, sections), "path": path_in(pointer), "message": message}
        for pointer, message in problems
    ]


def path_in(pointer: str) -> str:
    """The file that a pointer names, if it names one."""
    path = pointer.removeprefix("/files/") if pointer.startswith("/files/") else ""
    return path.replace("~1", "/").replace("~0", "~")


def _href(pointer: str, files: Mapping[str, str], sections: tuple[SectionForm, ...]) -> str:
    if pointer.startswith("/files"):
        return files.get(pointer, "#files")
    return f"#{place_of(pointer, sections)}"


def _meters(
    template: Template, deposition: Deposition, sections: tuple[SectionForm, ...], found: tuple[Problem, ...]
) -> dict[str, Any]:
    complete = completeness(template, deposition.metadata, [problem.pointer for problem in found if problem.blocks])
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


files.is_part_of_a_page = True


def files_fragment(
    request: HttpRequest, deposition: Deposition, extra: Mapping[str, Any] = MappingProxyType({})
) -> HttpResponse:
    """The list of files, which asks for itself again while something moves, with all that follows from the files."""
    context = {
        "dataset": deposition.dataset,
        "deposition": deposition,
        "limits": LIMITS,
        "read": deposit_files.read_from_files(deposition),
        **_rights(request, deposition),
        **standing(request, deposition),
        **deposit_files.context(request, deposition),
        **extra,
    }
    return render(request, "archive/deposit/files_answer.html", context)
