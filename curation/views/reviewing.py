"""A reviewer's page, and the editor's."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from archive.errors import Invalid, WrongState
from curation import criteria
from curation.forms import add_problems
from curation.forms.candidates import DecideForm
from curation.forms.review import InterestForm, ReviewForm
from curation.models import Candidate, Review
from curation.models.review import Conflict
from curation.selectors import candidates, labels, technical
from curation.selectors import reviews as selectors
from curation.selectors.people import interest_warnings
from curation.services import deciding, moving, reviewing
from curation.workflow import Action


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def review(request: HttpRequest, pk: int) -> HttpResponse:
    candidate = candidates.get_candidate(pk, request.user)
    own = reviewing.own_review(candidate=candidate, actor=request.user)
    asked = criteria.VERSIONS[own.criteria_version]
    form = ReviewForm.of(own, asked)
    if request.method == "POST":
        form = ReviewForm(request.POST, asked=asked)
        if request.headers.get("HX-Request"):
            return _autosave(request, candidate, form)
        if form.is_valid() and _save(request, candidate, form):
            return redirect(own if request.POST.get("do") != "submit" else candidate)
    return _review_page(request, candidate, own, form)


def _autosave(request: HttpRequest, candidate: Candidate, form: ReviewForm) -> HttpResponse:
    """The part of the page that says when what is typed was saved, or why it was not."""
    context: dict[str, object] = {}
    if form.is_valid():
        try:
            context["review"] = reviewing.save_draft(
                candidate=candidate, actor=request.user, judgement=form.judgement()
            )
        except (Invalid, WrongState) as error:
            context["problem"] = str(error)
    else:
        context["problem"] = " ".join(str(sentence) for errors in form.errors.values() for sentence in errors)
    return render(request, "curation/partials/saved.html", context)


def _save(request: HttpRequest, candidate: Candidate, form: ReviewForm) -> bool:
    """Save or submit; what is missing is placed in the form."""
    submit = request.POST.get("do") == "submit"
    service = reviewing.submit_review if submit else reviewing.save_draft
    try:
        service(candidate=candidate, actor=request.user, judgement=form.judgement())
    except Invalid as error:
        form.place(error)
        return False
    messages.success(request, "Your review is in. Thank you." if submit else "Saved. Nobody else sees it yet.")
    return True


@require_POST
@login_required
def interest(request: HttpRequest, pk: int) -> HttpResponse:
    candidate = candidates.get_candidate(pk, request.user)
    own = reviewing.own_review(candidate=candidate, actor=request.user)
    form = InterestForm(request.POST)
    if not form.is_valid():
        return _review_page(request, candidate, own, None, form)
    conflict = form.cleaned_data["has_conflict"]
    reviewing.declare_interest(candidate=candidate, actor=request.user, has_conflict=conflict)
    if conflict:
        messages.success(request, "Thank you for saying so. Somebody else is asked to review it.")
        return redirect("curation:queue")
    return redirect(own)


def _review_page(
    request: HttpRequest, candidate: Candidate, own: Review, form: ReviewForm | None, interest_form=None
) -> HttpResponse:
    open_for_scores = own.conflict == Conflict.NONE and not own.is_submitted
    context = {
        "section": "curation",
        "candidate": candidate,
        "review": own,
        "form": form if open_for_scores else None,
        "interest_form": (interest_form or InterestForm()) if own.conflict == Conflict.UNANSWERED else None,
        "warnings": own.warnings or interest_warnings(request.user, candidate.dataset),
        "scores": labels.scores_of([own], own.criteria_version, names=True) if own.is_submitted else None,
        "technical": technical.panel(candidate, request.user),
        "progress": selectors.progress(selectors.of_candidate(candidate), candidate.round),
    }
    failed = bool((form and form.errors) or (interest_form and interest_form.errors))
    return render(request, "curation/review.html", context, status=422 if failed else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    candidate = candidates.get_candidate(pk, request.user)
    if request.method != "POST":
        moving.permit(candidate=candidate, action=Action.DEFER, actor=request.user)
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decision = deciding.decide(
                candidate=candidate,
                actor=request.user,
                outcome=form.cleaned_data.get("outcome", ""),
                rationale=form.cleaned_data["rationale"],
                deviation=form.cleaned_data["deviation"],
            )
        except Invalid as error:
            add_problems(form, error, {"reason": "rationale"})
        except WrongState as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "The decision is public.")
            return redirect(decision)
    return _decision_page(request, candidate, form)


def _decision_page(request: HttpRequest, candidate: Candidate, form: DecideForm) -> HttpResponse:
    found = selectors.of_candidate(candidate)
    visible = selectors.may_see_scores(candidate, found, request.user)
    standing = selectors.standing(found) if visible else []
    context = {
        "section": "curation",
        "candidate": candidate,
        "form": form,
        "scores": labels.scores_of(standing, candidate.criteria_version, names=True) if standing else None,
        "assessment": selectors.assessment(found) if visible else None,
        "warned": [review for review in standing if review.warnings],
        "progress": selectors.progress(found, candidate.round),
        "technical": technical.panel(candidate, request.user),
        "history": candidates.history(candidate, request.user),
    }
    return render(request, "curation/decide.html", context, status=422 if form.errors else 200)
