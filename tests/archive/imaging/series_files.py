"""Writes the list that makes files one image, for tests."""

from pathlib import Path

from archive.imaging.name_patterns import Group, propose
from archive.imaging.series_manifest import SeriesManifest, written

LIST = "all.series.json"


def proposed(root: Path, folder: str = "", *, ending: str = "*") -> Group:
    """The one group of the files of a folder."""
    found = [path.relative_to(root).as_posix() for path in sorted((root / folder).glob(ending)) if path.is_file()]
    groups = propose(path for path in found if not path.endswith(".json"))
    assert len(groups) == 1, [group.label for group in groups]
    return groups[0]


def listed(group: Group) -> SeriesManifest:
    return SeriesManifest(group.label, group.axes, group.members)


def write_list(root: Path, manifest: SeriesManifest, name: str = LIST) -> str:
    (root / name).write_bytes(written(manifest))
    return name
