"""Letters between a dataset's people and the curators: the thread, the curators' list, the answer by a mail's link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from archive.errors import Invalid, TooMany
from archive.selectors.messages import answered_threads, thread_of, waiting_threads
from archive.selectors.paging import page_of
from archive.services import conversing

PAGE = 50


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def thread(request: HttpRequest, accession: str) -> HttpResponse:
    found = thread_of(accession, request.user)
    context = {"section": "deposit", "thread": found, "longest": conversing.LONGEST}
    if request.method != "POST":
        return render(request, "archive/messages/thread.html", context)
    text, is_note = request.POST.get("text", ""), request.POST.get("action") == "note"
    try:
        send = conversing.note if is_note else conversing.write
        send(dataset=found.dataset, author=request.user, text=text)
    except (Invalid, TooMany) as error:
        field = "note" if is_note else "text"
        context |= {f"{field}_problem": _sentence(error), f"{field}_typed": text}
        return render(request, "archive/messages/thread.html", context, status=_status(error))
    messages.success(request, "Noted." if is_note else "Sent.")
    return redirect("archive:messages", accession)


@never_cache
@login_required
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for a curator's answer, or what was answered."""
    is_answered = request.GET.get("show") == "answered"
    rows, order = (answered_threads, "-pk") if is_answered else (waiting_threads, "pk")
    page = page_of(rows(request.user), order=(order,), cursor=request.GET.get("cursor", ""), size=PAGE)
    show = "show=answered&" if is_answered else ""
    context = {
        "section": "curation",
        "letters": page.items,
        "is_answered": is_answered,
        "previous": "" if page.first else f"?{show}",
        "next": f"?{show}cursor={page.next_cursor}" if page.next_cursor else "",
    }
    return render(request, "archive/messages/inbox.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, token: str) -> HttpResponse:
    """For whoever reads the mail: no account is asked, as for a link that resets a password."""
    invited = conversing.invited_by(token)
    context = {"section": "deposit", "message": invited.message, "person": invited.person}
    if request.method != "POST":
        return render(request, "archive/messages/reply.html", context)
    text = request.POST.get("text", "")
    try:
        conversing.answer(token=token, text=text)
    except (Invalid, TooMany) as error:
        context |= {"text_problem": _sentence(error), "text_typed": text}
        return render(request, "archive/messages/reply.html", context, status=_status(error))
    return render(request, "archive/messages/reply.html", context | {"is_sent": True})


def _sentence(error: Invalid | TooMany) -> str:
    return error.problems[0].message if isinstance(error, Invalid) and error.problems else str(error)


def _status(error: Invalid | TooMany) -> int:
    return 422 if isinstance(error, Invalid) else 429
