"""Filling the deposit page from a publication's DOI or PubMed ID: what is found stands beside what is there; a person
chooses, and nothing that was typed is overwritten unasked."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from archive import access
from archive.errors import DomainError, Invalid, TooMany
from archive.interchange.publications.proposal import Proposal, changes, propose
from archive.metadata import Template
from archive.metadata.formdata import to_document
from archive.models import Deposition
from archive.selectors.depositions import get_deposition
from archive.selectors.templates import template_of
from archive.services import depositing
from archive.services.finding_publications import Lookup, find_publication, is_offered
from archive.states import EDITING_ROLES

# The place on the page; the button's address ends with it.
PLACE = "lookup"
# So many lines of a list are shown at once.
_SHOWN = 5


def blank() -> dict[str, Any]:
    """The question, before anybody asked it."""
    return {"is_offered": is_offered(), "text": ""}


@login_required
@require_POST
def lookup(request: HttpRequest, accession: str) -> HttpResponse:
    """The answer for a script: compared with what the form holds, which is not saved by it."""
    deposition = get_deposition(accession, request.user)
    access.require_role(request.user, deposition.dataset, EDITING_ROLES)
    document = to_document(template_of(deposition), dict(request.POST.lists()), deposition.metadata)
    context = {"lookup": answer_to(request, deposition, document), "dataset": deposition.dataset}
    return render(request, "archive/deposit/found.html", context)


lookup.is_part_of_a_page = True


def answer_to(request: HttpRequest, deposition: Deposition, document: Mapping[str, Any]) -> dict[str, Any]:
    """What to draw: the proposals, or the sentence why there are none."""
    text = request.POST.get("lookup", "").strip()
    said = {**blank(), "text": text}
    try:
        found = find_publication(text=text, user=request.user)
    except (Invalid, TooMany) as error:
        return {**said, "problem": str(error)}
    if found.publication is None:
        return {**said, "problem": found.sentence}
    proposals = _proposals(found, template_of(deposition), document)
    return {
        **said,
        "found": found.publication,
        "sentence": found.sentence,
        "proposals": [_shown(proposal) for proposal in proposals],
    }


def _proposals(found: Lookup, template: Template, document: Mapping[str, Any]) -> tuple[Proposal, ...]:
    section, study = template.section("study"), document.get("study")
    if section is None or found.publication is None:
        return ()
    fields = {field.name for field in section.fields}
    return propose(found.publication, study if isinstance(study, Mapping) else {}, fields)


def _shown(proposal: Proposal) -> dict[str, Any]:
    return {
        "name": proposal.name,
        "label": proposal.label,
        "is_safe": proposal.is_safe,
        "found": proposal.found[:_SHOWN],
        "found_more": proposal.found[_SHOWN:],
        "now": proposal.now[:_SHOWN],
        "now_more": len(proposal.now[_SHOWN:]),
    }


def take(request: HttpRequest, deposition: Deposition) -> HttpResponse:
    """Put what was chosen into the saved form, and go back to it."""
    back = redirect(reverse("archive:deposition", args=[deposition.dataset.accession]) + "#study")
    try:
        found = find_publication(text=request.POST.get("lookup", ""), user=request.user)
        proposals = _proposals(found, template_of(deposition), deposition.metadata)
        chosen = changes(proposals, request.POST.getlist("take"))
        depositing.save_metadata(deposition=deposition, user=request.user, revision=deposition.revision, changes=chosen)
    except DomainError as error:
        messages.error(request, str(error))
        return back
    labels = [proposal.label.lower() for proposal in proposals if f"study.{proposal.name}" in chosen]
    if found.publication is None:
        messages.error(request, found.sentence)
    elif not labels:
        messages.info(request, "Nothing was ticked, so that nothing was taken.")
    else:
        messages.success(request, f"Taken from {found.identifier}: {', '.join(labels)}. Check them, then go on.")
    return back
