"""How often pages of search may be asked: as often as the API, each with a count of its own."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.settings import api_settings
from rest_framework.throttling import SimpleRateThrottle

from archive.errors import TooMany

View = Callable[..., HttpResponseBase]


class _PageThrottle(SimpleRateThrottle):
    scope = "search"  # the rate is the API's
    cache_format = "throttle_search_page_%(ident)s"

    def get_cache_key(self, request: HttpRequest, view: Any) -> str:
        user = request.user
        return self.cache_format % {"ident": user.pk if user.is_authenticated else self.get_ident(request)}


def throttled(view: View) -> View:
    """A view that refuses, with a sentence, whoever asks too often."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        throttle = _PageThrottle()
        is_on = bool(api_settings.DEFAULT_THROTTLE_CLASSES)
        if is_on and not throttle.allow_request(request, view):
            seconds = max(1, round(throttle.wait() or 1))
            raise TooMany(
                f"You have searched more than {throttle.num_requests} times in a minute. Wait {seconds} seconds and "
                "load this page again; programs use the API, with the same limit."
            )
        return view(request, *args, **kwargs)

    return checked
