"""The table of files on the deposit page: taken away filled in, uploaded, looked at, applied and undone."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from archive import access, table_delivery
from archive.errors import DomainError, Invalid
from archive.models import Deposition, FileTable
from archive.selectors import file_tables as selectors
from archive.selectors.depositions import get_deposition
from archive.services import file_tables
from archive.states import EDITABLE_DEPOSITIONS, FileTableState
from archive.table_delivery import filled_response, problems_response
from archive.views.table_words import STATE_WORDS, columns_of, problem_rows, summary_of

_BUSY = {str(state) for state in file_tables.AT_WORK}


def panel(deposition: Deposition, file_count: int) -> dict[str, Any]:
    """What the deposit page says of tables."""
    latest = selectors.tables_of(deposition).exclude(state=FileTableState.DISCARDED).first()
    return {
        "file_table": latest,
        "file_table_words": STATE_WORDS[FileTableState(latest.state)] if latest else None,
        "file_table_forms": ["csv", "tsv", *(["xlsx"] if file_count <= table_delivery.MOST_WORKBOOK_ROWS else [])],
    }


@login_required
@require_safe
def download(request: HttpRequest, accession: str) -> HttpResponseBase:
    """One row for each file, with what is known of it and what its path suggests."""
    deposition = get_deposition(accession, request.user)
    return filled_response(deposition, request.GET.get("as", "csv"))


@login_required
@require_POST
def upload(request: HttpRequest, accession: str) -> HttpResponse:
    deposition = get_deposition(accession, request.user)
    chosen = request.FILES.get("table")
    try:
        if chosen is None:
            raise Invalid("No table was chosen. Choose one, then upload it.")
        name = chosen.name or ""
        table = file_tables.upload_table(deposition=deposition, user=request.user, name=name, content=chosen)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect(reverse("archive:deposition", args=[accession]) + "#file-table")
    return redirect("archive:file-table", accession, table.pk)


@login_required
@require_safe
def show(request: HttpRequest, accession: str, table_id: int) -> HttpResponse:
    """How far a table is, and what it would do: the preview."""
    deposition = get_deposition(accession, request.user)
    table = selectors.get_table(deposition, table_id)
    undoable = selectors.undoable_table(deposition)
    context = {
        "section": "deposit",
        "dataset": deposition.dataset,
        "deposition": deposition,
        "table": table,
        "is_busy": table.state in _BUSY,
        "words": STATE_WORDS[FileTableState(table.state)],
        "summary": summary_of(table),
        "columns": columns_of(table),
        "problems": problem_rows(table),
        "problem_count": table.counts.get("errors", 0) + table.counts.get("hints", 0),
        "may_act": access.may_edit(request.user, deposition.dataset) and deposition.state in EDITABLE_DEPOSITIONS,
        "may_undo": undoable is not None and undoable.pk == table.pk,
    }
    return render(request, "archive/deposit/table.html", context)


@login_required
@require_POST
def answer(request: HttpRequest, accession: str, table_id: int) -> HttpResponse:
    """Apply, apply the good rows, discard or undo."""
    deposition = get_deposition(accession, request.user)
    table = selectors.get_table(deposition, table_id)
    try:
        _do(request, deposition, table)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("archive:file-table", accession, table_id)


def _do(request: HttpRequest, deposition: Deposition, table: FileTable) -> None:
    word = request.POST.get("answer", "")
    known = {"deposition": deposition, "user": request.user, "table": table}
    if word in ("apply", "apply-good"):
        file_tables.begin_to_apply(**known, good_rows_only=word == "apply-good")
    elif word == "discard":
        file_tables.discard_table(**known)
        messages.success(request, "The table is discarded; nothing of it was applied.")
    elif word == "undo":
        file_tables.begin_to_undo(**known)
    else:
        raise Invalid("Say what to do with the table: apply, apply-good, discard or undo.")


@login_required
@require_safe
def problems(request: HttpRequest, accession: str, table_id: int) -> HttpResponseBase:
    """Everything that was found in a table, as a table."""
    deposition = get_deposition(accession, request.user)
    table = selectors.get_table(deposition, table_id)
    return problems_response(table, request.GET.get("as", "csv"))
