"""Whose eyes a request is read with: those of a referee, where the browser has opened a referee's link."""

import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.html import escape

from archive.referees import COOKIE, Referee, referee_of
from portal.answers import is_for_programs, problem
from portal.http import error_page

logger = logging.getLogger(__name__)

_TEXTS = ("text/", "application/json", "application/problem+json", "application/xml", "application/x-ndjson")
_WITHHELD = (
    "This page would tell whose the dataset is, so that it is not shown by an anonymised link. Go back to the dataset; "
    "everything else of it can be looked at."
)


class RefereeMiddleware:
    """The request's user becomes the referee for the addresses that referees may read (archive/referees.py)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if isinstance(request.user, Referee):
            return _answer(request, response, request.user)
        if COOKIE in request.COOKIES and request.resolver_match:
            # The same address without the cookie is another page.
            patch_vary_headers(response, ("Cookie",))
        return response

    def process_view(self, request: HttpRequest, view: Any, positional: Any, named: dict[str, Any]) -> None:
        match = request.resolver_match
        if match and (referee := referee_of(request, match.view_name, named)):
            request.user = referee


def _answer(request: HttpRequest, response: HttpResponseBase, referee: Referee) -> HttpResponseBase:
    """Kept by nobody, told to no other site, and without names where it must be."""
    if referee.is_anonymised and _tells(response, referee):
        # What is said here is for whoever runs the portal: a field that is not hidden as it should be.
        logger.error("An anonymised link was about to tell a name at %s; it was withheld.", request.path)
        response = _withheld(request)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    if not response.get("Content-Type", "").startswith("image/"):
        response["Cache-Control"] = "private, no-store"
    patch_vary_headers(response, ("Cookie",))
    return response


def _tells(response: HttpResponseBase, referee: Referee) -> bool:
    """The last look at every page and document: names as they stand in a text, and as HTML writes them."""
    if response.streaming or not response.get("Content-Type", "").startswith(_TEXTS):
        return any(referee.names.tells(str(value)) for value in response.headers.values())
    text = response.content.decode(response.charset or "utf-8", "replace")
    return referee.names.tells(text, escape) or any(referee.names.tells(str(v)) for v in response.headers.values())


def _withheld(request: HttpRequest) -> HttpResponseBase:
    if is_for_programs(request):
        return problem(404, "Not found", _WITHHELD, "not-found")
    return error_page(request, 404, "Not shown here", _WITHHELD)
