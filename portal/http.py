"""Domain errors become answers here and nowhere else: a status, problem JSON (RFC 9457), a page for people."""

import logging
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework import exceptions as api
from rest_framework.response import Response
from rest_framework.views import exception_handler

from archive import errors
from archive.imaging.errors import Overloaded, PoolUnavailable, Unreadable
from search.errors import RebuildRunning, SearchUnavailable
from search.query import QueryError

logger = logging.getLogger(__name__)

# The most particular class first: the first one that fits decides. Each has a title for people who only see that.
STATUSES: tuple[tuple[type[Exception], int, str], ...] = (
    (errors.NotAllowed, 403, "You may not do this"),
    (errors.NotFound, 404, "Not found"),
    (errors.Gone, 410, "No longer here"),
    (errors.EditConflict, 409, "Somebody else saved meanwhile"),
    (errors.OffsetMismatch, 409, "The upload continues elsewhere"),
    (errors.WrongState, 409, "Not possible in this state"),
    (errors.ChecksumMismatch, 460, "The bytes differ"),  # tus 1.0, checksum extension
    (errors.TooLarge, 413, "Too large"),
    (errors.StorageFull, 507, "The storage is full"),
    (errors.Invalid, 422, "Something has to be changed"),
    (errors.DomainError, 400, "This did not work"),
    (QueryError, 400, "The query is not understood"),
    (SearchUnavailable, 503, "Search is not available"),
    (RebuildRunning, 409, "The index is being rebuilt"),
    (Unreadable, 422, "The image cannot be read"),
    (Overloaded, 503, "Too much at once"),
    (PoolUnavailable, 503, "Images cannot be read now"),
    (PermissionDenied, 403, "You may not do this"),
    (Http404, 404, "Not found"),
)
RETRY_SECONDS = {SearchUnavailable: 30, Overloaded: 5, PoolUnavailable: 15}


def status_of(error: Exception) -> tuple[int, str] | None:
    """The status and title of a domain error, or None for a bug."""
    return next(((status, title) for kind, status, title in STATUSES if isinstance(error, kind)), None)


class DomainErrorMiddleware:
    """Pages: a domain error that no view handled becomes the error page with its sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        known = status_of(error)
        if known is None:
            return None
        status, title = known
        response = error_page(request, status, title, _sentence(error, title))
        _set_retry(response, error)
        return response


def error_page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    return render(
        request, "errors/error.html", {"status": status, "error_title": title, "sentence": sentence}, status=status
    )


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 404, "Not found", "There is no page at this address. Search for it, or start at home.")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 403, "You may not do this", "Your account may not do this. Ask the owner or a curator.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(request, 400, "This did not work", "The request could not be understood. Go back and try again.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    sentence = "The form came without its safety mark. Cookies must be allowed; then go back, reload and send it again."
    return error_page(request, 403, "Please send it again", sentence)


def problem_json(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every error as application/problem+json."""
    known = status_of(error)
    if known is not None and not isinstance(error, Http404 | PermissionDenied):
        status, title = known
        response = _problem(status, title, _sentence(error, title), _places(error), slug_of(type(error)))
        response.data |= _data(error)
        _set_retry(response, error)
        return response
    response = exception_handler(error, context)
    if response is None:
        return None
    headers = {name: value for name, value in response.items() if name in {"WWW-Authenticate", "Retry-After", "Allow"}}
    title = getattr(error, "default_detail", "Not found")
    problem = _problem(response.status_code, str(title), _detail(error), _field_errors(error), slug_of(type(error)))
    for name, value in headers.items():
        problem[name] = value
    return problem


def _problem(status: int, title: str, detail: str, places: list[dict[str, str]], slug: str) -> Response:
    body: dict[str, Any] = {"type": f"/help/errors/#{slug}", "title": title, "status": status, "detail": detail}
    if places:
        body["errors"] = places
    return Response(body, status=status, content_type="application/problem+json")


def slug_of(kind: type[Exception]) -> str:
    """The last part of a problem's `type`: where the help explains it."""
    name = kind.__name__
    return "".join(f"-{char.lower()}" if char.isupper() else char for char in name).lstrip("-")


def _sentence(error: Exception, title: str) -> str:
    return str(error) or f"{title}."


def _detail(error: Exception) -> str:
    if isinstance(error, api.ValidationError):
        return "Some values cannot be used; each is named under errors."
    if isinstance(error, Http404):
        return "There is nothing at this address that you may see."
    return str(getattr(error, "detail", error))


def _places(error: Exception) -> list[dict[str, str]]:
    if isinstance(error, errors.Invalid):
        return [{"pointer": problem.pointer, "message": problem.message} for problem in error.problems]
    if isinstance(error, QueryError):
        return [{"pointer": f"/{name}", "message": sentence} for name, sentence in error.problems]
    return []


def _data(error: Exception) -> dict[str, int]:
    """What a program needs to go on: members of the problem beside the named ones (RFC 9457, 3.2)."""
    names = ("current_revision", "offset")
    return {
        name: getattr(error, name) for name in names if isinstance(error, errors.DomainError) and hasattr(error, name)
    }


def _field_errors(error: Exception) -> list[dict[str, str]]:
    if not isinstance(error, api.ValidationError):
        return []
    detail = error.detail if isinstance(error.detail, dict) else {"": error.detail}
    return [
        {"pointer": f"/{name}", "message": str(message)}
        for name, messages in detail.items()
        for message in (messages if isinstance(messages, list) else [messages])
    ]


def _set_retry(response: HttpResponse, error: Exception) -> None:
    for kind, seconds in RETRY_SECONDS.items():
        if isinstance(error, kind):
            response["Retry-After"] = str(seconds)
