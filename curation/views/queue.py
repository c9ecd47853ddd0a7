"""The queue for the team, and for everybody else what concerns them."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from curation.forms.queue import filters_of
from curation.selectors import queue as selectors
from curation.selectors.people import is_team


@require_safe
@login_required
def queue(request: HttpRequest) -> HttpResponse:
    if not is_team(request.user):
        context = {
            "section": "curation",
            "reviews": selectors.mine(request.user),
            "nominations": selectors.nominated_by(request.user),
            "deposits": selectors.of_depositor(request.user),
        }
        return render(request, "curation/mine.html", context)
    filters = filters_of(request.GET)
    context = {
        "section": "curation",
        "queue": selectors.queue(request.user, filters),
        "sorts": [(sort.value, words, sort is filters.sort) for sort, words in selectors.SORT_WORDS.items()],
    }
    return render(request, "curation/queue.html", context)
