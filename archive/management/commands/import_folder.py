"""Takes files from a folder or bucket beside the portal into a draft, here and now."""

import time

from django.core.management import BaseCommand, CommandError, CommandParser

from archive.errors import DomainError
from archive.management.accounts import active_account
from archive.models import FolderImport
from archive.selectors.depositions import get_deposition
from archive.services import importing_folders
from archive.states import FolderImportState

PAUSE_SECONDS = 2.0


class Command(BaseCommand):
    help = "Take every file below a folder of PORTAL_IMPORT_ROOTS into the draft of a dataset."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("accession", help="of the dataset, such as MG-D1042")
        parser.add_argument("root", help="the name of a place of PORTAL_IMPORT_ROOTS")
        parser.add_argument("folder", nargs="?", default="", help="relative to it; all of it by default")
        parser.add_argument("--user", required=True, help="the e-mail address of a curator who edits the dataset")

    def handle(self, *args: object, **options: str) -> None:
        user = active_account(options["user"])
        try:
            dataset = get_deposition(options["accession"], user).dataset
            row = importing_folders.begin_import(
                user=user, dataset=dataset, root=options["root"], folder=options["folder"]
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        while row.state == FolderImportState.WANTED:
            before = row.last
            importing_folders.go_on(import_id=row.pk)
            row.refresh_from_db()
            self.stdout.write(self._line(row))
            if row.last == before and row.state == FolderImportState.WANTED:
                # A worker has it, or the storage does not answer.
                time.sleep(PAUSE_SECONDS)
        for problem in row.problems:
            self.stderr.write(f"{problem['path']}: {problem['sentence']}")
        if row.state == FolderImportState.STOPPED:
            raise CommandError(row.sentence)

    def _line(self, row: FolderImport) -> str:
        return f"{row.taken:,} came, {row.present:,} were there already, {row.refused:,} could not come"
