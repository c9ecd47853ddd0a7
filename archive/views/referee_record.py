"""What a referee reads of a dataset that is not released: the draft as a record, with its images and files."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from archive import access
from archive.models import Dataset
from archive.referees import Referee
from archive.selectors import files, images
from archive.selectors.datasets import DatasetRecord
from archive.selectors.taking import amount_of
from archive.selectors.versions import files_of_version, images_of_version
from archive.states import FileKind
from archive.views import facts
from archive.views.files import rows_of
from archive.views.pictures import labels_of, pictures_of

_GALLERY = 8
_FILES_A_PAGE = 50


def show(request: HttpRequest, record: DatasetRecord, referee: Referee) -> HttpResponse:
    study = record.study
    context = {
        "section": "search",
        "dataset": record.dataset,
        "title": study.get("title") or record.dataset.title,
        "description": study.get("description", ""),
        "authors": study.get("authors") or [],
        "licence": study.get("licence", ""),
        "template": record.template,
        "sections": facts.of_document(record.template, record.metadata),
        "organisms": labels_of(record.metadata, "biosample", "organism"),
        "methods": labels_of(record.metadata, "acquisition", "imaging_method"),
        **_images(record, referee),
        **_files(request, record.dataset, record.number, referee),
    }
    return render(request, "archive/referee/record.html", context)


def _images(record: DatasetRecord, referee: Referee) -> dict[str, Any]:
    page = images.page_of_images(record.dataset, referee, number=record.number, size=_GALLERY)
    plates = list(images.plates_of(record.dataset, referee).select_related("dataset"))
    return {
        "pictures": pictures_of(page.items, record.metadata),
        "image_total": images_of_version(record.dataset, record.number, referee).filter(role="").count(),
        "plates": [access.as_seen(plate, referee) for plate in plates],
    }


def _files(request: HttpRequest, dataset: Dataset, number: int, referee: Referee) -> Mapping[str, Any]:
    page = files.page_of_files(dataset, referee, number=number, cursor=request.GET.get("files", ""), size=_FILES_A_PAGE)
    taken = access.takeable(page.items, referee)
    address = dataset.get_absolute_url()
    return {
        "files": [
            {"row": row, "url": _address(dataset, row.file) if row.file.pk in taken else ""}
            for row in rows_of(page.items, number, referee)
        ],
        "amount": amount_of(files_of_version(dataset, number, referee)),
        "files_previous": "" if page.first else f"{address}#files",
        "files_next": f"{address}?{urlencode({'files': page.next_cursor})}#files" if page.next_cursor else "",
    }


def _address(dataset: Dataset, file: Any) -> str:
    name = "archive:members" if file.kind == FileKind.BUNDLE else "archive:file"
    return reverse(name, args=[dataset.accession, file.pk])
