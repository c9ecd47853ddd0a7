"""Nominating, and the page of one candidate with what may be done to it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from archive import access
from archive.errors import Invalid, NotFound, WrongState
from archive.models import Dataset
from archive.states import PortalRole
from curation import criteria
from curation.forms import add_problems
from curation.forms.candidates import NominateForm, PersonForm, ReasonForm
from curation.models import Candidate
from curation.models.candidate import Scope
from curation.selectors import candidates, technical
from curation.selectors import reviews as review_selectors
from curation.selectors.people import is_team, people_with, reviewers_for
from curation.services import acting, moving, nominating
from curation.workflow import WORDS, Action, ActionWords, CandidateState, Move, find

# The moves that the candidate's page offers as a form with a reason; the others have pages or buttons of their own.
_WITH_REASON = frozenset({Action.TRIAGE, Action.DECLINE, Action.RESUME, Action.REVOKE, Action.APPEAL})
_BUTTONS = frozenset({Action.CLAIM, Action.RELEASE, Action.START_REVIEW})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def nominate(request: HttpRequest, accession: str) -> HttpResponse:
    dataset = access.get_visible(Dataset.objects.all(), request.user, accession=accession)
    form = NominateForm(request.POST or None, dataset=dataset, initial={"images": request.GET.get("images", "")})
    if request.method == "POST" and form.is_valid():
        try:
            candidate = nominating.nominate(
                dataset=dataset,
                actor=request.user,
                reason=form.cleaned_data["reason"],
                component=form.cleaned_data.get("component", ""),
                images=form.accessions(),
            )
        except Invalid as error:
            add_problems(form, error)
        except WrongState as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{accession} is nominated. A curator looks at it next; you can follow it here.")
            return redirect(candidate)
    context = {
        "section": "curation",
        "dataset": dataset,
        "form": form,
        "open_candidate": candidates.open_of_dataset(dataset),
        "others": candidates.live_of_dataset(dataset).exclude(scope=Scope.DATASET).count(),
        "criteria": criteria.CURRENT,
    }
    return render(request, "curation/nominate.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def candidate(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, candidates.get_candidate(pk, request.user))


def _page(request: HttpRequest, found: Candidate, bound: dict | None = None) -> HttpResponse:
    """The candidate's page; `bound` are forms that came back with errors, by action."""
    bound = bound or {}
    moves = candidates.moves_for(found, request.user)
    allowed = {move.action for move in moves}
    reviews = review_selectors.of_candidate(found)
    sees_scores = review_selectors.may_see_scores(found, reviews, request.user)
    team = is_team(request.user)
    context = {
        "section": "curation",
        "candidate": found,
        "technical": technical.panel(found, request.user),
        "history": candidates.history(found, request.user),
        "forms": _reason_forms(found, moves, bound),
        "allowed": {str(action).replace("-", "_") for action in allowed},
        "team": team,
        "reviews": [review for review in reviews if review.round == found.round] if team else [],
        "progress": review_selectors.progress(reviews, found.round),
        # Once decided, it is no longer the question whether another review is needed.
        "assessment": review_selectors.assessment(reviews) if sees_scores and found.is_open else None,
        "own_review": review_selectors.own(found, request.user),
        "decision": candidates.last_decision(found),
        "invite_form": bound.get(Action.INVITE) or (_invite_form(found) if Action.INVITE in allowed else None),
        "assign_form": bound.get(Action.ASSIGN) or (_assign_form() if Action.ASSIGN in allowed else None),
    }
    return render(request, "curation/candidate.html", context, status=422 if bound else 200)


def _reason_forms(found: Candidate, moves: list[Move], bound: dict) -> list[tuple[Move, ActionWords, ReasonForm]]:
    """A form for each move that this page offers; what is in review is declined on the editor's page."""
    in_review = found.state == CandidateState.IN_REVIEW
    shown = [
        move for move in moves if move.action in _WITH_REASON and not (in_review and move.action is Action.DECLINE)
    ]
    return [
        (
            move,
            WORDS[move.action],
            bound.get(move.action) or ReasonForm(action=move.action, needs_reason=move.needs_reason),
        )
        for move in shown
    ]


def _invite_form(found: Candidate, data=None) -> PersonForm:
    return PersonForm(data, people=reviewers_for(found), label="Reviewer", prefix="invite")


def _assign_form(data=None) -> PersonForm:
    people = people_with(PortalRole.CURATOR, PortalRole.EDITOR)
    return PersonForm(data, people=people, label="Give it to", prefix="assign")


@require_POST
@login_required
def move(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Do one move of the table; what is missing comes back at its field."""
    found = candidates.get_candidate(pk, request.user)
    if action not in list(Action):
        raise NotFound("There is no such action. Go back to the candidate and choose one of its buttons.")
    wanted = Action(action)
    if wanted in acting.ABOUT_PEOPLE:
        return _with_person(request, found, wanted)
    if wanted in _BUTTONS:
        acting.act(candidate=found, actor=request.user, action=wanted)
        return _done(request, found, wanted)
    if wanted not in _WITH_REASON:
        raise NotFound("This action has a page of its own. Go back to the candidate and open it there.")
    return _with_reason(request, found, wanted)


def _with_reason(request: HttpRequest, found: Candidate, action: Action) -> HttpResponse:
    row = find(action, CandidateState(found.state))
    form = ReasonForm(request.POST, action=action, needs_reason=bool(row and row.needs_reason))
    if not form.is_valid():
        return _page(request, found, {action: form})
    reason = form.cleaned_data["reason"]
    try:
        if action is Action.REVOKE and "confirmed" not in request.POST:
            moving.require(candidate=found, action=action, actor=request.user, reason=reason)
            return render(
                request, "curation/revoke.html", {"section": "curation", "candidate": found, "reason": reason}
            )
        acting.act(candidate=found, actor=request.user, action=action, words=reason)
    except Invalid as error:
        add_problems(form, error)
        return _page(request, found, {action: form})
    return _done(request, found, action)


def _with_person(request: HttpRequest, found: Candidate, action: Action) -> HttpResponse:
    # First of all: the form that comes back with an error lists people, whom only those who may do this see.
    moving.permit(candidate=found, action=action, actor=request.user)
    form = _invite_form(found, request.POST) if action is Action.INVITE else _assign_form(request.POST)
    if not form.is_valid():
        return _page(request, found, {action: form})
    try:
        acting.act(candidate=found, actor=request.user, action=action, person=form.cleaned_data["person"])
    except Invalid as error:
        add_problems(form, error, {"reviewer": "person", "to": "person"})
        return _page(request, found, {action: form})
    return _done(request, found, action)


def _done(request: HttpRequest, found: Candidate, action: Action) -> HttpResponse:
    messages.success(request, f"{found.dataset.accession}: {WORDS[action].past.lower()}.")
    return redirect("curation:queue" if request.POST.get("next") == "queue" else found)
