"""The pages of a released dataset and of its images."""

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
from archive.metadata.figures import figures_of
from archive.models import Dataset, Version
from archive.referees import Referee
from archive.selectors import datasets, files, history, images, origins, validation, versions
from archive.selectors.components import component_name
from archive.selectors.datasets import DatasetRecord
from archive.selectors.images import ImageRecord
from archive.selectors.pixel_sizes import stated_words
from archive.selectors.taking import raw_bytes
from archive.states import EDITING_ROLES, DatasetRole, FileKind
from archive.table_delivery import list_response
from archive.views import facts, referee_record, trails
from archive.views.doi_words import ShownDoi, shown_dois
from archive.views.files import FileRow, row_of, rows_of
from archive.views.pictures import labels_of, pictures_of
from archive.views.retracting import may_retract
from archive.views.take_away import originals_of
from archive.views.viewer import still_of

GALLERY = 8
IMAGES_A_PAGE = 48
FILES_A_PAGE = 50
PLACES = ("labels", "actions", "margin", "side")


@require_safe
def dataset(request: HttpRequest, accession: str) -> HttpResponseBase:
    """The latest version; a draft leads its people to its page, a retraction everybody but them to the tombstone.

    A referee reads the draft itself.
    """
    record = datasets.dataset_record(accession, request.user)
    if isinstance(request.user, Referee):
        return referee_record.show(request, record, request.user)
    if record.version is None:
        return redirect("archive:deposition", accession)
    if record.dataset.is_retracted and record.withheld:
        return tombstone(request, record)
    return _version_page(request, record, record.version)


@require_safe
def cited(request: HttpRequest, accession: str, number: int) -> HttpResponse:
    """A version by the words in which it is cited."""
    return redirect("archive:version", accession, number)


@require_safe
def cited_image(request: HttpRequest, accession: str, number: int) -> HttpResponse:
    """An image is the same in every version: changed bytes make another one."""
    return redirect("archive:image", accession)


@require_safe
def version(request: HttpRequest, accession: str, number: int) -> HttpResponseBase:
    record = datasets.dataset_record(accession, request.user)
    if record.dataset.is_retracted and record.withheld:
        return tombstone(request, record)
    return _version_page(request, record, versions.get_version(record.dataset, number, request.user))


def tombstone(request: HttpRequest, record: DatasetRecord) -> HttpResponse:
    dois = shown_dois(record.dataset, record.number)
    context = {
        "dataset": record.dataset,
        "authors": record.study.get("authors") or [],
        "citation": _citation(record.dataset, record.version, record.study, dois),
        "dois": dois,
    }
    return render(request, "archive/record/tombstone.html", context, status=410)


def _version_page(request: HttpRequest, record: DatasetRecord, version: Version) -> HttpResponse:
    document = datasets.metadata_for(version, record.template, request.user, record.role)
    study = document.get("study") or {}
    dois = shown_dois(record.dataset, version.number)
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
        "open_deposition": record.draft,
        "may_retract": may_retract(request.user, record.dataset),
        "may_version": record.role in EDITING_ROLES and record.draft is None,
        "template": record.template,
        "sections": (sections := facts.of_document(record.template, document)),
        **trails.shown(document, sections),
        "complete": completeness(record.template, document),
        "citation": _citation(record.dataset, version, study, dois),
        "dois": dois,
        "badges": extensions.badges([record.dataset.pk])[record.dataset.pk],
        "panels": {place: extensions.panels(request, record.dataset, place) for place in PLACES},
        "publications": list(record.dataset.publications.all()),
        "may_publish": record.role == DatasetRole.OWNER and not record.dataset.is_retracted,
        "history": history.milestones(record.dataset),
        "audit_count": record.dataset.audit_entries.count(),
        "report_url": _report_url(record, version),
        **_origin(record.dataset, version),
        **_images(request, record.dataset, version, document),
        **_files(request, record.dataset, version),
    }
    return render(request, "archive/record/dataset.html", context)


def _report_url(record: DatasetRecord, version: Version | None) -> str:
    """The validation report, where there is one for this reader."""
    if version is None or record.withheld:
        return ""
    return reverse("archive:report", args=[record.dataset.accession, version.number])


def _origin(dataset: Dataset, version: Version) -> dict[str, Any]:
    """Of an imported record: whose it is, and what its source says that has no field."""
    origin = origins.origin_of(dataset)
    imported = origins.imported_of(version) if origin else None
    kept = [row for row in imported.attributes if "why" not in row] if imported else []
    return {"origin": origin, "imported": imported, "attributes": kept, "attribute_count": len(kept)}


