"""What stands beside a review: completeness of the metadata, findings of the checks, pictures. Read, never judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from archive.access import Reader, visible_to
from archive.errors import NotFound
from archive.imaging.model import Severity
from archive.metadata.completeness import Completeness, completeness
from archive.models import Image, Version
from archive.selectors.templates import template_of
from archive.states import ImageState
from curation.models import Candidate
from curation.models.candidate import Scope

SHOTS = 9
MOST_FINDINGS = 12


@dataclass(frozen=True)
class Finding:
    image: Image
    sentence: str
    is_problem: bool


@dataclass(frozen=True)
class Term:
    label: str
    curie: str
    is_taxon: bool


@dataclass(frozen=True)
class Technical:
    """The panel. `completeness` is None where the template of the deposit is not known any more."""

    version: Version | None
    # Which images are judged, in words: "image I6", "all 9 images of version 1".
    covers: str
    images: list[Image]
    image_count: int
    drawn_count: int
    findings: list[Finding]
    finding_count: int
    completeness: Completeness | None
    organisms: tuple[Term, ...]
    methods: tuple[Term, ...]
    description: str
    licence: str
    pixel_sizes: tuple[float, ...]


def panel(candidate: Candidate, user: Reader) -> Technical:
    """The candidate's images and metadata as this reader may see them; a fixed number of queries."""
    version = Version.objects.filter(dataset=candidate.dataset_id, number=candidate.version).first()
    metadata: Mapping[str, Any] = version.metadata if version else {}
    images = images_of(candidate, user)
    counts = {
        "all": images.count(),
        "drawn": images.filter(state=ImageState.RENDERED).count(),
        "findings": images.exclude(findings=[]).count(),
    }
    sizes = images.exclude(physical_x_um=None).order_by().values_list("physical_x_um", flat=True).distinct()[:4]
    study = _section(metadata, "study")
    shown = list(images.order_by("number")[:SHOTS])
    return Technical(
        version=version,
        covers=_covers(candidate, counts["all"], [image.number for image in shown]),
        images=shown,
        image_count=counts["all"],
        drawn_count=counts["drawn"],
        findings=_findings(images),
        finding_count=counts["findings"],
        completeness=_completeness(version),
        organisms=terms(metadata, "biosample", "organism"),
        methods=terms(metadata, "acquisition", "imaging_method"),
        description=str(study.get("description") or ""),
        licence=str(study.get("licence") or ""),
        pixel_sizes=tuple(sorted(sizes)),
    )


def _covers(candidate: Candidate, count: int, numbers: Sequence[int]) -> str:
    counted = "1 image" if count == 1 else f"{count:,} images"
    if candidate.scope == Scope.IMAGES:
        rest = f" and {count - len(numbers):,} more" if count > len(numbers) else ""
        return f"{counted} of the dataset: {', '.join(f'I{number}' for number in numbers)}{rest}"
    if candidate.scope == Scope.COMPONENT:
        return f"{counted} of the study component “{candidate.component}”"
    return f"the whole dataset, version {candidate.version}: {counted}"


def images_of(candidate: Candidate, user: Reader) -> QuerySet[Image]:
    """The images that a candidate is about, of those that this reader may see."""
    images = visible_to(Image.objects.filter(dataset=candidate.dataset_id, role=""), user).select_related("dataset")
    if candidate.scope == Scope.IMAGES:
        return images.filter(candidacies=candidate)
    return images.filter(file__component=candidate.component) if candidate.scope == Scope.COMPONENT else images


def _findings(images: QuerySet[Image]) -> list[Finding]:
    found = []
    for image in images.exclude(findings=[]).order_by("number")[:MOST_FINDINGS]:
        for finding in image.findings:
            found.append(Finding(image, str(finding.get("sentence", "")), finding.get("severity") == Severity.PROBLEM))
    return found[:MOST_FINDINGS]


def _completeness(version: Version | None) -> Completeness | None:
    if version is None:
        return None
    try:
        return completeness(template_of(version), version.metadata)
    except NotFound:
        return None


def terms(metadata: Mapping[str, Any], section: str, name: str) -> tuple[Term, ...]:
    """Terms of a field, whatever shape an older deposit gave it."""
    value = _section(metadata, section).get(name) or []
    rows = value if isinstance(value, list) else [value]
    return tuple(_term(row) for row in rows if isinstance(row, Mapping) and (row.get("label") or row.get("curie")))


def _term(row: Mapping[str, Any]) -> Term:
    curie = str(row.get("curie") or "")
    return Term(str(row.get("label") or curie), curie, curie.startswith("NCBITaxon:"))


def _section(metadata: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = metadata.get(name)
    return value if isinstance(value, Mapping) else {}
