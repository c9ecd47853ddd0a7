"""Study components as rows: the document describes them, files and candidates refer to them by key."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.text import slugify

from archive.models import Component, Dataset, File

_LONGEST_NAME = Component._meta.get_field("name").max_length
_LONGEST_KEY = Component._meta.get_field("key").max_length


def sync_components(*, dataset: Dataset, document: Mapping[str, Any]) -> None:
    """Rows for the components that the document names. After a release none goes: others may refer to it."""
    names = list(dict.fromkeys(name for name, _ in _named(document)))
    known = {component.name: component for component in Component.objects.filter(dataset=dataset)}
    taken = {component.key for component in known.values()}
    for name in names:
        if name not in known:
            key = _free_key(name, taken)
            taken.add(key)
            Component.objects.create(dataset=dataset, key=key, name=name)
    if dataset.latest_version is None:
        Component.objects.filter(dataset=dataset).exclude(name__in=names).delete()


def assign_components(*, dataset: Dataset, document: Mapping[str, Any]) -> None:
    """Give the files in a component's folder its key."""
    keys = dict(Component.objects.filter(dataset=dataset).values_list("name", "key"))
    files = File.objects.filter(dataset=dataset, until_version__isnull=True)
    for name, folder in _named(document):
        if folder and name in keys:
            files.filter(path__startswith=f"{folder}/").update(component=keys[name])


def _named(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and folder of each component that has a name."""
    items = document.get("components")
    for item in items if isinstance(items, list) else []:
        name = item.get("name") if isinstance(item, Mapping) else None
        if isinstance(name, str) and name.strip():
            folder = item.get("folder")
            yield name.strip()[:_LONGEST_NAME], folder.strip("/ ") if isinstance(folder, str) else ""


def _free_key(name: str, taken: set[str]) -> str:
    base = slugify(name)[: _LONGEST_KEY - 5].strip("-") or "component"
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key
