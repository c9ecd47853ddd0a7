"""What a DOI should be now, and what DataCite should know of it: both follow from the dataset."""

from django.conf import settings

from archive.interchange.datacite import Record, VersionLink
from archive.models import Dataset, Deposition, Doi, Image, LinkedPublication, Version
from archive.selectors.versions import part_of
from archive.states import OPEN_DEPOSITIONS, DoiState


def dois_of(dataset: Dataset) -> dict[int | None, Doi]:
    """By version number; None is the dataset's own."""
    return {doi.number: doi for doi in Doi.objects.filter(dataset=dataset)}


def wanted_state(doi: Doi) -> DoiState:
    """A record that another archive published has its DOI there, and gets none here."""
    if _is_elsewhere(doi.dataset):
        return DoiState.RESERVED
    if version_of(doi) is not None:
        return DoiState.HIDDEN if doi.dataset.is_retracted else DoiState.FINDABLE
    drafts = Deposition.objects.filter(dataset=doi.dataset, state__in=OPEN_DEPOSITIONS)
    if doi.number is not None:
        drafts = drafts.filter(number=doi.number)
    return DoiState.DRAFT if drafts.exists() else DoiState.RESERVED


def _is_elsewhere(dataset: Dataset) -> bool:
    return hasattr(dataset, "origin")


def version_of(doi: Doi) -> Version | None:
    """The released version that it is described by: its own, or the latest."""
    number = doi.number or doi.dataset.latest_version
    return Version.objects.filter(dataset=doi.dataset, number=number).first()


def record_of(doi: Doi, version: Version) -> Record:
    """As it is told to DataCite; `version` is `version_of(doi)`."""
    dataset = doi.dataset
    names = dois_of(dataset)
    numbers = Version.objects.filter(dataset=dataset).order_by("number").values_list("number", flat=True)
    submitted = Deposition.objects.filter(dataset=dataset, number=version.number, submitted_at__isnull=False)
    shown = version if doi.number else dataset
    return Record(
        doi=doi.name,
        concept_doi=names[None].name,
        accession=dataset.accession,
        url=f"{settings.SITE_URL}{shown.get_absolute_url()}",
        publisher=settings.PORTAL_NAME,
        number=doi.number,
        versions=[VersionLink(number, names[number].name) for number in numbers if number in names],
        document=version.metadata,
        released_at=version.released_at.date(),
        first_released_at=dataset.released_at.date() if dataset.released_at else version.released_at.date(),
        submitted_at=next((row.submitted_at.date() for row in submitted.order_by("-pk")[:1]), None),
        file_count=version.file_count,
        image_count=version.image_count,
        byte_count=version.byte_count,
        formats=_formats(dataset, version.number),
        source_identifiers=dataset.source_identifiers,
        publications=list(LinkedPublication.objects.filter(dataset=dataset).values("doi", "pmid")),
        retracted_at=dataset.retracted_at.date() if dataset.retracted_at else None,
        retraction_reason=dataset.retraction_reason,
    )


def _formats(dataset: Dataset, number: int) -> tuple[str, ...]:
    rows = Image.objects.filter(part_of(number), dataset=dataset).exclude(format="")
    return tuple(rows.order_by("format").values_list("format", flat=True).distinct())
