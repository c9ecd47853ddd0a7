"""Release when the publication appears: somebody says that it is out, or the publication services know it."""

import logging

from archive.errors import DomainError, FieldProblem, Invalid
from archive.interchange.publications.identifiers import read_identifier
from archive.models import Deposition, User, Version
from archive.services import planning, publications, releasing
from archive.services.finding_publications import NOT_AN_IDENTIFIER, known_by_now
from archive.states import DepositionState

logger = logging.getLogger(__name__)


def await_publication(
    *, deposition: Deposition, user: User, expected: str = "", change_note: str = "", reason: str = ""
) -> None:
    """It stays ready and private until then, at the latest until the portal's policy ends the wait.

    `expected` is the DOI or PubMed ID to look for; without it somebody has to say that the publication is out.
    """
    releasing.require_releasable(deposition, user, "await-its-publication")
    wanted = read_identifier(expected) if expected.strip() else None
    if expected.strip() and wanted is None:
        raise Invalid(NOT_AN_IDENTIFIER, [FieldProblem("/expected_publication", NOT_AN_IDENTIFIER)])
    note = change_note.strip() or deposition.change_note
    planning.plan_publication(deposition, user, wanted.value if wanted else "", note, reason)


def say_it_is_out(*, deposition: Deposition, user: User, identifier: str, change_note: str = "") -> Version:
    """Released now, with this publication beside it."""
    releasing.require_releasable(deposition, user, "release-it")
    if read_identifier(identifier) is None:
        raise Invalid(NOT_AN_IDENTIFIER, [FieldProblem("/expected_publication", NOT_AN_IDENTIFIER)])
    version = releasing.release_at_once(deposition, user, change_note.strip() or deposition.change_note)
    _link(version, user, identifier)
    return version


def release_appeared() -> list[Version]:
    """Ask for every publication that is waited for, and release what belongs to those that are out."""
    waiting = Deposition.objects.filter(state=DepositionState.READY, waits_for_publication=True)
    released = []
    for deposition in waiting.exclude(expected_publication="").select_related("dataset").order_by("pk"):
        wanted = read_identifier(deposition.expected_publication)
        if wanted is None or deposition.is_human_material or known_by_now(wanted) is None:
            continue
        try:
            version = releasing.release_at_once(deposition, None, deposition.change_note)
        except DomainError as error:
            logger.warning("The release of %s with its paper did not happen: %s", deposition.dataset.accession, error)
            continue
        _link(version, None, deposition.expected_publication)
        released.append(version)
    return released


def _link(version: Version, user: User | None, identifier: str) -> None:
    """Beside the version, unless its own metadata or somebody else named it before."""
    try:
        publications.link_publication(dataset=version.dataset, user=user, identifier=identifier)
    except DomainError as error:
        logger.warning("%s was released, and its publication not linked: %s", version, error)
