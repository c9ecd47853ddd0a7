"""The one client for requests to other services. Addresses come from the settings, never from a user; with time-outs,
a limit on the answer's size, and no redirects: where a service sends us on to may be in a private network."""

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3
READ_SECONDS = 5
LARGEST_ANSWER = 4 * 1024 * 1024
_CHUNK = 64 * 1024


class Unreachable(Exception):
    """No answer, none in time, or one that is of no use. The message is for the log."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    def json(self) -> Any:
        """Raises Unreachable for what is no JSON: a page of a proxy, mostly."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Unreachable("The answer is not JSON.") from error


def user_agent() -> str:
    """Who asks, and whom to write to when it asks too much: Crossref gives such clients a better line."""
    contact = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return f"{settings.PORTAL_NAME} ({settings.SITE_URL}; mailto:{contact})".encode("ascii", "replace").decode()


def fetch(
    method: str,
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    content: Any = None,
    content_type: str = "application/json",
    auth: tuple[str, str] | None = None,
    further: Mapping[str, str] | None = None,
) -> Answer:
    """Any status but a redirect or a server's fault is an answer; raises Unreachable for everything else.

    `content` is sent as JSON, or as it is where it is bytes; `further` are headers beside our own.
    """
    headers = {"User-Agent": user_agent(), "Accept": "application/vnd.api+json, application/json", **(further or {})}
    body = None
    if content is not None:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        headers["Content-Type"] = content_type
    deadline = time.monotonic() + CONNECT_SECONDS + READ_SECONDS
    try:
        with requests.request(
            method,
            url,
            params=params,
            data=body,
            headers=headers,
            auth=auth,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
            stream=True,
        ) as response:
            if 300 <= response.status_code < 400 or response.status_code >= 500:
                raise Unreachable(f"{url} answers with status {response.status_code}.")
            return Answer(response.status_code, _read(response, deadline))
    except (requests.RequestException, HTTPError, OSError) as error:
        raise Unreachable(f"{url}: {type(error).__name__}") from error


def _read(response: requests.Response, deadline: float) -> bytes:
    """What comes until the deadline, a piece at a time, for a slow sender is in time with every piece."""
    read = bytearray()
    while piece := response.raw.read1(_CHUNK, decode_content=True):
        read += piece
        if len(read) > LARGEST_ANSWER:
            raise Unreachable(f"The answer is larger than {LARGEST_ANSWER:,} bytes.")
        if time.monotonic() > deadline:
            raise Unreachable("The answer did not end in time.")
    return bytes(read)
