"""Changes to a metadata document by field path, and what can be told of a document. The database is not touched."""

from collections.abc import Mapping
from copy import deepcopy
from itertools import pairwise
from typing import Any

from archive.errors import FieldProblem, Invalid
from archive.models import Dataset

_LONGEST_TITLE = Dataset._meta.get_field("title").max_length
# Lists grow by one item at a time; a path such as `components.999999.name` would fill memory.
_LONGEST_LIST = 1000


def title_of(document: Mapping[str, Any]) -> str:
    """The study's title as lists show it."""
    study = document.get("study")
    title = study.get("title") if isinstance(study, Mapping) else ""
    return title[:_LONGEST_TITLE] if isinstance(title, str) else ""


def apply_changes(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with these values at these paths (`study.title`, `components.0.name`); None takes a value away."""
    edited = deepcopy(dict(document))
    for path, value in changes.items():
        steps = path.split(".")
        if not all(steps) or len(steps) > 8:
            raise _unknown(path, "A path is section and field, such as study.title.")
        _set(edited, steps, value, path)
    return edited


def _set(root: dict[str, Any], steps: list[str], value: Any, path: str) -> None:
    place: Any = root
    for step, following in pairwise(steps):
        place = _enter(place, step, following, path)
    last = _key(place, steps[-1], path)
    if value is not None:
        _put(place, last, value)
    elif isinstance(place, list):
        del place[last : last + 1]
    else:
        place.pop(last, None)


def _enter(place: Any, step: str, following: str, path: str) -> Any:
    """The container at `step`, made if there is none."""
    key = _key(place, step, path)
    inner = place.get(key) if isinstance(place, dict) else (place[key] if key < len(place) else None)
    if inner is None:
        inner = [] if following.isdecimal() else {}
        _put(place, key, inner)
    if not isinstance(inner, dict | list):
        raise _unknown(path, f"“{step}” holds a single value. Replace it as a whole.")
    return inner


def _key(place: Any, step: str, path: str) -> Any:
    if isinstance(place, dict):
        return step
    if not step.isdecimal() or int(step) > min(len(place), _LONGEST_LIST):
        raise _unknown(path, f"“{step}” is no place in this list. Its next free place is {len(place)}.")
    return int(step)


def _put(place: Any, key: Any, value: Any) -> None:
    if isinstance(place, list) and key == len(place):
        place.append(value)
    else:
        place[key] = value


def _unknown(path: str, message: str) -> Invalid:
    return Invalid("A change names a place that there is not.", [FieldProblem("/" + path.replace(".", "/"), message)])


def changed_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """`section.field` of what differs; values stay out of the audit trail, for they may be personal."""
    changed = []
    for section in sorted({*before, *after}):
        old, new = before.get(section), after.get(section)
        if old == new:
            continue
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            names = sorted({*old, *new})
            changed += [f"{section}.{name}" for name in names if old.get(name) != new.get(name)]
        else:
            changed.append(section)
    return changed
