"""The pages of a released dataset and of its images."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from archive import delivery, extensions
from archive.interchange.citation import citation
from archive.metadata.completeness import completeness
from archive.models import Dataset, Image, Version
from archive.selectors import datasets, files, history, images, versions
from archive.selectors.datasets import DatasetRecord
from archive.selectors.depositions import open_deposition
from archive.states import EDITING_ROLES, FileKind
from archive.views import facts
from archive.views.files import FileRow, row_of, rows_of
from archive.views.pictures import labels_of, pictures_of

GALLERY = 8
IMAGES_A_PAGE = 48
FILES_A_PAGE = 50
PLACES = ("labels", "actions", "margin", "side")


@require_safe
def dataset(request: HttpRequest, accession: str) -> HttpResponseBase:
    """The latest version; a draft leads its people to its page, a retraction everybody but them to the tombstone."""
    record = datasets.dataset_record(accession, request.user)
    if record.version is None:
        return redirect("archive:deposition", accession)
    if record.dataset.is_retracted and record.withheld:
        return _tombstone(request, record)
    return _version_page(request, record, record.version)


@require_safe
def version(request: HttpRequest, accession: str, number: int) -> HttpResponseBase:
    record = datasets.dataset_record(accession, request.user)
    if record.dataset.is_retracted and record.withheld:
        return _tombstone(request, record)
    return _version_page(request, record, versions.get_version(record.dataset, number, request.user))


def _tombstone(request: HttpRequest, record: DatasetRecord) -> HttpResponse:
    context = {
        "dataset": record.dataset,
        "authors": record.study.get("authors") or [],
        "citation": _citation(record.dataset, record.version, record.study),
    }
    return render(request, "archive/record/tombstone.html", context, status=410)


def _version_page(request: HttpRequest, record: DatasetRecord, version: Version) -> HttpResponse:
    document = datasets.metadata_for(version, record.template, request.user, record.role)
    study = document.get("study") or {}
    context = {
        "section": "search",
        "dataset": record.dataset,
        "version": version,
        "versions": versions.versions_of(record.dataset, request.user).select_related("dataset"),
        "title": study.get("title") or record.dataset.title,
        "description": study.get("description", ""),
        "authors": study.get("authors") or [],
        "licence": study.get("licence", ""),
        "is_member": record.role is not None,
        "open_deposition": open_deposition(record.dataset.pk) if record.role else None,
        "may_version": record.role in EDITING_ROLES and record.draft is None,
        "template": record.template,
        "sections": facts.of_document(record.template, document),
        "complete": completeness(record.template, document),
        "citation": _citation(record.dataset, version, study),
        "badges": extensions.badges([record.dataset.pk])[record.dataset.pk],
        "panels": {place: extensions.panels(request, record.dataset, place) for place in PLACES},
        "history": history.milestones(record.dataset),
        "audit_count": record.dataset.audit_entries.count(),
        **_images(request, record.dataset, version, document),
        **_files(request, record.dataset, version),
    }
    return render(request, "archive/record/dataset.html", context)


def _citation(dataset: Dataset, version: Version, study: Any) -> str:
    people = study.get("authors") or []
    return citation(
        authors=[person.get("name", "") for person in people if isinstance(person, dict)],
        year=version.released_at.year,
        title=str(study.get("title") or dataset.title),
        version=version.number,
        publisher=settings.PORTAL_NAME,
        identifier=f"{settings.SITE_URL}{version.get_absolute_url()}",
    )


def _images(request: HttpRequest, dataset: Dataset, version: Version, document: Any) -> dict[str, Any]:
    rows = versions.images_of_version(dataset, version.number, request.user)
    shown = list(rows[:GALLERY])
    sizes = sorted({facts.length(image.physical_x_um) for image in shown if image.physical_x_um})
    names = dict.fromkeys(c.name for image in shown for c in facts.channels_of(image) if c.is_named)
    glance = [
        ("Organism", ", ".join(labels_of(document, "biosample", "organism"))),
        ("Method", ", ".join(labels_of(document, "acquisition", "imaging_method"))),
        ("Pixel size", ", ".join(sizes[:4])),
        ("Channels", ", ".join(list(names)[:6])),
        ("Images", f"{version.image_count:,}"),
    ]
    return {
        "pictures": pictures_of(shown, document),
        "image_total": version.image_count,
        "plates": images.plates_of(dataset, request.user).select_related("dataset"),
        "findings": findings_of(rows),
        "glance": [facts.Fact(label, (facts.Value(text),)) for label, text in glance if text],
    }


def findings_of(rows: Any) -> list[dict[str, Any]]:
    """What the quality checks found, each sentence once with the number of images."""
    found: Counter[str] = Counter()
    first: dict[str, dict[str, str]] = {}
    for findings in rows.exclude(findings=[]).values_list("findings", flat=True).iterator(chunk_size=2000):
        for finding in findings:
            found[finding["code"]] += 1
            first.setdefault(finding["code"], finding)
    return [finding_view(first[code]) | {"count": count} for code, count in found.most_common()]


def finding_view(finding: dict[str, str]) -> dict[str, Any]:
    is_problem = finding.get("severity") == "problem"
    return {
        "kind": "warn" if is_problem else "",
        "words": "Kept on purpose" if is_problem else "Noted",
        "sentence": finding.get("sentence", ""),
    }


def _files(request: HttpRequest, dataset: Dataset, version: Version) -> dict[str, Any]:
    page = files.page_of_files(
        dataset, request.user, number=version.number, cursor=request.GET.get("files", ""), size=FILES_A_PAGE
    )
    address = version.get_absolute_url()
    following = f"{address}?{urlencode({'files': page.next_cursor})}#files" if page.next_cursor else ""
    return {
        "files": [_with_download(row, dataset) for row in rows_of(page.items)],
        "files_previous": "" if page.first else f"{address}#files",
        "files_next": following,
    }


def _with_download(row: FileRow, dataset: Dataset) -> dict[str, Any]:
    name = "archive:members" if row.file.kind == FileKind.BUNDLE else "archive:file"
    return {"row": row, "url": reverse(name, args=[dataset.accession, row.file.pk])}


@require_safe
def image_list(request: HttpRequest, accession: str) -> HttpResponse:
    """All images of a version, a page at a time."""
    record = datasets.dataset_record(accession, request.user)
    written = request.GET.get("version", "")
    number = int(written) if written.isascii() and written.isdigit() and len(written) < 6 else record.number
    page = images.page_of_images(
        record.dataset, request.user, number=number, cursor=request.GET.get("cursor", ""), size=IMAGES_A_PAGE
    )
    address = reverse("archive:images", args=[accession])
    context = {
        "section": "search",
        "dataset": record.dataset,
        "pictures": pictures_of(page.items, record.metadata),
        "images_previous": "" if page.first else f"{address}?{urlencode({'version': number})}",
        "images_next": f"{address}?{urlencode({'version': number, 'cursor': page.next_cursor})}"
        if page.next_cursor
        else "",
    }
    return render(request, "archive/record/images.html", context)


@require_safe
def image(request: HttpRequest, accession: str) -> HttpResponse:
    found = images.image_record(accession, request.user)
    shown = found.image
    record = datasets.dataset_record(shown.dataset.accession, request.user)
    organisms = labels_of(record.metadata, "biosample", "organism")
    methods = labels_of(record.metadata, "acquisition", "imaging_method")
    context = {
        "section": "search",
        "dataset": record.dataset,
        "image": shown,
        "alt": facts.describe(shown, organisms, methods),
        "organisms": organisms,
        "methods": methods,
        "channels": facts.channels_of(shown),
        "pixels": facts.pixels_of(shown),
        "instrument": facts.instrument_of(shown),
        "findings": [finding_view(finding) for finding in shown.findings],
        "digest": row_of(shown.file, [shown]).digest,
        "parts": [_part(part, record.dataset) for part in found.files],
        "previous": found.previous,
        "next": found.next,
        "badges": extensions.badges([record.dataset.pk])[record.dataset.pk],
    }
    return render(request, "archive/record/image.html", context)


def _part(file: Any, dataset: Dataset) -> dict[str, Any]:
    name = "archive:members" if file.kind == FileKind.BUNDLE else "archive:file"
    return {"file": file, "url": reverse(name, args=[dataset.accession, file.pk])}


@require_safe
def plate(request: HttpRequest, accession: str, plate_id: int) -> HttpResponse:
    """The wells as a grid, one field at a time."""
    dataset = datasets.get_dataset(accession, request.user)
    record = images.plate_record(dataset, plate_id, request.user)
    cells = [cell for _, row in record.rows for cell in row]
    fields = max((len(cell.images) for cell in cells), default=0)
    written = request.GET.get("field", "1")
    field = min(max(int(written), 1), max(fields, 1)) if written.isascii() and written.isdigit() else 1
    context = {
        "section": "search",
        "dataset": dataset,
        "plate": record.plate,
        "grid": [(letter, [(cell.name, _field(cell.images, field)) for cell in row]) for letter, row in record.rows],
        "column_numbers": range(1, record.plate.columns + 1),
        "filled": sum(1 for cell in cells if cell.images),
        "fields": fields,
        "field": field,
        "field_numbers": range(1, fields + 1),
    }
    return render(request, "archive/record/plate.html", context)


def _field(found: tuple[Image, ...], number: int) -> Image | None:
    return found[number - 1] if len(found) >= number else None


# ---- bytes -----------------------------------------------------------------------------------------------------


@require_safe
def picture(request: HttpRequest, accession: str, size: str) -> HttpResponseBase:
    return delivery.picture_response(request, images.get_image(accession, request.user), size)


@require_safe
def ome_xml(request: HttpRequest, accession: str) -> HttpResponseBase:
    return delivery.ome_xml_response(request, images.get_image(accession, request.user))


@require_safe
def file(request: HttpRequest, accession: str, file_id: int) -> HttpResponseBase:
    return delivery.original_response(request, files.get_file(accession, file_id, request.user))


@require_safe
def members(request: HttpRequest, accession: str, file_id: int) -> HttpResponseBase:
    return delivery.members_response(request, files.get_file(accession, file_id, request.user))


@require_safe
def manifest(request: HttpRequest, accession: str, number: int) -> HttpResponseBase:
    dataset = datasets.get_dataset(accession, request.user)
    return delivery.manifest_response(request, versions.get_version(dataset, number, request.user))
