"""`manage.py describe PATH…`: what is read from files or folders, one JSON line per image, or the reason why not.

Files are opened in a sandboxed pool of this command's own: a hostile one costs a line, not the command. Needs no
database.
"""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archive.imaging import report, sniff
from archive.imaging.errors import Overloaded, PoolUnavailable
from archive.imaging.pool.client import ImagingPool, running_pool


@dataclass(frozen=True)
class Target:
    """A file (or OME-Zarr folder) by its path inside a root; what is printed begins with `shown`."""

    root: Path
    path: str
    shown: Path

    def label(self, path: str) -> str:
        return (self.shown / path).as_posix()


class Command(BaseCommand):
    help = "Print what is read from files or folders: one JSON line per image, or the reason why it is not read."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file, or a folder to walk")

    def handle(self, *args: object, paths: list[Path], **options: object) -> None:
        absent = [str(path) for path in paths if not path.exists()]
        if absent:
            raise CommandError(f"There is no file or folder {', '.join(absent)}. Check the path.")
        try:
            with running_pool() as pool:
                for path in paths:
                    for target in targets(path):
                        self._describe(pool, target)
        except (PoolUnavailable, Overloaded) as problem:
            raise CommandError(str(problem)) from problem

    def _describe(self, pool: ImagingPool, target: Target) -> None:
        for row in report.rows(pool.describe(target.root, target.path)):
            self.stdout.write(json.dumps(_labelled(row, target), ensure_ascii=False))


def targets(given: Path) -> Iterator[Target]:
    """The files at or below a path, in order of name. Files that refer to each other find each other below the root:
    the working directory when the path lies in it, the given folder or the file's folder otherwise."""
    here = Path.cwd()
    whole = given.resolve()
    alone = not given.is_dir() or sniff.is_zarr(given)
    if whole.is_relative_to(here) and whole != here:
        root, shown = here, Path() if not given.is_absolute() else here
    else:
        root = whole.parent if alone else whole
        shown = given.parent if alone else given
    for found in [whole] if alone else _walk(whole):
        yield Target(root, found.relative_to(root).as_posix(), shown)


def _walk(folder: Path) -> Iterator[Path]:
    """Files, and OME-Zarr folders as one each."""
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not sniff.is_zarr(entry) and not entry.is_symlink():
            yield from _walk(entry)
        elif entry.is_dir() or entry.is_file():
            yield entry


def _labelled(row: dict[str, Any], target: Target) -> dict[str, Any]:
    """The row with its paths as they were given on the command line."""
    paths = {name: target.label(row[name]) for name in ("path", "main") if name in row}
    if "missing" in row:
        paths["missing"] = [target.label(name) for name in row["missing"]]
    return row | paths
