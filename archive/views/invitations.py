"""An invitation, opened by the link of its mail: what it is, and the button that accepts it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from archive.selectors.depositions import get_deposition
from archive.services import inviting


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever has the link reads who invites to what; to accept it takes an account."""
    made = inviting.invitation_behind(token)
    if request.method == "POST" and request.user.is_authenticated:
        dataset = inviting.accept(token=token, user=request.user)
        messages.success(request, f"You work on {dataset.accession} now.")
        return redirect("archive:deposition", dataset.accession)
    return render(request, "archive/invitation.html", {"section": "deposit", "invitation": made})


@login_required
@require_POST
def revoke(request: HttpRequest, accession: str, invitation_id: int) -> HttpResponse:
    dataset = get_deposition(accession, request.user).dataset
    inviting.revoke(dataset=dataset, actor=request.user, invitation_id=invitation_id)
    messages.success(request, "The invitation is taken back.")
    return redirect(f"{reverse('archive:deposition', args=[accession])}#people")
