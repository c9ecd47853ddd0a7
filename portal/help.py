"""The help's table of contents: for whom a topic is written, and what its template needs from the code.

Lists that can be read from the code (facets, licences, errors) are, so that the help cannot say what is not built.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.conf import settings
from rest_framework import exceptions as api

from archive.imaging import quality, sniff
from archive.metadata import Template, load_templates
from curation import criteria
from curation.labels import LABELS
from portal import http
from portal.error_pages import words_of
from search import language, query
from search.facets import Kind, registry


class Audience(StrEnum):
    DEPOSITOR = "You have images to deposit"
    READER = "You look for images"
    CURATOR = "You know a field well"
    ALL = "About this portal"


@dataclass(frozen=True)
class Topic:
    slug: str
    title: str
    summary: str
    audience: Audience
    context: Callable[[], Mapping[str, Any]] = dict
    needs_curation: bool = False

    @property
    def template(self) -> str:
        return f"portal/help/{self.slug}.html"


@dataclass(frozen=True)
class ErrorEntry:
    """One kind of error as problem JSON names it: /help/errors/#slug."""

    slug: str
    status: int
    title: str
    sentence: str


def _search_context() -> dict[str, Any]:
    facets = {facet.name: facet for kind in Kind for facet in registry.of(kind)}
    return {
        "facets": sorted(facets.values(), key=lambda facet: facet.order),
        "text_fields": sorted(query.TEXT_FIELDS),
        "longest_query": language.LONGEST_QUERY,
        "most_words": language.MOST_WORDS,
        "sorts": query.SORT_LABELS.items(),
    }


@lru_cache(maxsize=1)
def _templates() -> tuple[Template, ...]:
    """Read once: templates are files beside the code and change with it."""
    return load_templates(settings.PORTAL_TEMPLATE_DIRS).all()


def _format_context() -> dict[str, Any]:
    return {"later": sniff.labels(sniff.LATER), "packed": sniff.labels(sniff.PACKED)}


def _quality_context() -> dict[str, Any]:
    return {"checks": quality.ALL}


def _label_context() -> dict[str, Any]:
    return {"labels": LABELS, "criteria": criteria.CURRENT, "score_words": criteria.SCORE_WORDS.items()}


def _review_context() -> dict[str, Any]:
    return {"rules": criteria.RULES, "criteria": criteria.CURRENT, "score_words": criteria.SCORE_WORDS.items()}


def _metadata_context() -> dict[str, Any]:
    return {"templates": _templates()}


# What Django REST framework itself answers.
_API_ERRORS = (
    api.ParseError,
    api.ValidationError,
    api.NotAuthenticated,
    api.AuthenticationFailed,
    api.MethodNotAllowed,
    api.UnsupportedMediaType,
    api.Throttled,
)

_PLACE = re.compile(r' "\{[a-z_]+\}"')


def _error_context() -> dict[str, Any]:
    # What names the request at hand has a place for it: left out here, where there is none.
    own = ((kind, kind.status_code, _PLACE.sub("", str(kind.default_detail))) for kind in _API_ERRORS)
    known = [*http.STATUSES, *own]
    return {
        "errors": [
            ErrorEntry(http.slug_of(kind), status, title.rstrip("."), words_of(status).sentence)
            for kind, status, title in known
        ]
    }


TOPICS = (
    Topic("depositing", "Deposit a dataset", "From the first save to the release, step by step.", Audience.DEPOSITOR),
    Topic("formats", "Formats that are read", "What is drawn and searched, and what is kept all the same.",
          Audience.DEPOSITOR, _format_context),
    Topic("metadata", "What you are asked, and why", "The REMBI description, and how little of it you have to type.",
          Audience.DEPOSITOR, _metadata_context),
    Topic("quality", "What is checked", "The checks of every file and image, and what to do about each.",
          Audience.DEPOSITOR, _quality_context),
    Topic("limits", "Limits", "Sizes, numbers and times, and what happens at each.", Audience.DEPOSITOR),
    Topic("human-data", "Images of human material", "What is asked first, and what is not released.",
          Audience.DEPOSITOR),
    Topic("search", "Search", "Words, fields, ranges and filters of the query language.", Audience.READER,
          _search_context),
    Topic("reuse", "Look, download and cite", "What a record offers, and what its licence allows.", Audience.READER),
    Topic("labels", "What the labels mean", "Reference, highly used, curated: how each is earned and lost.",
          Audience.READER, _label_context, needs_curation=True),
    Topic("reviewing", "Nominate and review", "From a nomination to a public decision.", Audience.CURATOR,
          _review_context, needs_curation=True),
    Topic("api", "The API", "Everything that pages do, for scripts.", Audience.ALL),
    Topic("errors", "Errors", "What each one means, and what to do next.", Audience.ALL, _error_context),
    Topic("privacy", "Privacy", "What is kept about you, who sees it, and what is not kept.", Audience.ALL),
    Topic("accessibility", "Accessibility", "Keyboard, screen readers, small screens and themes.", Audience.ALL),
)  # fmt: skip


def topics(has_curation: bool) -> list[Topic]:
    return [topic for topic in TOPICS if has_curation or not topic.needs_curation]


def by_audience(has_curation: bool) -> list[tuple[Audience, list[Topic]]]:
    """The topics in groups; an audience that this portal does not serve is left out."""
    known = topics(has_curation)
    groups = [(audience, [topic for topic in known if topic.audience is audience]) for audience in Audience]
    return [(audience, group) for audience, group in groups if group]


def find(slug: str, has_curation: bool) -> Topic | None:
    return next((topic for topic in topics(has_curation) if topic.slug == slug), None)
