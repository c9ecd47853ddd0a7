"""rebuild_index: both search indexes from the database; the old ones answer until the new ones are whole."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from search import indexing
from search.errors import IndexOutdated, RebuildRunning, SearchUnavailable

SHOWN = 10


class Command(BaseCommand):
    help = "Build the search indexes anew from the database and swap them in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Only compare the index with the database; fails if they differ."
        )
        parser.add_argument(
            "--if-needed", action="store_true", help="Rebuild only if the index differs from the database."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["check"]:
                self._check()
            elif not options["if_needed"] or self._is_needed():
                for kind, count in indexing.rebuild().items():
                    self.stdout.write(f"{count} {kind}s indexed.")
        except (SearchUnavailable, RebuildRunning) as error:
            raise CommandError(f"{error} {getattr(error, 'reason', '')}".strip()) from error

    def _check(self) -> None:
        differing = [difference for difference in indexing.differences() if difference]
        for difference in differing:
            for word, ids in (("missing", difference.missing), ("surplus", difference.surplus)):
                if ids:
                    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
                    self.stdout.write(f"{len(ids)} {difference.kind}s {word}: {', '.join(sorted(ids)[:SHOWN])}{more}")
        if differing:
            raise CommandError("The index differs from the database. Run: manage.py rebuild_index")
        self.stdout.write("The index holds what the database holds.")

    def _is_needed(self) -> bool:
        try:
            return any(indexing.differences())
        except IndexOutdated:
            return True
