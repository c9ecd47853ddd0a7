"""Releasing a deposition: what becomes public, looked at once more; then now, after a question, or on a day to come."""

import datetime as dt
from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from archive import access
from archive.errors import DomainError, FieldProblem, Invalid, WrongState
from archive.models import Deposition, Version
from archive.selectors.depositions import get_deposition
from archive.services import awaiting, releasing
from archive.states import DatasetRole
from archive.views.deposit import render_page
from archive.views.deposit_summary import is_releasable, summary


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def release(request: HttpRequest, accession: str) -> HttpResponse:
    """The question whether it is meant, which a link leads to; and its answer, or a day, which a form sends."""
    deposition = get_deposition(accession, request.user)
    if request.method == "POST":
        return _release(request, deposition)
    is_owner = access.role_of(request.user, deposition.dataset) == DatasetRole.OWNER
    if not (is_owner and is_releasable(deposition)):
        return redirect(deposition)
    return _question(request, deposition, {})


def _question(
    request: HttpRequest, deposition: Deposition, extra: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    context = {
        "section": "deposit",
        "dataset": deposition.dataset,
        "deposition": deposition,
        "summary": summary(deposition),
        "has_publication": releasing.names_publication(deposition),
        **extra,
    }
    return render(request, "archive/deposit/release.html", context, status=status)


def _release(request: HttpRequest, deposition: Deposition) -> HttpResponse:
    action = request.POST.get("action", "")
    try:
        version, sentence = _ACTIONS.get(action, _on_a_day)(request, deposition)
    except Invalid as error:
        # It came from the question whether it is meant, or from the deposition's page.
        show = render_page if action or request.POST.get("release_on") else _question
        return show(request, deposition, _given_back(request, error), status=422)
    except WrongState as error:
        return render_page(request, deposition, _given_back(request, error), status=409)
    if version is None:
        messages.success(request, sentence)
        return redirect(deposition)
    messages.success(request, f"Released. Cite it as {version.dataset.accession}, version {version.number}.")
    return redirect(version.dataset)


def _on_a_day(request: HttpRequest, deposition: Deposition) -> tuple[Version | None, str]:
    """Or now, where no day is given."""
    day = _day(request)
    version = releasing.release_deposition(
        deposition=deposition,
        user=request.user,
        release_on=day,
        **_words(request, "change_note", "reason", "no_publication"),
    )
    sentence = f"It becomes public on {day:%-d %B %Y}. You can release it earlier, or change the day." if day else ""
    return version, sentence


def _when_it_appears(request: HttpRequest, deposition: Deposition) -> tuple[Version | None, str]:
    expected = request.POST.get("expected", "")
    words = _words(request, "change_note", "reason")
    awaiting.await_publication(deposition=deposition, user=request.user, expected=expected, **words)
    day = f"at the latest on {deposition.release_on:%-d %B %Y}"
    if deposition.expected_publication:
        return None, f"It becomes public when {deposition.expected_publication} is found, {day}."
    return None, f"It becomes public when you say here that the publication is out, {day}."


def _it_is_out(request: HttpRequest, deposition: Deposition) -> tuple[Version | None, str]:
    words = _words(request, "change_note")
    identifier = request.POST.get("expected", "")
    return awaiting.say_it_is_out(deposition=deposition, user=request.user, identifier=identifier, **words), ""


def _words(request: HttpRequest, *names: str) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in names}


_ACTIONS = {"await": _when_it_appears, "out": _it_is_out}


def _given_back(request: HttpRequest, error: DomainError) -> dict[str, object]:
    """What was typed, and the sentence beside its field; what is about none of them stands above."""
    problems = error.problems if isinstance(error, Invalid) else ()
    wrong = {problem.pointer.removeprefix("/"): problem.message for problem in problems} or {"all": str(error)}
    typed = ("release_on", "expected", "reason", "change_note", "no_publication")
    return {"wrong": wrong, **_words(request, *typed)}


def _day(request: HttpRequest) -> dt.date | None:
    """The day that was chosen; none where the button was the one that releases now."""
    if request.POST.get("action") != "plan" and not request.POST.get("release_on"):
        return None
    try:
        day = dt.date.fromisoformat(request.POST.get("release_on", ""))
    except ValueError as error:
        raise _no_day("The release date must be a day, as 2027-03-01. Choose one.") from error
    if day <= timezone.localdate():
        raise _no_day("This day is not to come. Choose a later one, or release it now.")
    return day


def _no_day(sentence: str) -> Invalid:
    return Invalid(sentence, [FieldProblem("/release_on", sentence)])
