"""The link in a mail that ends mails of its kind: for people a page with a button, for mail programs one POST."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from archive.services import people
from archive.subscriptions import stopped_by


# Mail programs send no cookie and no token of a form (RFC 8058); the address itself is signed.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """A GET changes nothing: programs that look at links before people do would end mails."""
    person, kind = stopped_by(token)
    if request.method == "POST":
        people.mute_mails(user=person, names={*person.muted_mails, kind.name})
    context = {"kind": kind, "person": person, "is_stopped": kind.name in person.muted_mails}
    return render(request, "archive/stop_mails.html", context)
