"""PURE: the groups and attributes of a Zarr hierarchy (formats 2 and 3), parsed without the zarr library.

A container is a folder or a ZIP; both are read by small JSON files, within bounds, and never outside themselves.
"""

import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.imaging import paths
from archive.imaging.errors import Unreadable
from archive.imaging.limits import MAX_JSON_BYTES, MAX_XML_BYTES
from archive.imaging.readers.zarr_arrays import ArrayInfo, Json, array_info, objects
from archive.imaging.sniff import zarr_prefix


class Container:
    """The small files of a Zarr hierarchy, by their path inside it."""

    def __init__(self, path: Path, archive: zipfile.ZipFile | None = None, prefix: str = "") -> None:
        self.path = path
        self.prefix = prefix
        self._archive = archive
        self._names = frozenset(archive.namelist()) if archive is not None else frozenset()

    def read(self, name: str, limit: int = MAX_JSON_BYTES) -> bytes | None:
        """The bytes of a file, None when there is none; raises Unreadable above the limit."""
        if self._archive is None:
            return self._read_file(paths.located(self.path, name), limit)
        full = f"{self.prefix}/{paths.normalised(name)}".lstrip("/")
        if full not in self._names:
            return None
        if self._archive.getinfo(full).file_size > limit:
            raise _too_large(name)
        return self._archive.read(full)

    def _read_file(self, found: Path, limit: int) -> bytes | None:
        if not found.is_file():
            return None
        if found.stat().st_size > limit:
            raise _too_large(found.name)
        return found.read_bytes()

    def json(self, name: str) -> Json | None:
        """A JSON object, None when the file is absent; raises Unreadable when it is no JSON object."""
        data = self.read(name)
        if data is None:
            return None
        try:
            value = json.loads(data)
        except (ValueError, RecursionError) as problem:
            raise Unreadable(
                "broken-zarr", f"The file {name} in the OME-Zarr is not JSON. Export it again."
            ) from problem
        if not isinstance(value, dict):
            raise Unreadable("broken-zarr", f"The file {name} in the OME-Zarr is not a JSON object. Export it again.")
        return value

    def attributes(self, group: str) -> Json:
        """The OME attributes of a group, of either Zarr format; empty when it has none."""
        document = self.json(joined(group, "zarr.json"))
        if document is not None:
            found = objects(document.get("attributes"))
            return objects(found.get("ome")) or found
        return self.json(joined(group, ".zattrs")) or {}

    def array(self, name: str) -> ArrayInfo:
        """Shape, type and chunks of an array; raises Unreadable when there is none."""
        document = self.json(joined(name, "zarr.json"))
        if document is None or document.get("node_type") != "array":
            document = self.json(joined(name, ".zarray"))
        if document is None:
            raise Unreadable("broken-zarr", f"The OME-Zarr has no array “{name}”, which it names. Upload it again.")
        return array_info(name, document)

    def ome_xml(self) -> bytes | None:
        return self.read("OME/METADATA.ome.xml", MAX_XML_BYTES)


def _too_large(name: str) -> Unreadable:
    return Unreadable("too-large", f"The file {name} in the OME-Zarr is too large to be read.", hostile=True)


def joined(group: str, name: str) -> str:
    return f"{group}/{name}" if group else name


@contextmanager
def container(path: Path) -> Iterator[Container]:
    """A folder, or the shallowest Zarr inside a ZIP."""
    if path.is_dir():
        yield Container(path)
        return
    with zipfile.ZipFile(path) as archive:
        yield Container(path, archive, zarr_prefix(path) or "")
