"""The account page: who one is, and the tokens of one's scripts. E-mail and password are allauth's pages."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from archive.errors import Invalid
from archive.forms.people import ProfileForm, TokenForm
from archive.services import people
from archive.subscriptions import kinds, wants


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Change name, ORCID iD and affiliation."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        people.save_profile(user=request.user, **form.cleaned_data)
        messages.success(request, "Saved. New deposits begin with this name.")
        return redirect("archive:account")
    return _page(request, profile=form)


@require_POST
@login_required
def choose_mails(request: HttpRequest) -> HttpResponse:
    """The kinds that are ticked come; the others do not."""
    wanted = set(request.POST.getlist("mails"))
    people.mute_mails(user=request.user, names={kind.name for kind in kinds()} - wanted)
    messages.success(request, "Saved. Mails about passwords and invitations come always.")
    return redirect(f"{reverse('archive:account')}#mails")


@require_POST
@login_required
def create_token(request: HttpRequest) -> HttpResponse:
    """A new token; its key is in this answer and nowhere else."""
    form = TokenForm(request.POST)
    key = ""
    if form.is_valid():
        try:
            _, key = people.create_token(user=request.user, **form.cleaned_data)
            form = None
        except Invalid as error:
            for problem in error.problems:
                form.add_error(problem.pointer.strip("/"), problem.message)
    return _page(request, token_form=form, key=key)


@require_POST
@login_required
def revoke_token(request: HttpRequest, token_id: int) -> HttpResponse:
    people.revoke_token(user=request.user, token_id=token_id)
    messages.success(request, "The token is revoked; scripts that use it are refused from now on.")
    return redirect("archive:account")


def _page(
    request: HttpRequest, *, profile: ProfileForm | None = None, token_form: TokenForm | None = None, key: str = ""
) -> HttpResponse:
    forms = {"profile": profile or ProfileForm(instance=request.user), "token_form": token_form or TokenForm()}
    mails = [(kind, wants(request.user, kind)) for kind in kinds()]
    context = {**forms, "mails": mails, "key": key, "tokens": request.user.api_tokens.order_by("-pk")}
    failed = any(form.errors for form in forms.values())
    response = render(request, "archive/account.html", context, status=422 if failed else 200)
    response["Cache-Control"] = "private, no-store"
    return response
