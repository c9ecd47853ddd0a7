"""What is hidden from a referee who is not to know whose a dataset is: which names, and rows without them.

Rows are changed in memory, for showing alone; nobody saves what was given to a reader.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Model, Q

from archive.errors import NotFound
from archive.metadata import anonymising
from archive.metadata.anonymising import Names, Person
from archive.models import Dataset, Deposition, File, FileAttributes, Image, Plate, User
from archive.selectors.templates import template_of


def names_in(dataset_id: int) -> Names:
    """Of everybody in its metadata and everybody who works on it, with what leads to them."""
    people: list[Person] = []
    others: list[str] = []
    for deposition in Deposition.objects.filter(dataset=dataset_id).order_by("pk"):
        try:
            template = template_of(deposition)
        except NotFound:  # made with one that this portal has no longer: it is not shown either
            continue
        people += anonymising.people_in(template, deposition.metadata)
        others += anonymising.identifiers_in(template, deposition.metadata)
    senders = File.objects.filter(dataset=dataset_id).order_by().values("uploaded_by").distinct()
    own = Q(memberships__dataset=dataset_id) | Q(created_datasets=dataset_id) | Q(pk__in=senders)
    for user in User.objects.filter(own).distinct().order_by("pk"):
        people.append(Person(user.name, user.email, user.orcid, (user.affiliation,) if user.affiliation else ()))
    site = (settings.PORTAL_NAME, urlsplit(settings.SITE_URL).hostname or "")
    return _names_of(tuple(people), tuple(others), site)


# The same names are asked for with every tile.
_names_of = lru_cache(maxsize=64)(
    lambda people, others, site: anonymising.names_of(people, others, without=site),
)


def hide(record: Model, names: Names) -> None:
    """Take the names out of a row and of the rows that were read with it."""
    waiting, seen = [record], set()
    while waiting:
        row = waiting.pop()
        if id(row) in seen:
            continue
        seen.add(id(row))
        waiting += [related for related in row._state.fields_cache.values() if isinstance(related, Model)]
        if change := _CHANGES.get(type(row)):
            change(row, names)


def _hide_dataset(dataset: Any, names: Names) -> None:
    dataset.title = names.scrub(dataset.title)
    dataset.credit, dataset.source_identifiers = "", []
    # The archive that it was imported from has it under its authors' names.
    dataset._state.fields_cache["origin"] = None


def _hide_image(image: Any, names: Names) -> None:
    image.name, image.reason = names.scrub(image.name), names.scrub(image.reason)
    image.metadata = names.scrub_value(anonymising.without_addresses(image.metadata))
    image.findings = names.scrub_value(image.findings)
    # The document that the file holds is offered to nobody; the one that is written from what was read is.
    image.ome_xml_key = image.ome_xml_sha256 = ""


def _hide_file(file: Any, names: Names) -> None:
    file.path, file.reason = names.scrub_path(file.path), names.scrub(file.reason)
    file.missing = [names.scrub_path(path) for path in file.missing]
    # What tables say of it, where that was read with it.
    for said in file.__dict__.get("said_rows", ()):
        _hide_said(said, names)


def _hide_said(said: Any, names: Names) -> None:
    said.values = _scrubbed(said.values, names)
    said.associations = _scrubbed(said.associations, names)


def _scrubbed(texts: dict[str, str], names: Names) -> dict[str, str]:
    return {names.scrub(name): names.scrub(text) for name, text in texts.items()}


def _hide_plate(plate: Any, names: Names) -> None:
    plate.name = names.scrub(plate.name)


_CHANGES: dict[type[Model], Callable[[Any, Names], None]] = {
    Dataset: _hide_dataset,
    Image: _hide_image,
    File: _hide_file,
    FileAttributes: _hide_said,
    Plate: _hide_plate,
}
