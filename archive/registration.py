"""DataCite's REST API (support.datacite.org/docs/api): what is told of a DOI, with the account of the settings."""

from typing import Any
from urllib.parse import quote

from django.conf import settings

from archive.outbound import Answer, Unreachable, fetch

_CONTENT_TYPE = "application/vnd.api+json"
_MOST_WORDS = 1000


class Refused(Exception):
    """DataCite answered and did not take it. The message is its own words, for those who run the portal."""


def is_configured() -> bool:
    account = (settings.PORTAL_DATACITE_URL, settings.PORTAL_DATACITE_ACCOUNT, settings.PORTAL_DATACITE_PASSWORD)
    return all(account)


def put(name: str, attributes: dict[str, Any]) -> None:
    """Make the DOI or change it: the same call does both, so that it may be repeated after any interruption.

    Raises Refused, or Unreachable.
    """
    content = {"data": {"id": name, "type": "dois", "attributes": attributes}}
    _require(_send("PUT", name, content), {200, 201})


def drop(name: str) -> None:
    """Take a draft back; one that is not there was taken back before."""
    _require(_send("DELETE", name), {200, 204, 404})


def _send(method: str, name: str, content: Any = None) -> Answer:
    return fetch(
        method,
        f"{settings.PORTAL_DATACITE_URL.rstrip('/')}/dois/{quote(name, safe='')}",
        content=content,
        content_type=_CONTENT_TYPE,
        auth=(settings.PORTAL_DATACITE_ACCOUNT, settings.PORTAL_DATACITE_PASSWORD),
    )


def _require(answer: Answer, taken: set[int]) -> None:
    if answer.status in taken:
        return
    if answer.status == 429:
        raise Unreachable("DataCite has had too many requests.")
    words = answer.body.decode("utf-8", "replace")[:_MOST_WORDS]
    raise Refused(f"DataCite answers with status {answer.status}: {words}")
