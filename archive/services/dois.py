"""DOIs are reserved with the accession and registered at the release. DataCite may be down: each row waits its turn.

Nothing here claims that a DOI leads anywhere before DataCite has said so.
"""

import hashlib
import json
import logging
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from archive import registration
from archive.events import Event, emit
from archive.interchange.datacite import attributes, draft_attributes
from archive.models import Dataset, Doi, Version
from archive.outbound import Unreachable
from archive.registration import Refused
from archive.selectors.dois import record_of, version_of, wanted_state
from archive.services import accessions, auditing
from archive.states import DoiState

logger = logging.getLogger(__name__)

# Longer than telling DataCite may take; a worker that died in between is followed by another one after it.
_LEASE = timedelta(minutes=2)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(days=1)
# What is told to bring a DOI to a state, from where it is registered, and from where it is not.
_EVENTS = {DoiState.FINDABLE: ("publish", "publish"), DoiState.HIDDEN: ("hide", "register")}


def reserve(*, dataset: Dataset, number: int, name: str = "") -> Doi:
    """The names of a dataset and of one version; to be called in the transaction that begins it. Twice does no harm."""
    Doi.objects.get_or_create(dataset=dataset, number=None, defaults={"name": accessions.dataset_doi(dataset)})
    doi, _ = Doi.objects.get_or_create(
        dataset=dataset, number=number, defaults={"name": name or accessions.version_doi(dataset, number)}
    )
    note_change(dataset_id=dataset.pk)
    return doi


def note_release(version_id: int) -> None:
    """In the transaction of the release."""
    version = Version.objects.select_related("dataset").get(pk=version_id)
    reserve(dataset=version.dataset, number=version.number, name=version.doi)


def note_change(dataset_id: int) -> None:
    """In the transaction of whatever may change what DataCite is to know: a release, metadata, a retraction."""
    rows = Doi.objects.filter(dataset_id=dataset_id)
    if rows.update(due_at=timezone.now(), mark=F("mark") + 1, tries=0) and registration.is_configured():
        emit(Event.DOIS_DUE, dataset_id=dataset_id)


def waiting() -> QuerySet[Doi, int]:
    """Ids of datasets with something to tell now; none without an account."""
    due = Doi.objects.filter(due_at__lte=timezone.now())
    rows = due if registration.is_configured() else due.none()
    return rows.order_by("dataset_id").values_list("dataset_id", flat=True).distinct()


def register_due(*, dataset_id: int) -> None:
    """Tell DataCite what it does not know yet. May be interrupted, and called again, at any moment."""
    if not registration.is_configured():
        return
    _take_own_prefix(dataset_id)
    due = Doi.objects.filter(dataset_id=dataset_id, due_at__lte=timezone.now()).select_related("dataset")
    for doi in due.order_by("number"):
        if Doi.objects.filter(pk=doi.pk, due_at=doi.due_at).update(due_at=timezone.now() + _LEASE):
            _register(doi)


def _register(doi: Doi) -> None:
    wanted = wanted_state(doi)
    try:
        digest = _tell(doi, wanted)
    except (Unreachable, Refused) as error:
        _put_off(doi, str(error))
    else:
        _finish(doi, wanted, digest)


def _tell(doi: Doi, wanted: DoiState) -> str:
    """Returns the digest of what DataCite knows then."""
    if wanted == DoiState.RESERVED:
        # What was registered stays so for ever: only a draft is taken back.
        if doi.state == DoiState.DRAFT:
            registration.drop(doi.name)
        return ""
    told = _attributes(doi, wanted)
    digest = _digest(told)
    if doi.state == wanted and doi.told_digest == digest:
        return digest
    if event := _EVENTS.get(wanted):
        told["event"] = event[0] if doi.is_registered else event[1]
    registration.put(doi.name, told)
    return digest


def _attributes(doi: Doi, wanted: DoiState) -> dict[str, Any]:
    version = version_of(doi)
    if wanted == DoiState.DRAFT or version is None:
        return draft_attributes(doi.name)
    return attributes(record_of(doi, version))


def _digest(told: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def _finish(doi: Doi, state: DoiState, digest: str) -> None:
    if doi.is_registered and state == DoiState.RESERVED:
        state = DoiState(doi.state)
    rows = Doi.objects.filter(pk=doi.pk)
    rows.update(state=state, told_digest=digest, told_at=timezone.now(), tries=0, reason="")
    # A change that came meanwhile keeps its turn, which was put off when this one began.
    if not rows.filter(mark=doi.mark).update(due_at=None):
        rows.update(due_at=timezone.now())
        emit(Event.DOIS_DUE, dataset_id=doi.dataset_id)
    if state != doi.state:
        auditing.record(
            dataset=doi.dataset, action="doi.register", subject=doi.name, from_state=doi.state, to_state=state
        )


def _put_off(doi: Doi, reason: str) -> None:
    """With growing pauses, for ever: a DOI that was promised is registered one day."""
    pause = min(_FIRST_PAUSE * 4 ** min(doi.tries, 10), _LONGEST_PAUSE)
    logger.warning("The DOI %s waits %s: %s", doi.name, pause, reason)
    rows = Doi.objects.filter(pk=doi.pk)
    rows.update(tries=F("tries") + 1, reason=reason, due_at=timezone.now() + pause)


@transaction.atomic
def _take_own_prefix(dataset_id: int) -> None:
    """Names that were reserved before the institute had its prefix, and that nobody was told, take it."""
    prefix = settings.PORTAL_DOI_PREFIX.lower()
    strangers = Doi.objects.filter(dataset_id=dataset_id, state=DoiState.RESERVED).exclude(
        name__startswith=f"{prefix}/"
    )
    for doi in strangers.select_related("dataset"):
        name = f"{prefix}/{doi.name.partition('/')[2]}"
        Doi.objects.filter(pk=doi.pk).update(name=name)
        Version.objects.filter(dataset=doi.dataset, number=doi.number, doi=doi.name).update(doi=name)
        auditing.record(dataset=doi.dataset, action="doi.rename", subject=name, data={"from": doi.name})
