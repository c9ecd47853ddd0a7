"""Sign-in with ORCID: the iD comes from orcid.org itself, so that nobody has to type it."""

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.http import HttpRequest

from archive.metadata.identifiers import is_orcid
from archive.models import User


class OrcidAdapter(DefaultSocialAccountAdapter):
    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        """A new person: name and iD as ORCID gives them (OpenID `sub` is the iD)."""
        user = super().populate_user(request, sociallogin, data)
        identifier = sociallogin.account.uid
        if sociallogin.account.provider == "orcid" and is_orcid(identifier):
            user.orcid = identifier
        user.name = user.name or " ".join(filter(None, (data.get("first_name"), data.get("last_name")))) or ""
        return user
