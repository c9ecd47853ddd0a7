"""A version's manifest: one line of JSON for each file, in the order of paths, as an object in storage.

    {"path": "images/cell_01.ome.tif", "kind": "file", "size": 1048576, "sha256": "…"}
    {"path": "images/plate.ome.zarr", "kind": "bundle", "size": 4096, "sha256": "…", "members": 3}

A file of which a table says something has `attributes` and `associations` beside these: {"Gene": "TP53"}.
A bundle's `sha256` is that of its member list. The tree digest of the version is the SHA-256 of the whole manifest.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.base import File as DjangoFile

from archive.models import Deposition, File
from archive.selectors import quality
from archive.selectors.attributes import shown, with_attributes
from archive.states import FileKind
from archive.storage import new_key, originals

_KEPT_IN_MEMORY = 1 << 20


@dataclass(frozen=True)
class Manifest:
    key: str
    tree_digest: str
    file_count: int
    byte_count: int


def write_manifest(deposition: Deposition) -> Manifest:
    """Store the manifest of the deposition's files. Memory stays flat, whatever their number."""
    digest, count, size = hashlib.sha256(), 0, 0
    with tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY) as draft:
        for file in _files(deposition):
            line = _line(file)
            draft.write(line)
            digest.update(line)
            count += 1
            size += file.size
        draft.seek(0)
        key = originals().save(new_key("manifests", ".jsonl"), DjangoFile(draft))
    return Manifest(key, digest.hexdigest(), count, size)


def drop_manifest(manifest: Manifest) -> None:
    """Of a release that did not happen."""
    originals().delete(manifest.key)


def _files(deposition: Deposition) -> Iterator[File]:
    rows = quality.current_files(deposition).select_related("blob").order_by("path")
    return with_attributes(rows, deposition.number).iterator(chunk_size=2000)


def _line(file: File) -> bytes:
    entry: dict[str, Any] = {"path": file.path, "kind": file.kind, "size": file.size}
    if file.kind == FileKind.BUNDLE:
        entry |= {"sha256": file.tree_digest, "members": file.member_count}
    else:
        entry["sha256"] = file.blob.sha256
    said = shown(file)
    # In the order of names, and left out where there is nothing: the same files give the same digest.
    if said.values:
        entry["attributes"] = dict(sorted(said.values.items()))
    if said.associations:
        entry["associations"] = dict(sorted(said.associations.items()))
    return json.dumps(entry, ensure_ascii=False).encode() + b"\n"
