"""PURE: the way from sample to figure that a document tells, one line for each study component.

REMBI's chain (Sarkans et al. 2021): a biosample is prepared as a specimen, imaged in an acquisition, the images are
analysed, and the results are in a figure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .items import items_of, named_in
from .model import Document

_MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class Trail:
    """What belongs to one component, each by name; `correlations` and `annotations` are made of the same images."""

    component: str
    biosamples: tuple[str, ...] = ()
    specimens: tuple[str, ...] = ()
    acquisitions: tuple[str, ...] = ()
    correlations: tuple[str, ...] = ()
    analyses: tuple[str, ...] = ()
    annotations: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()


def trails_of(document: Document) -> tuple[Trail, ...]:
    """A line for each component that says more than its name; none of a document that links nothing."""
    lines = [_trail(document, item) for item in items_of(document, "components")]
    return tuple(line for line in lines if line.component and line != Trail(line.component))


def _trail(document: Document, item: Mapping[str, Any]) -> Trail:
    component = _called(item, "name")
    specimens = named_in(item.get("specimens"))
    analyses = _analyses(document, component)
    return Trail(
        component,
        biosamples=_once([*named_in(item.get("biosamples")), *_behind(document, specimens)]),
        specimens=_once(specimens),
        acquisitions=_once(named_in(item.get("acquisitions"))),
        correlations=_made_of(document, "correlation", "relation", component),
        analyses=analyses,
        annotations=_made_of(document, "annotations", "overview", component),
        figures=_figures(document, component, analyses),
    )


def _behind(document: Document, specimens: Sequence[str]) -> list[str]:
    """The biosamples that specimens were prepared from."""
    known = {_called(item, "name"): named_in(item.get("biosamples")) for item in items_of(document, "specimens")}
    return [name for specimen in specimens for name in known.get(specimen, [])]


def _made_of(document: Document, section: str, name: str, component: str) -> tuple[str, ...]:
    items = items_of(document, section)
    return _once(_called(item, name) for item in items if component in named_in(item.get("components")))


def _analyses(document: Document, component: str) -> tuple[str, ...]:
    """Results of these images, and results that build on those, in the order in which one follows from another."""
    found = list(_made_of(document, "analysis", "result", component))
    for result in found:
        later = (
            _called(item, "result")
            for item in items_of(document, "analysis")
            if result in named_in(item.get("builds_on"))
        )
        found += [name for name in dict.fromkeys(later) if name not in found][: _MOST_STEPS - len(found)]
    return tuple(found)


def _figures(document: Document, component: str, analyses: Sequence[str]) -> tuple[str, ...]:
    return _once(
        _called(item, "label")
        for item in items_of(document, "figures")
        if component in named_in(item.get("components")) or set(analyses) & set(named_in(item.get("analysis")))
    )


def _called(item: Mapping[str, Any], field: str) -> str:
    name = item.get(field)
    return name.strip() if isinstance(name, str) else ""


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
