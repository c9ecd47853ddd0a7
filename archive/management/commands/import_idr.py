"""`import_idr PATH…`: studies of the Image Data Resource from its metadata repositories, as drafts or records."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archive.interchange.studies import Study, read_idr
from archive.management.importing import ImportCommand


def _study_files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    else:
        yield from sorted(path.rglob("*-study.txt"))


class Command(ImportCommand):
    help = "Import IDR studies: the study file with its plates, files, library and annotation tables."
    found = staticmethod(_study_files)

    def read(self, path: Path, options: dict[str, Any]) -> Study:
        return read_idr(path)
