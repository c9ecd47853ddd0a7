"""The files that an imported record lists: one object in storage, compressed JSON lines, whatever their number.

{"path": "images/cell_01.tif", "size": 1048576, "attributes": {"Genotype": "wild type"}}
"""

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from django.core.files.base import File as DjangoFile

from archive import compression
from archive.interchange.studies import ListedFile
from archive.storage import new_key, originals

_KEPT_IN_MEMORY = 1 << 20


@dataclass
class Listing:
    """A list on its way: it is kept by `store`, or forgotten with its temporary file."""

    draft: IO[bytes]
    digest: str = ""
    count: int = 0
    byte_count: int | None = None

    def store(self) -> str:
        """Its key in storage; nothing for an empty list."""
        if not self.count:
            return ""
        self.draft.seek(0)
        return originals().save(new_key("listings", f".jsonl{compression.ENDING}"), DjangoFile(self.draft))


@contextmanager
def written_listing(files: Iterable[ListedFile]) -> Iterator[Listing]:
    """The list compressed in a temporary file, to be stored or not. Memory stays flat."""
    with tempfile.SpooledTemporaryFile(max_size=_KEPT_IN_MEMORY) as draft:
        yield _written(files, draft)


def _written(files: Iterable[ListedFile], draft: IO[bytes]) -> Listing:
    listing, digest = Listing(draft), hashlib.sha256()
    sizes: list[int] = [0, 0]

    def lines() -> Iterator[bytes]:
        for file in files:
            entry = {"path": file.path, "size": file.size, "attributes": dict(file.attributes)}
            line = json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
            digest.update(line)
            listing.count += 1
            sizes[0] += file.size or 0
            sizes[1] += file.size is not None
            yield line

    compression.compress(lines(), draft)
    listing.digest = digest.hexdigest()
    listing.byte_count = sizes[0] if sizes[1] else None
    return listing


def drop_listing(key: str) -> None:
    """Of an import that did not happen, or of a draft that another import replaced."""
    if key:
        originals().delete(key)