def _citation(dataset: Dataset, version: Version, study: Any, dois: tuple[ShownDoi, ...]) -> str:
    """By the version's DOI once it leads here, and by its address until then."""
    people = study.get("authors") or []
    return citation(
        authors=[person.get("name", "") for person in people if isinstance(person, dict)],
        year=version.released_at.year,
        title=str(study.get("title") or dataset.title),
        version=version.number,
        publisher=settings.PORTAL_NAME,
        identifier=(dois[0].url if dois else "") or f"{settings.SITE_URL}{version.get_absolute_url()}",
    )


def _images(request: HttpRequest, dataset: Dataset, version: Version, document: Any) -> dict[str, Any]:
    rows = versions.images_of_version(dataset, version.number, request.user)
    shown = list(rows.filter(role="")[:GALLERY])
    sizes = sorted({facts.length(image.physical_x_um) for image in shown if image.physical_x_um})
    names = dict.fromkeys(c.name for image in shown for c in facts.channels_of(image) if c.is_named)
    glance = [
        ("Organism", ", ".join(labels_of(document, "biosample", "organism"))),
        ("Method", ", ".join(labels_of(document, "acquisition", "imaging_method"))),
        ("Pixel size", ", ".join(sizes[:4]) or stated_words(document)),
        ("Channels", ", ".join(list(names)[:6])),
        ("Images", f"{version.image_count:,}"),
    ]
    return {
        "pictures": pictures_of(shown, document),
        "image_total": version.image_count,
        "plates": images.plates_of(dataset, request.user).select_related("dataset"),
        "found": validation.image_findings(dataset, version.number, request.user),
        "glance": [facts.Fact(label, (facts.Value(text),)) for label, text in glance if text],
    }


def finding_view(finding: dict[str, str]) -> dict[str, Any]:
    is_problem = finding.get("severity") == "problem"
    return {
        "kind": "warn" if is_problem else "",
        "words": "Kept on purpose" if is_problem else "Noted",
        "sentence": finding.get("sentence", ""),
        "fix": finding.get("fix", ""),
    }


def _files(request: HttpRequest, dataset: Dataset, version: Version) -> dict[str, Any]:
    page = files.page_of_files(
        dataset, request.user, number=version.number, cursor=request.GET.get("files", ""), size=FILES_A_PAGE
    )
    address = version.get_absolute_url()
    following = f"{address}?{urlencode({'files': page.next_cursor})}#files" if page.next_cursor else ""
    return {
        "files": [
            _with_download(row, dataset, version.number) for row in rows_of(page.items, version.number, request.user)
        ],
        "files_previous": "" if page.first else f"{address}#files",
        "files_next": following,
    }


def _with_download(row: FileRow, dataset: Dataset, number: int) -> dict[str, Any]:
    name = "archive:members" if row.file.kind == FileKind.BUNDLE else "archive:file"
    package = urlencode({"version": number, "file": row.file.pk})
    return {
        "row": row,
        "url": reverse(name, args=[dataset.accession, row.file.pk]),
        "zip": f"{reverse('archive-api:dataset-archive', args=[dataset.accession])}?{package}",
    }


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
        "version": versions.versions_of(record.dataset, request.user).filter(number=number).first(),
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
        "figures": _figures(record, found),
        "channels": facts.channels_of(shown),
        "still": still_of(request, shown),
        "pixels": facts.pixels_of(shown, stated_words(record.metadata)),
        "instrument": facts.instrument_of(shown),
        "findings": [finding_view(finding) for finding in shown.findings],
        "report_url": _report_url(record, record.version),
        "file": found.files[0],
        "more_files": len(found.files) - 1,
        "digest": row_of(found.files[0], [shown]).digest,
        "originals": originals_of(request, record.dataset, found.files),
        "raw_bytes": raw_bytes(shown),
        "beside": found.beside,
        "previous": found.previous,
        "next": found.next,
        "badges": extensions.image_badges([shown.pk])[shown.pk],
    }
    return render(request, "archive/record/image.html", context)


def _figures(record: DatasetRecord, found: ImageRecord) -> list[str]:
    """The figures of the paper in which it is, by its own name or as one of a study component."""
    paths = [file.path for file in found.files]
    component = component_name(record.dataset, found.files[0].component)
    return figures_of(record.metadata, accession=found.image.accession, paths=paths, component=component)


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


@require_safe
def file_list(request: HttpRequest, accession: str, number: int) -> HttpResponseBase:
    """The files of a version with what is said of each, as a table."""
    dataset = datasets.get_dataset(accession, request.user)
    version = versions.get_version(dataset, number, request.user)
    return list_response(version, request.user, request.GET.get("as", "csv"))


@require_safe
def listed_files(request: HttpRequest, accession: str, number: int) -> HttpResponseBase:
    """Of an imported record: the files that it lists at its origin."""
    dataset = datasets.get_dataset(accession, request.user)
    return delivery.listing_response(request, versions.get_version(dataset, number, request.user))
