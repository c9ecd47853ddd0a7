"""From a deposition that is ready to an immutable version; planned releases; retraction with a tombstone."""

import datetime as dt
import logging

from django.db import transaction
from django.utils import timezone

from archive import access
from archive.errors import DomainError, FieldProblem, Invalid, NotAllowed, WrongState
from archive.events import Event, emit
from archive.models import Dataset, Deposition, User, Version
from archive.selectors import quality
from archive.services import accessions, auditing
from archive.services.editing import title_of
from archive.services.manifests import Manifest, drop_manifest, write_manifest
from archive.services.moving import move_deposition, require_reason, wrong_state
from archive.states import DatasetRole, DepositionState, PortalRole, Standing

logger = logging.getLogger(__name__)

HUMAN_MATERIAL = (
    "This deposit holds human material, and this portal cannot yet record consent and ethics approval, which come "
    "first. It stays a private draft; nothing of it is shown."
)
_LONGEST_WAIT = dt.timedelta(days=3 * 366)


def release_deposition(
    *, deposition: Deposition, user: User, release_on: dt.date | None = None, change_note: str = ""
) -> Version | None:
    """Release it now, or on a day to come: then it stays ready and private until then, and None is returned."""
    access.require_role(user, deposition.dataset, (DatasetRole.OWNER,))
    deposition.refresh_from_db()
    if deposition.state != DepositionState.READY:
        raise wrong_state(deposition, "release-it")
    if deposition.is_human_material:
        raise WrongState(HUMAN_MATERIAL)
    if change_note:
        Deposition.objects.filter(pk=deposition.pk).update(change_note=change_note.strip())
        deposition.refresh_from_db()
    if release_on and release_on > timezone.localdate():
        _plan(deposition, user, release_on)
        return None
    return _release(deposition, user)


@transaction.atomic
def _plan(deposition: Deposition, user: User, release_on: dt.date) -> None:
    if release_on > timezone.localdate() + _LONGEST_WAIT:
        sentence = "A release date is at most three years ahead. Choose an earlier day; it can be changed later."
        raise Invalid(sentence, [FieldProblem("/release_on", sentence)])
    move_deposition(
        deposition=deposition,
        sources=(DepositionState.READY,),
        target=DepositionState.READY,
        action="plan-release",
        actor=user,
        data={"release_on": release_on.isoformat()},
        release_on=release_on,
    )


def _release(deposition: Deposition, user: User | None) -> Version:
    """The manifest is written first, for that takes long; the transaction then makes sure that nothing has changed."""
    manifest = write_manifest(deposition)
    try:
        with transaction.atomic():
            return _freeze(deposition, user, manifest)
    except DomainError:
        drop_manifest(manifest)
        raise


def _freeze(deposition: Deposition, user: User | None, manifest: Manifest) -> Version:
    now = timezone.now()
    move_deposition(
        deposition=deposition,
        sources=(DepositionState.READY,),
        target=DepositionState.RELEASED,
        action="release",
        actor=user,
        where={"revision": deposition.revision},
        data={"tree_digest": manifest.tree_digest, "files": manifest.file_count, "bytes": manifest.byte_count},
    )
    dataset = deposition.dataset
    _raise_version(dataset, deposition, now)
    version = Version.objects.create(
        dataset=dataset,
        number=deposition.number,
        template=deposition.template,
        template_version=deposition.template_version,
        metadata=deposition.metadata,
        manifest_key=manifest.key,
        tree_digest=manifest.tree_digest,
        file_count=manifest.file_count,
        byte_count=manifest.byte_count,
        image_count=quality.current_images(deposition).count(),
        change_note=deposition.change_note,
        doi=accessions.version_doi(dataset, deposition.number),
        released_at=now,
        released_by=user,
    )
    emit(Event.VERSION_RELEASED, version_id=version.pk)
    emit(Event.DATASET_CHANGED, dataset_id=dataset.pk)
    return version


def _raise_version(dataset: Dataset, deposition: Deposition, now: dt.datetime) -> None:
    """The dataset's latest version goes up by one; `released_at` stays that of the first release."""
    before = deposition.number - 1 or None
    rows = Dataset.objects.filter(pk=dataset.pk, latest_version=before, standing=Standing.CURRENT)
    if before is None:
        rows = Dataset.objects.filter(pk=dataset.pk, latest_version__isnull=True)
    title = title_of(deposition.metadata)
    released_at = dataset.released_at or now
    if not rows.update(latest_version=deposition.number, released_at=released_at, title=title):
        raise WrongState(f"{dataset.accession} has changed meanwhile, or was retracted. Reload the page.")
    dataset.refresh_from_db()


def release_due() -> list[Version]:
    """Release what waited for its day."""
    due = Deposition.objects.filter(state=DepositionState.READY, release_on__lte=timezone.localdate())
    released = []
    for deposition in due.select_related("dataset").order_by("release_on", "pk"):
        if deposition.is_human_material:
            continue
        try:
            released.append(_release(deposition, None))
        except DomainError as error:
            logger.warning("The planned release of %s did not happen: %s", deposition.dataset.accession, error)
    return released


@transaction.atomic
def retract_dataset(*, dataset: Dataset, user: User, reason: str) -> Dataset:
    """Withhold a released dataset; its tombstone stays and tells the reason."""
    if not (user.is_authenticated and user.has_role(PortalRole.CURATOR, PortalRole.ADMINISTRATOR)):
        raise NotAllowed("Only curators and administrators retract a dataset. Write to them and say why.")
    reason = require_reason(reason, "it is retracted")
    rows = Dataset.objects.filter(pk=dataset.pk, standing=Standing.CURRENT, latest_version__isnull=False)
    if not rows.update(standing=Standing.RETRACTED, retracted_at=timezone.now(), retraction_reason=reason):
        raise WrongState(f"{dataset.accession} is not public, or was retracted before. Reload the page.")
    dataset.refresh_from_db()
    auditing.record(
        dataset=dataset,
        action="dataset.retract",
        actor=user,
        from_state=Standing.CURRENT,
        to_state=Standing.RETRACTED,
        reason=reason,
    )
    emit(Event.DATASET_CHANGED, dataset_id=dataset.pk)
    return dataset
