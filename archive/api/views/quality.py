"""Quality of a dataset: the validation report of a version, and the findings of its images."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api.pagination import ByNumber
from archive.api.quality_serializers import ImageFindingsSerializer, QualitySerializer
from archive.api.views.base import ACCESSION
from archive.api.views.datasets import VERSION, OfDataset
from archive.errors import NotFound
from archive.metadata.completeness import completeness
from archive.models import Dataset, Image, Version
from archive.selectors import datasets, validation, versions
from archive.selectors.templates import template_of


def version_of(dataset: Dataset, number: int, request: Request) -> Version:
    if dataset.latest_version is None:
        raise NotFound(f"{dataset.accession} has no released version yet. Its deposition has a report of its own.")
    return versions.get_version(dataset, number, request.user)


class QualityView(OfDataset):
    """The validation report of a version: what was checked, what was found, and how complete the metadata are."""

    serializer_class = QualitySerializer
    pagination_class = None

    @extend_schema(operation_id="dataset_quality", parameters=[ACCESSION, VERSION], responses=QualitySerializer)
    def get(self, request: Request, accession: str) -> Response:
        record = datasets.dataset_record(accession, request.user)
        version = version_of(record.dataset, self.number(record.dataset), request)
        template = template_of(version)
        document = datasets.metadata_for(version, template, request.user, record.role)
        report = validation.report_of(record.dataset, version, request.user)
        context = {"request": request, "completeness": completeness(template, document)}
        return Response(QualitySerializer(report, context=context).data)


@extend_schema(parameters=[ACCESSION, VERSION])
class ImageFindingsView(OfDataset):
    """What the checks found in each image of a version, in the order of their numbers."""

    serializer_class = ImageFindingsSerializer
    pagination_class = ByNumber

    def get_queryset(self) -> QuerySet[Image]:
        if getattr(self, "swagger_fake_view", False):
            return Image.objects.none()
        dataset = self.dataset()
        version = version_of(dataset, self.number(dataset), self.request)
        return validation.specimens_of_version(dataset, version.number, self.request.user)
