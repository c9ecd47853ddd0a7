"""What a token allows: each carries the scopes that its person gave it. A session allows all that its person may do."""

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from archive.models import ApiToken
from archive.states import TokenScope


class TokenScopes(BasePermission):
    """`read` for looking, `scope` for changing. Subclasses name the scope."""

    scope = TokenScope.DEPOSIT

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiToken):
            return True
        wanted = TokenScope.READ if request.method in SAFE_METHODS else self.scope
        self.message = f"This token has no scope “{wanted}”. Make one that has it on your account page."
        return request.auth.allows(wanted)


class TokenMayDeposit(TokenScopes):
    """Every method needs `deposit`: what an upload holds so far is nobody's to read."""

    def has_permission(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ApiToken):
            return True
        self.message = "This token has no scope “deposit”. Make one that has it on your account page."
        return request.auth.allows(TokenScope.DEPOSIT)


class SessionOnly(BasePermission):
    """Signed in by hand: a token must not make further tokens, nor take away others."""

    message = "Sign in with your browser to manage tokens; a token may not do it."

    def has_permission(self, request: Request, view: Any) -> bool:
        return request.user.is_authenticated and not isinstance(request.auth, ApiToken)
