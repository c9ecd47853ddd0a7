"""Saving the deposit page: the whole form, or a little at a time. Nothing that was typed is ever dropped."""

import re
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from archive.errors import DomainError, EditConflict, Invalid, NotAllowed, WrongState
from archive.forms.metadata import build_form, readable
from archive.metadata import Template
from archive.metadata.formdata import to_document
from archive.metadata.items import follow_renames
from archive.models import Deposition
from archive.selectors.depositions import get_deposition
from archive.selectors.templates import template_of
from archive.selectors.terms import resolve_terms
from archive.services import depositing
from archive.services.editing import changed_fields
from archive.states import EDITABLE_DEPOSITIONS
from archive.views import deposit_files
from archive.views.deposit import MOST_CARDS, linked, render_page, show, standing
from archive.views.deposit_lookup import answer_to, take
from archive.views.deposit_words import saved_sentence

_ROW = re.compile(r"[a-z_]+(\.[a-z_0-9]+)*\.[0-9]{1,5}")


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, accession: str) -> HttpResponse:
    """The deposit page, and the form that it sends."""
    return save_whole(request, accession) if request.method == "POST" else show(request, accession)


@login_required
def save_whole(request: HttpRequest, accession: str) -> HttpResponse:
    """The form as a form: save, then submit, or add or take away a row, if that was the button."""
    deposition = get_deposition(accession, request.user)
    try:
        deposition = save_form(request, deposition, resolve=True)
    except WrongState as error:
        return _conflict(request, deposition, error)
    address = reverse("archive:deposition", args=[accession])
    if more := request.POST.get("more"):
        return redirect(f"{address}?more={more}#{_place(more)}")
    if remove := request.POST.get("remove"):
        return redirect(f"{address}#{_place(remove.rpartition('.')[0])}")
    if act := _ACTIONS.get(request.POST.get("action", "")):
        return act(request, deposition)
    messages.success(request, "Saved. You can leave now and go on later.")
    return redirect(address)


def _place(name: str) -> str:
    """The id of the list with this name: a field's, or a section's."""
    return "f-" + name.replace(".", "-") if "." in name else name


def typed_in(request: HttpRequest) -> dict[str, list[str]]:
    """What the form holds, without the row that its button takes away."""
    typed = dict(request.POST.lists())
    remove = request.POST.get("remove", "")
    if not _ROW.fullmatch(remove):
        return typed
    return {name: values for name, values in typed.items() if not name.startswith(f"{remove}.")}


def save_form(request: HttpRequest, deposition: Deposition, *, resolve: bool) -> Deposition:
    """Store what the form says, whatever it is. Raises EditConflict."""
    template = template_of(deposition)
    document = to_document(template, typed_in(request), deposition.metadata)
    document = follow_renames(template, deposition.metadata, document)
    if resolve:
        document = resolve_terms(template, document)
    revision = request.POST.get("revision", "")
    return depositing.save_metadata(
        deposition=deposition,
        user=request.user,
        revision=int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else -1,
        document=document,
    )


def _submit(request: HttpRequest, deposition: Deposition) -> HttpResponse:
    try:
        depositing.submit_deposition(deposition=deposition, user=request.user)
    except Invalid as error:
        context = standing(request, deposition, is_tried=True)
        found = [(problem.pointer, problem.message) for problem in error.problems]
        extra = {"problems": linked(deposition, found, context["sections"])}
        return render_page(request, deposition, extra, status=422, is_tried=True)
    messages.success(request, "Submitted. Files and metadata are being checked; this page tells you how it goes.")
    return redirect(deposition)


def _look_up(request: HttpRequest, deposition: Deposition) -> HttpResponse:
    """The page again, with what the publication offers."""
    return render_page(request, deposition, {"lookup": answer_to(request, deposition, deposition.metadata)})


# Buttons that do something after the form is saved.
_ACTIONS = {"submit": _submit, "lookup": _look_up, "take": take}


def _conflict(request: HttpRequest, deposition: Deposition, error: WrongState) -> HttpResponse:
    """It was saved or submitted elsewhere: the form keeps this person's text, and what is saved stands above it."""
    template = template_of(deposition)
    typed = typed_in(request)
    deposition.refresh_from_db()
    mine = to_document(template, typed, deposition.metadata)
    extra = {
        "sections": build_form(template, mine, most_cards=MOST_CARDS),
        "problems": [],
        "conflict": {
            "sentence": str(error),
            "own": isinstance(error, EditConflict) and error.own,
            "rows": _differences(template, deposition.metadata, mine),
        },
        "may_edit": True,
        "may_save": deposition.state in EDITABLE_DEPOSITIONS,
    }
    return render_page(request, deposition, extra, status=409)


def _differences(template: Template, theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> list[dict[str, str]]:
    """Each field that differs, with what is saved now."""
    rows = []
    for name in changed_fields(theirs, mine):
        section, _, field = name.partition(".")
        declared = template.field(name) if field else None
        value = theirs.get(section)
        value = value.get(field) if field and isinstance(value, Mapping) else value
        label = declared.label if declared else next((s.label for s in template.sections if s.name == section), section)
        rows.append({"label": label, "place": _place(name), "saved": readable(value) or "nothing"})
    return rows


@login_required
@require_POST
def save(request: HttpRequest, accession: str) -> HttpResponse:
    """Autosave: JSON with the new revision, what to say, the meters, and what is wrong with what is filled in."""
    deposition = get_deposition(accession, request.user)
    try:
        deposition = save_form(request, deposition, resolve=False)
    except DomainError as error:
        status = 409 if isinstance(error, WrongState) else 403 if isinstance(error, NotAllowed) else 400
        return JsonResponse({"detail": str(error), "conflict": isinstance(error, EditConflict)}, status=status)
    context = standing(request, deposition) | {**deposit_files.tally(deposition), "may_edit": True}
    controls = [control for form in context["sections"] for control in form.all_controls]
    return JsonResponse(
        {
            "revision": deposition.revision,
            "saved": saved_sentence(deposition),
            "saved_at": deposition.updated_at.isoformat(),
            "title": deposition.dataset.title,
            "parts": {
                "meters": render_to_string("archive/deposit/meters.html", context, request),
                "problem-list": render_to_string("archive/deposit/problems.html", context, request),
            },
            "problems": {control.name: control.problem for control in controls if control.problem},
            "notes": {control.name: control.note for control in controls if control.note and not control.problem},
        }
    )
