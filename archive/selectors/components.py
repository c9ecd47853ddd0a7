"""Study components as a document describes them: their names, and the folders whose files belong to them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archive.models import Component, Dataset, Version

_LONGEST_NAME = Component._meta.get_field("name").max_length


@dataclass(frozen=True)
class Named:
    name: str
    folder: str


def named(document: Mapping[str, Any]) -> Iterator[Named]:
    """Each component of a document that has a name."""
    items = document.get("components")
    for item in items if isinstance(items, list) else []:
        name = item.get("name") if isinstance(item, Mapping) else None
        if isinstance(name, str) and name.strip():
            folder = item.get("folder")
            yield Named(name.strip()[:_LONGEST_NAME], folder.strip("/ ") if isinstance(folder, str) else "")


def folders_of(dataset: Dataset, document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Folder and key of each component of this document that has both; of two for one file the last one counts."""
    keys = dict(Component.objects.filter(dataset=dataset).values_list("name", "key"))
    return [
        (component.folder, keys[component.name])
        for component in named(document)
        if component.folder and component.name in keys
    ]


def folders_of_version(dataset: Dataset, number: int) -> list[tuple[str, str]] | None:
    """The same of a released version, or None where there is none of this number."""
    version = Version.objects.filter(dataset=dataset, number=number).only("metadata").first()
    return folders_of(dataset, version.metadata) if version else None


def component_name(dataset: Dataset, key: str) -> str:
    """What the component of this key is called, or nothing."""
    found = Component.objects.filter(dataset=dataset, key=key) if key else Component.objects.none()
    return found.values_list("name", flat=True).first() or ""


def component_at(path: str, folders: list[tuple[str, str]]) -> str:
    """The key of the component that a file belongs to, or nothing."""
    return next((key for folder, key in reversed(folders) if path.startswith(f"{folder}/")), "")
