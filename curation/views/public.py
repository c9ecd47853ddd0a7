"""What everybody reads: labels, decisions, criteria, the policy and the workflow."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from archive.errors import Invalid, NotFound
from archive.models import Image
from archive.selectors.datasets import covers
from curation import criteria as criteria_sets
from curation import diagram
from curation.forms import add_problems
from curation.forms.candidates import ReasonForm
from curation.labels import BY_KIND, LabelKind
from curation.models import Label
from curation.selectors import candidates, coverage, labels, technical
from curation.selectors.coverage import Coverage
from curation.services import deciding
from curation.workflow import Action

PAGE = 30


@require_safe
def labels_page(request: HttpRequest) -> HttpResponse:
    context = {
        "section": "labels",
        "counts": labels.counts(request.user),
        "decisions": labels.decisions(request.user)[:8],
        "latest": _with_pictures(request, list(labels.wearing(request.user, LabelKind.REFERENCE)[:8])),
    }
    return render(request, "curation/labels.html", context)


@require_safe
def label(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in list(LabelKind):
        raise NotFound("There is no such label. The labels page lists all of them.")
    page = Paginator(labels.wearing(request.user, LabelKind(kind)), PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "labels",
        "declaration": BY_KIND[LabelKind(kind)],
        "page": page,
        "worn": _with_pictures(request, list(page)),
    }
    return render(request, "curation/label.html", context)


def _with_pictures(request: HttpRequest, worn: list[Label]) -> list[tuple[Label, Image | None, Coverage | None]]:
    """Each label with a picture of its dataset, and with how much of the dataset carries it."""
    ids = [one.dataset_id for one in worn]
    pictures, covered = covers(ids, request.user), coverage.coverage(ids)
    return [(one, pictures.get(one.dataset_id), covered.get(one.dataset_id)) for one in worn]


@require_safe
def decisions(request: HttpRequest) -> HttpResponse:
    page = Paginator(labels.decisions(request.user), PAGE).get_page(request.GET.get("page"))
    return render(request, "curation/decisions.html", {"section": "labels", "page": page})


@require_safe
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    found = labels.get_decision(pk, request.user)
    candidate = found.candidate
    counted = labels.reviews_of(found)
    label, covered = labels.label_of(found), coverage.coverage([candidate.dataset_id]).get(candidate.dataset_id)
    context = {
        "section": "labels",
        "decision": found,
        "candidate": candidate,
        "scores": labels.scores_of(counted, found.criteria_version) if counted else None,
        "warned": sum(bool(review.warnings) for review in counted),
        "conflicts": labels.conflicts_before(found),
        "label": label,
        "badge": covered.words if covered else "Reference",
        "later": labels.later(found),
        "history": candidates.history(candidate, request.user, public=True),
        "technical": technical.panel(candidate, request.user),
        "may_appeal": candidate.is_decided,
    }
    return render(request, "curation/decision.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    found = labels.get_decision(pk, request.user)
    form = ReasonForm(request.POST or None, action=Action.APPEAL, needs_reason=True)
    if request.method == "POST" and form.is_valid():
        try:
            deciding.appeal(candidate=found.candidate, actor=request.user, reason=form.cleaned_data["reason"])
        except Invalid as error:
            add_problems(form, error)
        else:
            messages.success(request, "Your appeal is on record. An editor who took no part answers it in public.")
            return redirect(found)
    context = {"section": "labels", "decision": found, "candidate": found.candidate, "form": form}
    return render(request, "curation/appeal.html", context, status=422 if form.errors else 200)


@require_safe
def criteria(request: HttpRequest, version: int | None = None) -> HttpResponse:
    found = criteria_sets.VERSIONS.get(version or criteria_sets.CURRENT.version)
    if found is None:
        raise NotFound("There is no such version of the criteria. Read the present one.")
    context = {
        "section": "labels",
        "criteria": found,
        "versions": criteria_sets.VERSIONS.values(),
        "rules": criteria_sets.RULES,
        "source_doi": criteria_sets.SOURCE_DOI,
        "score_words": criteria_sets.SCORE_WORDS.items(),
    }
    return render(request, "curation/criteria.html", context)


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    return render(request, "curation/policy.html", {"section": "labels", "rules": criteria_sets.RULES})


@require_safe
def workflow(request: HttpRequest) -> HttpResponse:
    context = {"section": "curation", "diagram": diagram.draw(), "rows": diagram.rows()}
    return render(request, "curation/workflow.html", context)
