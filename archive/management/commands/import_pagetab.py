"""`import_pagetab PATH…`: submissions of BioStudies and the BioImage Archive, in JSON or TSV, as drafts or records."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archive.interchange.studies import BadStudy, Study, read_pagetab
from archive.management.importing import ImportCommand

_ENDINGS = (".json", ".tsv")


def _submissions(path: Path) -> Iterator[Path]:
    """A file as it is given; of a folder the submissions, without file lists. Where curators corrected one
    (`X_override`), the original is passed over."""
    if path.is_file():
        yield path
        return
    for file in sorted(path.rglob("*")):
        corrected = file.with_name(file.name.replace("_original.", "_override."))
        if file.suffix.lower() in _ENDINGS and file.is_file() and (corrected == file or not corrected.exists()):
            try:
                read_pagetab(file)
            except BadStudy:
                continue  # a list of files, or another kind of document
            yield file


class Command(ImportCommand):
    help = "Import BioStudies submissions (PageTab JSON or TSV). Importing again changes only what changed there."
    found = staticmethod(_submissions)

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--file-lists", type=Path, metavar="FOLDER", help="where file lists are, if not beside")

    def read(self, path: Path, options: dict[str, Any]) -> Study:
        return read_pagetab(path, options["file_lists"])
