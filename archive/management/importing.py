"""What `import_pagetab`, `import_idr` and `import_rocrate` share: paths in, records and a report out."""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archive.errors import DomainError
from archive.interchange.studies import BadStudy, Study
from archive.management.accounts import active_account
from archive.models import User
from archive.services.importing import Outcome, import_study

_SHOWN = 100


class ImportCommand(BaseCommand):
    """A subclass says which files of a folder are studies (`found`), and how one is read (`read`)."""

    found: Callable[[Path], Iterator[Path]]

    def read(self, path: Path, options: dict[str, Any]) -> Study:
        raise NotImplementedError

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a study, or a folder to look through")
        parser.add_argument("--user", required=True, metavar="EMAIL", help="the account that will own new records")
        state = parser.add_mutually_exclusive_group()
        state.add_argument("--release", action="store_true", help="make them public records, without bytes")
        state.add_argument("--draft", dest="release", action="store_false", help="leave them as drafts (default)")
        parser.add_argument("--report", type=Path, metavar="FILE", help="write the full report there, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        user = active_account(options["user"])
        rows = [self._import(path, user, options) for path in self._unique(list(self._paths(options["paths"])))]
        if not rows:
            raise CommandError("There is no study of this kind at these paths. Check them, or use the other command.")
        self._print_summary(rows)
        if options["report"]:
            options["report"].write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        refused = sum("error" in row for row in rows)
        if refused:
            raise CommandError(f"{refused} of {len(rows)} were not imported; the reason stands beside each.")

    def _paths(self, given: list[Path]) -> Iterator[Path]:
        for path in given:
            if not path.exists():
                raise CommandError(f"There is no file or folder {path}. Check the path.")
            yield from type(self).found(path)

    def _unique(self, paths: list[Path]) -> list[Path]:
        return list(dict.fromkeys(path.resolve() for path in paths))

    def _import(self, path: Path, user: User, options: dict[str, Any]) -> dict[str, Any]:
        try:
            study = self.read(path, options)
            key = (study.origin, study.identifier)
            seen = self.__dict__.setdefault("_seen", {})
            if key in seen:
                raise BadStudy(f"{study.identifier} stands in {seen[key]} too, which was imported. Give one of them.")
            seen[key] = path
            outcome = import_study(study=study, user=user, release=options["release"])
        except (BadStudy, DomainError) as error:
            self.stdout.write(f"{path}: not imported. {error}")
            return {"path": str(path), "error": str(error)}
        self._print(outcome, options["verbosity"])
        return {"path": str(path), **as_json(outcome)}

    def _print(self, outcome: Outcome, verbosity: int) -> None:
        understood = sum(row.understood for row in outcome.unplaced)
        doubted = len(outcome.unplaced) - understood
        self.stdout.write(
            f"{outcome.accession}  {outcome.identifier}  {outcome.change} "
            f"({outcome.state}, version {outcome.version}): {len(outcome.placed)} fields, "
            f"{understood} kept as attributes, {doubted} not understood, {outcome.listed} files listed"
        )
        if verbosity < 2:
            return
        for field, value in outcome.placed:
            self.stdout.write(f"  placed          {field:34} {_short(value)}")
        for row in outcome.unplaced:
            kind = "kept           " if row.understood else "not understood "
            self.stdout.write(f"  {kind} {row.place or row.key:34} {_short(row.value)}  {row.why}".rstrip())

    def _print_summary(self, rows: list[dict[str, Any]]) -> None:
        done = [row for row in rows if "error" not in row]
        changes = Counter(row["change"] for row in done)
        counted = ", ".join(f"{number} {change}" for change, number in sorted(changes.items()))
        self.stdout.write(f"\n{len(done)} of {len(rows)} studies: {counted or 'none imported'}.")
        fields = Counter(_field(name) for row in done for name in {_field(place) for place in row["placed"]})
        for name, number in sorted(fields.items()):
            self.stdout.write(f"  {name:34} {number:6}")


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The report of one study: field → value, what was kept, what was not understood."""
    rows = [(row.understood, asdict(row)) for row in outcome.unplaced]
    return {
        "accession": outcome.accession,
        "origin": outcome.origin,
        "identifier": outcome.identifier,
        "change": str(outcome.change),
        "state": str(outcome.state),
        "version": outcome.version,
        "listed_files": outcome.listed,
        "placed": dict(outcome.placed),
        "kept": [{key: row[key] for key in ("place", "key", "value")} for kept, row in rows if kept],
        "not_understood": [{k: row[k] for k in ("place", "key", "value", "why")} for kept, row in rows if not kept],
    }


def _field(place: str) -> str:
    """`components.2.name` is `components.name`."""
    return ".".join(step for step in place.split(".") if not step.isdigit())


def _short(value: str) -> str:
    text = " ".join(value.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
