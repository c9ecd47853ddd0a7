"""Publications of what is released: added and removed by its owners without a new version, each change audited.

Search, DataCite and the record follow: they are told that the dataset changed.
"""

from django.db import IntegrityError, transaction

from archive import access
from archive.errors import FieldProblem, Invalid, NotFound, WrongState
from archive.events import Event, emit
from archive.interchange.publications.identifiers import Kind, read_identifier
from archive.models import Dataset, LinkedPublication, User
from archive.services import auditing
from archive.services.finding_publications import NOT_AN_IDENTIFIER, find_publication, known_by_now
from archive.states import DatasetRole

_MOST = 50
_LONGEST_TITLE = 500


def add_publication(*, dataset: Dataset, user: User, identifier: str, title: str = "") -> LinkedPublication:
    """By its DOI or PubMed ID, also as an address. What is not said is asked of the publication services, which may be
    down: then it is added as it was said. Raises Invalid, WrongState, NotAllowed, TooMany.
    """
    access.require_role(user, dataset, (DatasetRole.OWNER,))
    return link_publication(dataset=dataset, user=user, identifier=identifier, title=title)


def link_publication(*, dataset: Dataset, user: User | None, identifier: str, title: str = "") -> LinkedPublication:
    """`add_publication`, by the portal itself where there is no user."""
    _require_current(dataset)
    wanted = read_identifier(identifier)
    if wanted is None:
        raise Invalid(NOT_AN_IDENTIFIER, [FieldProblem("/identifier", NOT_AN_IDENTIFIER)])
    found = find_publication(text=identifier, user=user).publication if user else known_by_now(wanted)
    doi = wanted.value if wanted.kind is Kind.DOI else found.doi if found else ""
    pmid = wanted.value if wanted.kind is Kind.PMID else found.pmid if found else ""
    said = " ".join(title.split()) or (found.title if found else "")
    return _add(dataset, user, doi, pmid, said[:_LONGEST_TITLE])


@transaction.atomic
def _add(dataset: Dataset, user: User | None, doi: str, pmid: str, title: str) -> LinkedPublication:
    if LinkedPublication.objects.filter(dataset=dataset).count() >= _MOST:
        raise WrongState(f"{dataset.accession} has {_MOST} publications. Remove one that does not belong to it.")
    try:
        with transaction.atomic():
            made = LinkedPublication.objects.create(
                dataset=dataset, doi=doi, pmid=pmid, title=title, added_by=user
            )  # fmt: skip
    except IntegrityError as error:
        sentence = "This publication is among those of the dataset already."
        raise Invalid(sentence, [FieldProblem("/identifier", sentence)]) from error
    _record(dataset, user, "publication.add", made)
    return made


@transaction.atomic
def remove_publication(*, dataset: Dataset, user: User, publication_id: int) -> None:
    """One that was added after the release; what a version's own metadata say stays with the version."""
    access.require_role(user, dataset, (DatasetRole.OWNER,))
    found = LinkedPublication.objects.filter(dataset=dataset, pk=publication_id).first()
    if found is None:
        raise NotFound("The dataset has no such publication, or it was removed before. Reload the page.")
    _record(dataset, user, "publication.remove", found)
    found.delete()


def _record(dataset: Dataset, user: User | None, action: str, publication: LinkedPublication) -> None:
    data = {"doi": publication.doi, "pmid": publication.pmid, "title": publication.title}
    subject = f"publication {publication.pk}"
    auditing.record(dataset=dataset, action=action, actor=user, subject=subject, data=data)
    emit(Event.DATASET_CHANGED, dataset_id=dataset.pk)


def _require_current(dataset: Dataset) -> None:
    if dataset.latest_version is None:
        raise WrongState("It is not released yet: write the publication into its metadata.")
    if dataset.is_retracted:
        raise WrongState(f"{dataset.accession} was retracted. Nothing is added to it.")
