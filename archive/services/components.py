"""Study components as rows: the document describes them, files and candidates refer to them by key."""

from collections.abc import Mapping
from typing import Any

from django.utils.text import slugify

from archive.models import Component, Dataset, File, FileAttributes
from archive.selectors.components import folders_of, named

_LONGEST_KEY = Component._meta.get_field("key").max_length


def sync_components(*, dataset: Dataset, document: Mapping[str, Any]) -> None:
    """Rows for the components that the document names. After a release none goes: others may refer to it.

    Rows are public with the dataset, so that a draft beside a released version waits for its own release.
    """
    names = list(dict.fromkeys(component.name for component in named(document)))
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
    """Give files their component's key: by folder, and before that by what a table says of them.

    Files of a released version have that of the latest one.
    """
    files = File.objects.filter(dataset=dataset, until_version__isnull=True)
    for folder, key in folders_of(dataset, document):
        files.filter(path__startswith=f"{folder}/").exclude(component=key).update(component=key)
    said = FileAttributes.objects.filter(file__dataset=dataset, until_version__isnull=True)
    for component in Component.objects.filter(dataset=dataset):
        named = said.filter(associations__component=component.name).values("file")
        files.filter(pk__in=named).exclude(component=component.key).update(component=component.key)


def _free_key(name: str, taken: set[str]) -> str:
    base = slugify(name)[: _LONGEST_KEY - 5].strip("-") or "component"
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key
