"""The validation report of a version: for readers, and for a journal's referees, who print it."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from archive.imaging.quality import BY_CODE
from archive.metadata.completeness import Completeness, completeness
from archive.models import Image, Version
from archive.selectors import datasets, images, validation, versions
from archive.selectors.templates import template_of
from archive.states import ImageState
from archive.views import facts
from archive.views.records import finding_view, tombstone

IMAGES_A_PAGE = 50
_TIERS = (
    ("Required", "required", "Without them nothing is released."),
    ("Desirable", "desirable", "What others need to use the images again."),
    ("Optional", "optional", "What helps where it applies."),
)


@require_safe
def report(request: HttpRequest, accession: str, number: int) -> HttpResponseBase:
    record = datasets.dataset_record(accession, request.user)
    if record.dataset.is_retracted and record.withheld:
        return tombstone(request, record)
    version = versions.get_version(record.dataset, number, request.user)
    template = template_of(version)
    document = datasets.metadata_for(version, template, request.user, record.role)
    found = validation.report_of(record.dataset, version, request.user)
    context = {
        "section": "search",
        "dataset": record.dataset,
        "version": version,
        "title": (document.get("study") or {}).get("title") or record.dataset.title,
        "template": template,
        "report": found,
        "check_count": len(found.checks),
        "found_count": len(found.found),
        "complete": (complete := completeness(template, document)),
        "tiers": _tiers(complete),
        "printed_at": timezone.now(),
        **_images(request, version),
    }
    return render(request, "archive/record/report.html", context)


def _tiers(complete: Completeness) -> list[dict[str, Any]]:
    return [{"label": label, "words": words, "count": getattr(complete, name)} for label, name, words in _TIERS]


def _images(request: HttpRequest, version: Version) -> dict[str, Any]:
    """A page of the table of images."""
    page = images.page_of_images(
        version.dataset, request.user, number=version.number, cursor=request.GET.get("images", ""), size=IMAGES_A_PAGE
    )
    address = reverse("archive:report", args=[version.dataset.accession, version.number])
    following = f"{address}?{urlencode({'images': page.next_cursor})}#images" if page.next_cursor else ""
    return {
        "rows": [_row(image) for image in page.items],
        "images_previous": "" if page.first else f"{address}#images",
        "images_next": following,
    }


def _row(image: Image) -> dict[str, Any]:
    sizes = (image.size_x, image.size_y, image.size_z, image.size_c, image.size_t)
    return {
        "image": image,
        "sizes": " × ".join(f"{size:,}" for size in sizes),
        "pixel": facts.length(image.physical_x_um) if image.physical_x_um else "",
        "is_waiting": image.state == ImageState.FOUND,
        "is_failed": image.state == ImageState.FAILED,
        "findings": [finding_view(finding) | {"title": _title(finding)} for finding in image.findings],
    }


def _title(finding: dict[str, str]) -> str:
    row = BY_CODE.get(finding.get("code", ""))
    return row.title if row else finding.get("code", "")
