"""What administrators and curators see of the running portal."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from archive import access
from archive.selectors import free_terms as free
from archive.services import compacting


@require_safe
@login_required
def storage(request: HttpRequest) -> HttpResponse:
    """What was sent, what it takes, and what compression saves."""
    access.require_administrator(request.user)
    room = compacting.room()
    context = {
        "room": room,
        "is_saving": room.saved >= 0,
        "difference": abs(room.saved),
        "compressed": compacting.compressed_count(),
        "waiting": compacting.candidates().count(),
    }
    return render(request, "archive/storage.html", context)


@require_safe
@login_required
def free_terms(request: HttpRequest) -> HttpResponse:
    """What stands in term fields and is no term, the most frequent first; with `exact` the datasets of one."""
    access.require_curator(request.user)
    asked = {name: request.GET.get(name, "").replace("\0", "").strip()[:500] for name in ("field", "words", "dataset")}
    rows, total = free.free_term_counts(
        request.user, field=asked["field"], words=asked["words"], accession=asked["dataset"]
    )
    is_one = bool(request.GET.get("exact") and asked["field"] and asked["words"])
    context = {
        **asked,
        "rows": rows,
        "total": total,
        "is_cut": total > len(rows),
        "fields": {path: label for path, (label, _) in free.term_fields().items()},
        "is_one": is_one,
        "datasets": free.datasets_with_free_term(request.user, field=asked["field"], words=asked["words"])
        if is_one
        else [],
    }
    return render(request, "archive/free_terms.html", context)
