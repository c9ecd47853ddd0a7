"""Domain errors become answers here and nowhere else: a status, problem JSON (RFC 9457), a page for people."""

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.views import defaults
from rest_framework import exceptions as api
from rest_framework.response import Response
from rest_framework.views import exception_handler

from archive import errors
from archive.api.views.base import too_big
from archive.imaging.errors import Overloaded, PoolUnavailable, Unreadable
from portal.answers import is_for_programs, problem
from portal.error_pages import words_of
from search.errors import RebuildRunning, SearchUnavailable
from search.query import QueryError

logger = logging.getLogger(__name__)

# The most particular class first: the first one that fits decides. Each has a title for people who only see that.
STATUSES: tuple[tuple[type[Exception], int, str], ...] = (
    (errors.NotAllowed, 403, "You may not do this"),
    (errors.NotFound, 404, "Not found"),
    (errors.Gone, 410, "No longer here"),
    (errors.EditConflict, 409, "It was saved meanwhile"),
    (errors.OffsetMismatch, 409, "The upload continues elsewhere"),
    (errors.PathTaken, 409, "The name is taken"),
    (errors.WrongState, 409, "Not possible in this state"),
    (errors.ChecksumMismatch, 460, "The bytes differ"),  # tus 1.0, checksum extension
    (errors.TooLarge, 413, "Too large"),
    (errors.TooMany, 429, "Too many at once"),
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
RETRY_SECONDS = {errors.TooMany: 5, SearchUnavailable: 30, Overloaded: 5, PoolUnavailable: 15}


def status_of(error: Exception) -> tuple[int, str] | None:
    """The status and title of a domain error, or None for a bug."""
    return next(((status, title) for kind, status, title in STATUSES if isinstance(error, kind)), None)


class DomainErrorMiddleware:
    """Pages: a domain error that no view handled becomes the error page with its sentence."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not request.path.startswith("/api/"):
            answer = _where_the_button_stands(request)
            answer["Allow"] = response.get("Allow", "")
            return answer
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        known = status_of(error)
        if known is None:
            return None
        status, title = known
        response = error_page(request, status, title, _sentence(error, title))
        _set_retry(response, error)
        return response


def _where_the_button_stands(request: HttpRequest) -> HttpResponse:
    """The address of a button was opened as a page, after a form that came back or from the history.

    The page that it belongs to is the nearest address above it; that one's own answer leads further up if need be.
    """
    steps = request.path.rstrip("/").split("/")[1:]
    above = ["/" + "".join(f"{step}/" for step in steps[:count]) for count in range(len(steps) - 1, 0, -1)]
    page = next((address for address in above if _is_page(address)), None)
    if page is None or request.method not in ("GET", "HEAD"):
        return error_page(request, 405, "This address does not do that", words_of(405).sentence)
    return redirect(page)


def _is_page(address: str) -> bool:
    """Whether something answers there that is no mere part of a page."""
    try:
        found = resolve(address)
    except Resolver404:
        return False
    return not getattr(found.func, "is_part_of_a_page", False)


def error_page(request: HttpRequest, status: int, title: str, sentence: str) -> HttpResponse:
    return render(
        request, "errors/error.html", {"status": status, "error_title": title, "sentence": sentence}, status=status
    )


def _failure(request: HttpRequest, status: int, title: str, sentence: str, slug: str) -> HttpResponse:
    """What no view answered: a page for people, a problem for programs."""
    if is_for_programs(request):
        return problem(status, title, sentence, slug)
    return error_page(request, status, title, sentence)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = "There is no page at this address. Search for it, or start at home."
    if is_for_programs(request):
        sentence = "The API has no such address. Its addresses stand under /api/v1/docs/."
    return _failure(request, 404, "Not found", sentence, "not-found")


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    sentence = "Your account may not do this. Ask the owner or a curator."
    return _failure(request, 403, "You may not do this", sentence, "not-allowed")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if sentence := _what_is_too_much(request, exception):
        return _failure(request, 413, "Too large", sentence, "too-large")
    sentence = "The request could not be understood. Go back and try again."
    return _failure(request, 400, "This did not work", sentence, "bad-request")


def _what_is_too_much(request: HttpRequest, error: Exception) -> str:
    """Django's own limits, each with what to do about it; nothing for other faults."""
    kept = "Nothing of it was kept, and what was saved before is. Go back: what you typed is still in the form."
    if isinstance(error, RequestDataTooBig) and is_for_programs(request):
        return too_big()
    if isinstance(error, RequestDataTooBig):
        most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2
        return f"The text of this form has more than {most} MB, which is the most for one page. {kept} Shorten it."
    if isinstance(error, TooManyFieldsSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
        return f"This form has more than {most} fields, the most for one page. {kept} Take some rows out of it."
    if isinstance(error, TooManyFilesSent):
        most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
        return f"At most {most} files can be sent at once in this way; none was kept. Send them in several goes."
    return ""


def server_error(request: HttpRequest) -> HttpResponse:
    """Of a bug. Pages are static then: whatever failed may fail again."""
    if is_for_programs(request):
        words = words_of(500)
        return problem(500, words.heading, words.sentence, "error")
    return defaults.server_error(request)


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
    answer = _problem(response.status_code, str(title), _detail(error), _field_errors(error), slug_of(type(error)))
    for name, value in headers.items():
        answer[name] = value
    return answer


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
    if isinstance(error, PoolUnavailable):
        # What it says is for whoever runs the portal: where the pool should be.
        logger.error("%s", error)
        return "Images cannot be drawn at this moment. Try again in a few seconds; if it lasts, tell the administrator."
    return str(error) or f"{title}."


def _detail(error: Exception) -> str:
    if isinstance(error, api.ValidationError):
        return "Some values cannot be used; each is named under errors."
    if isinstance(error, Http404):
        return "There is nothing at this address that you may see."
    return str(getattr(error, "detail", error))


def _places(error: Exception) -> list[dict[str, str]]:
    if isinstance(error, errors.Invalid):
        return [{"pointer": found.pointer, "message": found.message} for found in error.problems]
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
