"""What the depositor answers where files look like one image: a plain form; a script gets the list of files."""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from archive.errors import Invalid, WrongState
from archive.models import Deposition
from archive.selectors import groupings
from archive.selectors.depositions import get_deposition
from archive.services import joining
from archive.services.joining import Answer
from archive.views.deposit import files_fragment


@login_required
@require_POST
def answer(request: HttpRequest, accession: str) -> HttpResponse:
    """Yes, no or undo: for the groups that are named, or for all of one pattern in one state."""
    deposition = get_deposition(accession, request.user)
    try:
        joining.answer_groupings(
            deposition=deposition, user=request.user, answer=_said(request), groupings=_meant(request, deposition)
        )
    except (Invalid, WrongState) as problem:
        return _refused(request, deposition, str(problem))
    if request.headers.get("HX-Request"):
        return files_fragment(request, deposition)
    return _back(accession)


def _said(request: HttpRequest) -> Answer:
    word = request.POST.get("answer", "")
    if word not in list(Answer):
        raise Invalid("Say whether the files are one image: yes, no, or undo.")
    return Answer(word)


def _meant(request: HttpRequest, deposition: Deposition) -> Sequence[int]:
    named = [int(word) for word in request.POST.getlist("grouping") if word.isascii() and word.isdecimal()]
    if named or not request.POST.get("pattern"):
        return named
    rows = groupings.groupings_of(deposition)
    alike = rows.filter(pattern=request.POST["pattern"], state=request.POST.get("state", ""))
    return list(alike.values_list("pk", flat=True))


def _refused(request: HttpRequest, deposition: Deposition, sentence: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return files_fragment(request, deposition, {"grouping_problem": sentence})
    messages.error(request, sentence)
    return _back(deposition.dataset.accession)


def _back(accession: str) -> HttpResponse:
    return redirect(reverse("archive:deposition", args=[accession]) + "#groups")
