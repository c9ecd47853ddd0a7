"""Addresses with a `signature` (archive/links.py): reading as the person who made the link, and only that address."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from archive import links
from archive.api.authentication import RefereeAuthentication, TokenAuthentication
from archive.errors import Gone, NotFound
from archive.models import User

_ENDED = (
    "This link has ended: its 24 hours are over, its maker left the dataset, or the file has changed. Ask for another."
)


@dataclass(frozen=True)
class SignedAddress:
    """What stands in `request.auth`: neither a token nor a session, so that nothing but this address is open."""


class SignedAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[User, SignedAddress] | None:
        match = request.resolver_match
        if links.SIGNATURE not in request.GET or request.method not in SAFE_METHODS or match is None:
            return None
        user = links.opened_by(path=request.path, query=request.GET, route=match.url_name or "", arguments=match.kwargs)
        return (user, SignedAddress()) if user else None


class SignedPathAuthentication(BaseAuthentication):
    """Of an OME-Zarr: the signature in the path opens every object of the group, wherever in it."""

    def authenticate(self, request: Request) -> tuple[User, SignedAddress]:
        match = request.resolver_match
        accession, signature = match.kwargs["accession"], match.kwargs["signature"]
        path = reverse(f"archive-api:{links.ZARR_OBJECT}", args=[accession, "zarr.json"]).removesuffix("/zarr.json")
        query = QueryDict(urlencode({links.SIGNATURE: signature}))
        user = links.opened_by(path=path, query=query, route=links.SIGNED_ZARR, arguments=match.kwargs)
        if user is None:
            raise Gone(_ENDED)
        return user, SignedAddress()


class SignedMixin:
    """For views that give bytes. A link that has ended says so instead of "not found"."""

    # Before the session: a link works too for somebody who is signed in and is not of the dataset.
    authentication_classes = (
        TokenAuthentication,
        RefereeAuthentication,
        SignedAuthentication,
        SessionAuthentication,
    )

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, NotFound) and links.SIGNATURE in self.request.GET:
            error = Gone(_ENDED)
        return super().handle_exception(error)


class SignedScheme(OpenApiAuthenticationExtension):
    target_class = "archive.api.signed.SignedAuthentication"
    name = "signed address"

    def get_security_definition(self, auto_schema) -> dict[str, str]:
        return {"type": "apiKey", "in": "query", "name": links.SIGNATURE}
