"""The items of a repeated section as a table, such as all biosamples: the same fields and names as their cards."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from archive import access
from archive.errors import WrongState
from archive.forms.metadata import Control, Row, SectionForm, build_form
from archive.metadata import Section, Template
from archive.metadata.formdata import to_document
from archive.metadata.model import RECORD_LIST_TYPES, RECORD_TYPES, Document
from archive.metadata.validation import validate
from archive.models import Deposition
from archive.selectors.depositions import get_deposition
from archive.selectors.templates import template_of
from archive.selectors.terms import resolve_terms, terms_of_document
from archive.states import EDITABLE_DEPOSITIONS
from archive.views.deposit import named_items
from archive.views.deposit_saving import save_form, typed_in
from archive.views.deposit_words import saved_sentence

# Empty lines below the last one, for who has no scripts; with them more come as they are pasted.
_SPARE = 3
_RECORDS = RECORD_TYPES | RECORD_LIST_TYPES


@dataclass(frozen=True)
class Line:
    """`kept` is what a cell has no room for: it travels with the line, also where it is empty, and moves with it."""

    number: int | str
    cells: tuple[Control, ...]
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def counter(self) -> int | str:
        """Its place, as people count."""
        return self.number + 1 if isinstance(self.number, int) else "__count__"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def table(request: HttpRequest, accession: str, name: str) -> HttpResponse:
    deposition = get_deposition(accession, request.user)
    section = template_of(deposition).section(name)
    if section is None or not section.repeat:
        raise Http404("This template has no such list of items.")
    if request.method == "POST":
        return _save(request, deposition, section)
    if not (access.may_edit(request.user, deposition.dataset) and deposition.state in EDITABLE_DEPOSITIONS):
        return redirect(deposition)
    return _page(request, deposition, section, deposition.metadata)


def _save(request: HttpRequest, deposition: Deposition, section: Section) -> HttpResponse:
    template = template_of(deposition)
    try:
        save_form(request, deposition, resolve=True)
    except WrongState as error:
        deposition.refresh_from_db()
        mine = to_document(template, typed_in(request), deposition.metadata)
        return _page(request, deposition, section, mine, str(error), status=409)
    messages.success(request, "Saved.")
    done = request.POST.get("action") == "back"
    return redirect(f"{deposition.get_absolute_url()}#{section.name}" if done else request.path)


def _page(
    request: HttpRequest,
    deposition: Deposition,
    section: Section,
    document: Mapping[str, Any],
    conflict: str = "",
    *,
    status: int = 200,
) -> HttpResponse:
    template = template_of(deposition)
    value = document.get(section.name)
    items = value if isinstance(value, list) else []
    form = _form(template, section, {**document, section.name: [*items, *({} for _ in range(_SPARE))]})
    lines = [_line(row, section, items) for row in form.rows]
    context = {
        "section": "deposit",
        "dataset": deposition.dataset,
        "deposition": deposition,
        "form": form,
        "fields": [field for field in section.fields if field.type not in _RECORDS],
        "beside": [field.label for field in section.fields if field.type in _RECORDS],
        "lines": lines,
        "blank": _line(form.blank, section, items) if form.blank else None,
        "wrong": [(line, cell) for line in lines for cell in line.cells if cell.problem],
        "named": named_items(template, document),
        "saved": saved_sentence(deposition) if deposition.revision else "",
        "conflict": conflict,
    }
    return render(request, "archive/deposit/items.html", context, status=status)


def _form(template: Template, section: Section, document: Document) -> SectionForm:
    """With all that blocks; a line without a word in it lacks nothing."""
    resolved = resolve_terms(template, document)
    found = validate(template, resolved, terms_of_document(resolved))
    return next(form for form in build_form(template, document, found) if form.section is section)


def _line(row: Row, section: Section, items: list[Any]) -> Line:
    cells = {control.field.name: control for control in (*row.controls, *row.more)}
    item = items[row.number] if isinstance(row.number, int) and row.number < len(items) else {}
    told = item if isinstance(item, Mapping) else {}
    kept = [
        (cells[field.name].name, json.dumps(told[field.name], ensure_ascii=False) if told.get(field.name) else "")
        for field in section.fields
        if field.type in _RECORDS
    ]
    shown = (cells[field.name] for field in section.fields if field.type not in _RECORDS)
    return Line(row.number, tuple(shown), tuple(kept))
