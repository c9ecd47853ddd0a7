"""`import_rocrate PATH…`: study crates of BIA, IDR, SSBD, EMPIAR and others, as drafts or records."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archive.interchange.studies import Study, read_rocrate
from archive.management.importing import ImportCommand


def _crates(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from sorted(path.rglob("*ro-crate-metadata.json"))


class Command(ImportCommand):
    help = "Import study RO-Crates (ro-crate-metadata.json). Importing again changes only what changed there."
    found = staticmethod(_crates)

    def read(self, path: Path, options: dict[str, Any]) -> Study:
        return read_rocrate(path)
