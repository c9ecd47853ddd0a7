"""`Authorization: Bearer mg_…`: a script's token, known by its SHA-256 only, scoped and expiring."""

import hashlib
from datetime import timedelta

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from archive.models import ApiToken, User
from archive.referees import COOKIE, Referee

_USED_EVERY = timedelta(minutes=5)


class TokenAuthentication(BaseAuthentication):
    """The token is `request.auth`; archive.api.permissions asks it for its scopes."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        words = get_authorization_header(request).decode("latin-1").split()
        if not words or words[0].lower() not in {"bearer", "token"}:
            return None
        if len(words) != 2:
            raise AuthenticationFailed("Write the header as: Authorization: Bearer YOUR-TOKEN.")
        digest = hashlib.sha256(words[1].encode()).hexdigest()
        token = ApiToken.objects.select_related("user").filter(digest=digest).first()
        if token is None or not token.user.is_active:
            raise AuthenticationFailed("This token is not known. Make one on your account page.")
        if not token.is_valid:
            raise AuthenticationFailed("This token has expired or was revoked. Make a new one on your account page.")
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > _USED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class RefereeAuthentication(BaseAuthentication):
    """A browser that has opened a referee's link; the middleware has looked at it (portal/refereeing.py)."""

    def authenticate(self, request: Request) -> tuple[Referee, None] | None:
        reader = request._request.user
        return (reader, None) if isinstance(reader, Referee) else None


class RefereeScheme(OpenApiAuthenticationExtension):
    target_class = "archive.api.authentication.RefereeAuthentication"
    name = "referee"

    def get_security_definition(self, auto_schema) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": COOKIE}


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "archive.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
