"""`manage.py erase_person`: take away everything that tells who somebody is, when they ask for it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from archive.errors import DomainError
from archive.management.accounts import account
from archive.services import people


class Command(BaseCommand):
    help = "Erase a person's account; what they released stays cited, what they did stays under their number."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--by", required=True, help="the e-mail address of the administrator who does it")
        parser.add_argument("--reason", required=True, help="why, for the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        person, administrator = account(options["email"]), account(options["by"])
        try:
            people.erase_person(actor=administrator, user=person, reason=options["reason"])
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The account is erased; its number {person.pk} stays in the audit trail.")
