"""From a deposition that is ready to an immutable version; planned releases; retraction with a tombstone."""

import datetime as dt
import logging
from typing import Any

from django.db import transaction
from django.utils import timezone

from archive import access
from archive.errors import DomainError, FieldProblem, Invalid, NotAllowed, WrongState
from archive.events import Event, emit
from archive.models import Dataset, Deposition, User, Version
from archive.selectors import quality
from archive.services import accessions, auditing
from archive.services.comparing import compare_with_latest
from archive.services.components import assign_components, sync_components
from archive.services.editing import title_of
from archive.services.free_terms import list_free_terms
from archive.services.manifests import Manifest, drop_manifest, write_manifest
from archive.services.moving import move_deposition, require_reason, wrong_state
from archive.services.planning import as_read, plan_day
from archive.states import DatasetRole, DepositionState, PortalRole, Standing

logger = logging.getLogger(__name__)

HUMAN_MATERIAL = (
    "This deposit holds human material, and this portal cannot yet record consent and ethics approval, which come "
    "first. It stays a private draft; nothing of it is shown."
)
NO_PUBLICATION = (
    "The metadata name no publication. Say why: that it is to follow, or that none is planned. Or go back and name it."
)


def release_deposition(
    *,
    deposition: Deposition,
    user: User,
    release_on: dt.date | None = None,
    change_note: str = "",
    reason: str = "",
    no_publication: str = "",
) -> Version | None:
    """Release it now, or on a day to come: then it stays ready and private until then, and None is returned.

    `reason`: why the day is a later one than was planned before; `no_publication`: why there is none to belong to,
    which must be said where the metadata name none.
    """
    require_releasable(deposition, user, "release-it")
    if no_publication.strip():
        _declare(deposition, user, no_publication.strip())
    elif not (deposition.no_publication or names_publication(deposition)):
        raise Invalid(NO_PUBLICATION, [FieldProblem("/no_publication", NO_PUBLICATION)])
    if release_on and release_on < timezone.localdate():
        sentence = "This day has passed. Choose one to come, or leave it out to release now."
        raise Invalid(sentence, [FieldProblem("/release_on", sentence)])
    note = change_note.strip() or deposition.change_note
    if release_on and release_on > timezone.localdate():
        plan_day(deposition, user, release_on, note, reason)
        return None
    return release_at_once(deposition, user, note)


def names_publication(deposition: Deposition) -> bool:
    """Whether its metadata, or somebody after an earlier release, say which publication it belongs to."""
    study = deposition.metadata.get("study")
    is_named = bool(study.get("publication")) if isinstance(study, dict) else False
    return is_named or deposition.dataset.publications.exists()


@transaction.atomic
def release_imported(*, deposition: Deposition, user: User, change_note: str) -> Version:
    """A record of a study that another archive published, and whose bytes stay there: nothing is here to be checked.

    What its source leaves open (a licence, consent for human material) is the origin's matter and stays open here.
    """
    dataset = deposition.dataset
    access.require_role(user, dataset, (DatasetRole.OWNER,))
    deposition.refresh_from_db()
    if not hasattr(dataset, "origin") or dataset.files.exists():
        raise WrongState(f"{dataset.accession} holds files of its own, or was not imported. Submit it as a deposit.")
    if not title_of(deposition.metadata):
        sentence = "The study has no title. Add one at its source, or to the draft, and release it then."
        raise Invalid(sentence, [FieldProblem("/study/title", sentence)])
    ready = move_deposition(
        deposition=deposition,
        sources=(DepositionState.DRAFT,),
        target=DepositionState.READY,
        action="accept-import",
        actor=user,
        where={"revision": deposition.revision},
        problems=[],
    )
    return release_at_once(ready, user, change_note)


@transaction.atomic
def _declare(deposition: Deposition, user: User, no_publication: str) -> None:
    Deposition.objects.filter(pk=deposition.pk).update(no_publication=no_publication)
    deposition.refresh_from_db()
    subject = f"version {deposition.number}"
    auditing.record(
        dataset=deposition.dataset,
        action="deposition.no-publication",
        actor=user,
        subject=subject,
        reason=no_publication,
    )


def require_releasable(deposition: Deposition, user: User, action: str) -> None:
    """Raise NotAllowed or WrongState unless only its owner's word is missing, and this is its owner."""
    access.require_role(user, deposition.dataset, (DatasetRole.OWNER,))
    deposition.refresh_from_db()
    if deposition.state != DepositionState.READY:
        raise wrong_state(deposition, action)
    if deposition.is_human_material:
        raise WrongState(HUMAN_MATERIAL)


def release_at_once(deposition: Deposition, user: User | None, note: str) -> Version:
    """What is ready and may be released; by the portal itself where there is no user.

    The manifest is written first, for that takes long; the transaction then makes sure that nothing has changed.
    """
    manifest = write_manifest(deposition)
    changes = compare_with_latest(deposition, manifest)
    try:
        with transaction.atomic():
            return _freeze(deposition, user, manifest, note, changes)
    except DomainError:
        drop_manifest(manifest)
        raise


def _freeze(
    deposition: Deposition, user: User | None, manifest: Manifest, note: str, changes: dict[str, Any] | None
) -> Version:
    now = timezone.now()
    planned = deposition.release_on
    move_deposition(
        deposition=deposition,
        sources=(DepositionState.READY,),
        target=DepositionState.RELEASED,
        action="release",
        actor=user,
        where=as_read(deposition),
        change_note=note,
        # A day to come is not the day of this release.
        release_on=planned if planned and planned <= timezone.localdate() else None,
        data={"tree_digest": manifest.tree_digest, "files": manifest.file_count, "bytes": manifest.byte_count},
    )
    dataset = deposition.dataset
    _raise_version(dataset, deposition, now)
    sync_components(dataset=dataset, document=deposition.metadata)
    assign_components(dataset=dataset, document=deposition.metadata)
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
        image_count=quality.current_images(deposition).filter(role="").count(),
        change_note=deposition.change_note,
        changes=changes,
        doi=accessions.version_doi(dataset, deposition.number),
        released_at=now,
        released_by=user,
    )
    list_free_terms(version)
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
            released.append(release_at_once(deposition, None, deposition.change_note))
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
