"""What a new version of a dataset does to its candidates: re-opens those that it touches, and only those."""

from django.db.models import F, Q

from archive.models import Dataset, Image, Version
from curation.models import Candidate
from curation.models.candidate import Origin, Scope
from curation.services import moving
from curation.workflow import Action, CandidateState

_CONSIDERED = (CandidateState.ACCEPTED, CandidateState.DEFERRED)


def consider_version(*, version: Version) -> list[Candidate]:
    """Look at the candidates of a dataset that have a new version; returns those that are in review again.

    Safe to repeat: a candidate that has been looked at names the version.
    """
    waiting = Candidate.objects.filter(
        dataset=version.dataset_id, state__in=[str(state) for state in _CONSIDERED], version__lt=version.number
    ).select_related("dataset")
    return [candidate for candidate in waiting if _consider(candidate, version)]


def consider_all() -> list[Candidate]:
    """The safety net: every candidate whose dataset has a newer version that was not looked at."""
    datasets = Dataset.objects.filter(
        candidates__state__in=[str(state) for state in _CONSIDERED],
        candidates__version__lt=F("latest_version"),
    ).distinct()
    found = []
    for dataset in datasets:
        version = Version.objects.filter(dataset=dataset, number=dataset.latest_version).first()
        found += consider_version(version=version) if version else []
    return found


def _consider(candidate: Candidate, version: Version) -> bool:
    touched = touches(candidate, version)
    reason = f"Version {version.number}: {touched or 'nothing that it covers was changed'}."
    set_to = {"version": version.number}
    if touched:
        set_to |= {"round": candidate.round + 1, "origin": Origin.NEW_VERSION}
    moving.perform(
        candidate=candidate,
        action=Action.NEW_VERSION if touched else Action.CHECK_VERSION,
        actor=None,
        reason=reason,
        set_to=set_to,
    )
    return bool(touched)


def touches(candidate: Candidate, version: Version) -> str:
    """What the versions after the considered one changed of what the candidate covers, in words; empty if nothing."""
    images = _covered(candidate)
    since, until = candidate.version, version.number
    added = images.filter(from_version__gt=since, from_version__lte=until).count()
    removed = images.filter(until_version__gt=since, until_version__lte=until).count()
    found = []
    if candidate.scope != Scope.IMAGES and added:
        found.append(f"{added} {'image was' if added == 1 else 'images were'} added or replaced")
    if removed:
        found.append(f"{removed} {'image was' if removed == 1 else 'images were'} removed or replaced")
    if _metadata_changed(candidate, version):
        found.append("metadata were changed")
    return ", ".join(found)


def _covered(candidate: Candidate):
    if candidate.scope == Scope.IMAGES:
        return candidate.images.all()
    images = Image.objects.filter(dataset=candidate.dataset_id)
    if candidate.scope == Scope.COMPONENT:
        images = images.filter(Q(file__component=candidate.component))
    return images


# Parts of the metadata that say nothing about the images: changing them re-opens nothing.
_HARMLESS = ("publication", "acknowledgements", "funding", "grants", "links", "keywords", "source_identifiers")


def _metadata_changed(candidate: Candidate, version: Version) -> bool:
    before = Version.objects.filter(dataset=candidate.dataset_id, number=candidate.version).first()
    return before is None or _telling(before.metadata) != _telling(version.metadata)


def _telling(metadata: dict) -> dict:
    study = {name: value for name, value in (metadata.get("study") or {}).items() if name not in _HARMLESS}
    return {**metadata, "study": study}
