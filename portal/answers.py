"""The edges of every answer: what no view does, so that people and programs always get whole sentences."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from portal.error_pages import words_of

PROBLEM = "application/problem+json"


class WholeAnswersMiddleware:
    """The outermost one: it sees what all others answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code >= 400 and not response.streaming and not response.content:
            _say(request, response)
            response["Content-Length"] = str(len(response.content))
        # What was really asked: tus clients may override the method.
        if request.META["REQUEST_METHOD"] == "HEAD":
            _drop_body(response)
        return response


def is_for_programs(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def problem(status: int, title: str, detail: str, slug: str) -> HttpResponse:
    """A problem (RFC 9457) where no view of the API is asked."""
    body = {"type": f"/help/errors/#{slug}", "title": title, "status": status, "detail": detail}
    return HttpResponse(json.dumps(body), status=status, content_type=PROBLEM)


def _say(request: HttpRequest, response: Any) -> None:
    """Words for a bare status (405, 416); its headers stay."""
    words = words_of(response.status_code)
    if is_for_programs(request):
        slug = f"status-{response.status_code}"
        made = problem(response.status_code, words.heading, words.sentence, slug)
        response.content, response["Content-Type"] = made.content, PROBLEM
        return
    context = {"status": response.status_code, "error_title": words.heading, "sentence": words.sentence}
    response.content = render_to_string("errors/error.html", context, request)
    response["Content-Type"] = "text/html; charset=utf-8"


def _drop_body(response: Any) -> None:
    """HEAD: the headers alone, with the length that the body would have."""
    if response.streaming:
        response.streaming_content = ()
        return
    if not response.has_header("Content-Length"):
        response["Content-Length"] = str(len(response.content))
    response.content = b""
