"""What an upper layer may add to the archive's pages and exports. Filled in its AppConfig.ready(); empty without it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from archive.models import Dataset


@dataclass(frozen=True)
class Panel:
    """A part of a record's page: a template, and what fills it. `place` is `labels`, `margin`, `actions` or `side`."""

    name: str
    place: str
    template: str
    # Given the request and the dataset, the template's context; None leaves the panel out.
    context: Callable[[HttpRequest, Dataset], Mapping[str, Any] | None]


# Given the primary keys of a page of datasets, the badges of each: one call for a page keeps queries constant.
BadgeSource = Callable[[Sequence[int]], Mapping[int, Sequence["Badge"]]]
# The same for a page of images: what holds for a dataset need not hold for each of its images.
ImageBadgeSource = Callable[[Sequence[int]], Mapping[int, Sequence["Badge"]]]
# Statements about a dataset for its JSON-LD and API record: {name: value}.
StatementSource = Callable[[Dataset], Mapping[str, Any]]


@dataclass(frozen=True)
class Badge:
    """A label on a card or record: its kind for the style, the words, the evidence in a line, and where to read it."""

    kind: str
    label: str
    evidence: str = ""
    url: str = ""


_panels: dict[str, Panel] = {}
_badges: list[BadgeSource] = []
_image_badges: list[ImageBadgeSource] = []
_statements: list[StatementSource] = []


def add_panel(panel: Panel) -> None:
    _panels[panel.name] = panel


def add_badges(source: BadgeSource) -> None:
    if source not in _badges:
        _badges.append(source)


def add_image_badges(source: ImageBadgeSource) -> None:
    if source not in _image_badges:
        _image_badges.append(source)


def add_statements(source: StatementSource) -> None:
    if source not in _statements:
        _statements.append(source)


def panels(request: HttpRequest, dataset: Dataset, place: str) -> list[dict[str, Any]]:
    """The panels of one place with their contexts, in the order in which they were added."""
    found = []
    for panel in _panels.values():
        context = panel.context(request, dataset) if panel.place == place else None
        if context is not None:
            found.append({"name": panel.name, "template": panel.template, "context": context})
    return found


def badges(dataset_ids: Sequence[int]) -> dict[int, list[Badge]]:
    return _gathered(_badges, dataset_ids)


def image_badges(image_ids: Sequence[int]) -> dict[int, list[Badge]]:
    return _gathered(_image_badges, image_ids)


def _gathered(sources: Sequence[BadgeSource], ids: Sequence[int]) -> dict[int, list[Badge]]:
    found: dict[int, list[Badge]] = {pk: [] for pk in ids}
    for source in sources:
        for pk, badges_of_one in source(ids).items():
            found[pk] += badges_of_one
    return found


def statements(dataset: Dataset) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for source in _statements:
        found |= source(dataset)
    return found
