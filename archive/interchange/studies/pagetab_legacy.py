"""Studies in the JSON that the BioImage Archive wrote before its crates: flat, with its files in `file_references`."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from . import identifiers as ids
from .fields import Entry, Fields, Ledger, items, text_of
from .gathering import Gathered, term
from .listing import whole
from .model import BadStudy, ListedFile, Study

_ADDRESS = "https://www.ebi.ac.uk/biostudies/bioimages/studies/{}"
# Lists and maps of this form that describe pictures which the archive made, not what was deposited.
_OWN = (
    "images",
    "archive_files",
    "other_files",
    "image_aliases",
    "example_image_uri",
    "example_annotation_uri",
    "tags",
)


def parse(tree: Mapping[str, Any]) -> Study:
    accession = text_of(tree.get("accession_id"))
    if not accession:
        raise BadStudy("The study has no accession_id. Without it nothing could be imported twice. Add it.")
    ledger = Ledger()
    got = Gathered(ledger)
    fields = Fields((Entry(str(key), value, str(key)) for key, value in tree.items()), ledger)
    fields.entries("accession_id")
    got.title, got.description = fields.text("title"), fields.text("description")
    got.licence = ids.licence(*fields.texts("license"))
    got.release_date = got.day(fields, "release_date")
    got.keywords = fields.texts("keywords")
    got.organisms = [term(text, "", "NCBITaxon") for text in fields.texts("organism")]
    methods = fields.texts("imaging_type")
    got.methods = [term(text, "", "FBbi") for text in methods if text.lower() != "unknown"]
    for number, author in enumerate(item for entry in fields.entries("authors") for item in items(entry.value)):
        _author(got, author, f"authors[{number + 1}]")
    for entry in fields.entries("links"):
        for key, value in entry.value.items() if isinstance(entry.value, Mapping) else ():
            got.link(f"links/{key}", text_of(value) or text_of(key), description=str(key))
    for entry in fields.entries("attributes"):
        for key, value in entry.value.items() if isinstance(entry.value, Mapping) else ():
            ledger.keep(f"attributes/{key}", str(key), text_of(value))
    references = [entry.value for entry in fields.entries("file_references")]
    fields.entries(*_OWN)
    fields.leave()
    found = [item for value in references if isinstance(value, Mapping) for item in value.values()]
    got.file_count = len(found) if references else None
    study = got.study(origin="bioimage-archive", identifier=accession, url=_ADDRESS.format(accession))
    return replace(study, files=lambda: _files(found))


def _author(got: Gathered, author: Any, place: str) -> None:
    if isinstance(author, str):
        author = {"name": author}
    if not isinstance(author, Mapping):
        got.ledger.doubt(place, "author", author, "An author has a name.")
        return
    fields = Fields((Entry(str(key), value, f"{place}/{key}") for key, value in author.items()), got.ledger)
    person = got.person(name=fields.text("name"), orcid=fields.entries("orcid"), email=fields.entries("email"))
    if person.name:
        got.authors.append(person)
    fields.leave()


def _files(references: list[Any]) -> Iterator[ListedFile]:
    for reference in references:
        if isinstance(reference, Mapping) and text_of(reference.get("name")):
            given = reference.get("attributes")
            pairs = given.items() if isinstance(given, Mapping) else ()
            attributes = {str(key): text_of(value) for key, value in pairs if text_of(value)}
            for key in ("uri", "type"):
                if text_of(reference.get(key)):
                    attributes[key] = text_of(reference[key])
            yield ListedFile(text_of(reference["name"]), whole(reference.get("size_in_bytes")), attributes)
