"""The way from sample to figure, as the record shows it: a table whose cells lead to what is said of each step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archive.metadata.model import Document
from archive.metadata.trail import Trail, trails_of
from archive.views.facts import FactSection

# A step of the way, the section that describes it, and its heading.
_COLUMNS = (
    ("component", "components", "Study component"),
    ("biosamples", "biosamples", "Biosample"),
    ("specimens", "specimens", "Specimen"),
    ("acquisitions", "acquisitions", "Image acquisition"),
    ("correlations", "correlation", "Correlated with others by"),
    ("annotations", "annotations", "Annotations"),
    ("analyses", "analysis", "Image analysis"),
    ("figures", "figures", "Figure"),
)


@dataclass(frozen=True)
class Step:
    name: str
    anchor: str


@dataclass(frozen=True)
class Cell:
    label: str
    steps: tuple[Step, ...]


def shown(document: Document, sections: Sequence[FactSection]) -> dict[str, Any]:
    """Lines and headings; columns in which nothing is said are left out."""
    found = trails_of(document)
    anchors = {(section.name, item.name): item.anchor for section in sections for item in section.items}
    columns = [column for column in _COLUMNS if any(_names(trail, column[0]) for trail in found)]
    lines = [
        [
            Cell(label, tuple(Step(name, anchors.get((section, name), "")) for name in _names(trail, field)))
            for field, section, label in columns
        ]
        for trail in found
    ]
    return {"trails": lines, "trail_labels": [label for _, _, label in columns]}


def _names(trail: Trail, field: str) -> tuple[str, ...]:
    value = getattr(trail, field)
    return value if isinstance(value, tuple) else (value,)
