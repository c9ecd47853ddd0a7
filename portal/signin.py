"""Where somebody goes after signing in: to the work that waits for them."""

from allauth.account.adapter import DefaultAccountAdapter
from django.apps import apps
from django.http import HttpRequest
from django.urls import reverse

from archive.states import PortalRole

_OF_THE_CURATION = (PortalRole.CURATOR, PortalRole.REVIEWER, PortalRole.EDITOR)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_taken": "There is an account with this address already. Sign in, or choose a new password.",
    }

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """The queue for curators and editors, which is the list of their reviews for reviewers; else one's deposits."""
        if apps.is_installed("curation") and request.user.has_role(*_OF_THE_CURATION):
            return reverse("curation:queue")
        return super().get_login_redirect_url(request)
