"""`load_terms [ONTOLOGY …]`: the shipped ontologies into the database. Running it twice changes nothing."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from archive.services.terms import load_ontology
from archive.terms import SHIPPED, BadTerms, shipped


class Command(BaseCommand):
    help = "Load the shipped ontologies, so that terms are suggested and checked."

    def add_arguments(self, parser: CommandParser) -> None:
        names = ", ".join(info.name for info in SHIPPED)
        parser.add_argument("ontologies", nargs="*", metavar="ONTOLOGY", help=f"Some of: {names}. All without it.")
        parser.add_argument("--again", action="store_true", help="Load them even if the same version is here.")

    def handle(self, *args, **options) -> None:
        try:
            chosen = [shipped(name) for name in options["ontologies"]] or SHIPPED
            loaded = [load_ontology(info, again=options["again"]) for info in chosen]
        except (LookupError, BadTerms) as error:
            raise CommandError(str(error)) from error
        for result in loaded:
            verb = "loaded" if result.changed else "was here already"
            self.stdout.write(f"{result.ontology} {result.version}: {result.count} terms, {verb}")
