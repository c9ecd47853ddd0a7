"""A deposition that a broker prepared, opened by its link: what it holds, and the button that begins it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from archive.selectors.templates import get_template
from archive.services import brokering
from archive.views import facts


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever has the link reads what was prepared; to begin with it takes an account."""
    found = brokering.handover_behind(token)
    if found.dataset and request.user.is_authenticated:
        return redirect("archive:deposition", found.dataset.accession)
    if request.method == "POST" and request.user.is_authenticated:
        deposition = brokering.take(token=token, user=request.user)
        messages.success(request, f"{deposition.dataset.accession} is yours. What was known of it stands in the form.")
        return redirect(deposition)
    template = get_template(found.template)
    study = found.metadata.get("study") or {}
    context = {
        "section": "deposit",
        "handover": found,
        "template": template,
        "title": study.get("title", ""),
        "description": study.get("description", ""),
        "authors": study.get("authors") or [],
        "prepared": facts.of_document(template, found.metadata),
    }
    return render(request, "archive/handover.html", context)
