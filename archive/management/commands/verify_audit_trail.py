"""`verify_audit_trail`: every chain by itself, and all against the seals. Exit code 1 with the faults named."""

import sys

from django.core.management.base import BaseCommand

from archive.services import auditing


class Command(BaseCommand):
    help = "Check that no audit entry was changed, rewritten or cut off."

    def handle(self, *args, **options) -> None:
        faults = auditing.verify_everything()
        for fault in faults:
            self.stderr.write(str(fault))
        if faults:
            sys.exit(1)
        self.stdout.write("Every chain of the audit trail is whole and agrees with its seals.")
