"""Datasets for readers: records, versions, files, images, manifests, bytes."""

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from archive import delivery, extensions
from archive.api.pagination import ByNumber, ByPath, NewestFirst, NewestVersionFirst
from archive.api.requests import Because, Share
from archive.api.serializers import (
    DatasetRecordSerializer,
    DatasetSerializer,
    DepositionRecordSerializer,
    FileSerializer,
    ImageSerializer,
    MembershipSerializer,
    PlateSerializer,
    VersionRecordSerializer,
    VersionSerializer,
)
from archive.api.signed import SignedMixin
from archive.api.views.base import ACCESSION, BYTES, NOTHING, NUMBER, PersonalView, PublicView, sent
from archive.errors import FieldProblem, Invalid, NotFound
from archive.models import Dataset, File, Image, Membership, Version
from archive.selectors import attributes, datasets, files, images, versions
from archive.selectors.components import folders_of_version
from archive.selectors.datasets import get_dataset
from archive.selectors.people import members_of
from archive.services import depositing, releasing, sharing
from archive.states import DatasetRole

LINES = {(200, "application/x-ndjson"): OpenApiTypes.STR}
VERSION = OpenApiParameter("version", int, description="A version's number; the latest without it.")


@extend_schema(parameters=[OpenApiParameter("mine", bool, description="1: only those you work on.")])
class DatasetsView(PublicView, ListAPIView):
    """Public datasets and your own, the newest first."""

    serializer_class = DatasetSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Dataset]:
        if self.request.query_params.get("mine") in {"1", "true"}:
            return datasets.my_datasets(self.request.user)
        return datasets.visible_datasets(self.request.user)

    def paginate_queryset(self, queryset: QuerySet[Dataset]) -> list[Dataset] | None:
        page = super().paginate_queryset(queryset)
        self.badges = extensions.badges([dataset.pk for dataset in page or []])
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "badges": getattr(self, "badges", None)}


@extend_schema_view(get=extend_schema(parameters=[ACCESSION]))
class DatasetView(PublicView):
    @extend_schema(operation_id="dataset", responses=DatasetRecordSerializer)
    def get(self, request: Request, accession: str) -> Response:
        """One dataset with the metadata of its latest version; of a retracted one its tombstone."""
        record = datasets.dataset_record(accession, request.user)
        return Response(DatasetRecordSerializer(record.dataset, context={"request": request, "record": record}).data)


class OfDataset(PublicView, ListAPIView):
    """A list that belongs to a dataset."""

    def dataset(self) -> Dataset:
        return get_dataset(self.kwargs["accession"], self.request.user)

    def number(self, dataset: Dataset) -> int:
        """The version that is asked for, or else the latest."""
        asked = self.request.query_params.get("version")
        if asked is None:
            return dataset.latest_version or 1
        if not asked.isascii() or not asked.isdecimal():
            raise Invalid("A version is a number.", [FieldProblem("/version", "Give a number, such as 1.")])
        return versions.get_version(dataset, int(asked[:9]), self.request.user).number

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "accession": self.kwargs.get("accession", "")}


@extend_schema(parameters=[ACCESSION])
class VersionsView(OfDataset):
    """The released versions, the newest first."""

    serializer_class = VersionSerializer
    pagination_class = NewestVersionFirst

    def get_queryset(self) -> QuerySet[Version]:
        if getattr(self, "swagger_fake_view", False):
            return Version.objects.none()
        return versions.versions_of(self.dataset(), self.request.user)


class VersionView(PublicView):
    @extend_schema(operation_id="version", parameters=[ACCESSION, NUMBER], responses=VersionRecordSerializer)
    def get(self, request: Request, accession: str, number: int) -> Response:
        """One version with its metadata, as it was released."""
        record = datasets.dataset_record(accession, request.user)
        version = versions.get_version(record.dataset, number, request.user)
        metadata = datasets.metadata_for(version, record.template, request.user, record.role)
        return Response(VersionRecordSerializer(version, context={"request": request, "metadata": metadata}).data)


@extend_schema(parameters=[ACCESSION, VERSION, OpenApiParameter("folder", str, description="Only files below it.")])
class FilesView(OfDataset):
    """The files of a version, in the order of their paths."""

    serializer_class = FileSerializer
    pagination_class = ByPath

    def get_queryset(self) -> QuerySet[File]:
        if getattr(self, "swagger_fake_view", False):
            return File.objects.none()
        dataset = self.dataset()
        number = self.number(dataset)
        rows = versions.files_of_version(dataset, number, self.request.user)
        rows = attributes.with_attributes(rows, number)
        self.files_context = {
            "component_folders": folders_of_version(dataset, number),
            "component_keys": attributes.component_keys(dataset.pk),
            "attribute_order": attributes.order_of(dataset.pk, number),
        }
        folder = self.request.query_params.get("folder", "").strip("/")
        return rows.filter(path__startswith=f"{folder}/") if folder else rows

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), **getattr(self, "files_context", {})}


@extend_schema(parameters=[ACCESSION, VERSION])
class ImagesView(OfDataset):
    """The images of a version, in the order of their numbers."""

    serializer_class = ImageSerializer
    pagination_class = ByNumber

    def paginate_queryset(self, queryset: QuerySet[Image]) -> list[Image] | None:
        page = super().paginate_queryset(queryset)
        self.badges = extensions.image_badges([image.pk for image in page or []])
        return page

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "image_badges": getattr(self, "badges", None)}

    def get_queryset(self) -> QuerySet[Image]:
        if getattr(self, "swagger_fake_view", False):
            return Image.objects.none()
        dataset = self.dataset()
        return versions.images_of_version(dataset, self.number(dataset), self.request.user)


class PlatesView(PublicView):
    @extend_schema(operation_id="dataset_plates", parameters=[ACCESSION], responses=PlateSerializer(many=True))
    def get(self, request: Request, accession: str) -> Response:
        """The screening plates of the latest version."""
        plates = images.plates_of(get_dataset(accession, request.user), request.user)
        return Response(PlateSerializer(plates, many=True).data)


class ManifestView(PublicView):
    throttle_scope = "export"

    @extend_schema(operation_id="manifest", parameters=[ACCESSION], responses=LINES)
    def get(self, request: Request, accession: str) -> HttpResponseBase:
        """Every file of the latest version, one line of JSON each: path, kind, size, sha256."""
        dataset = get_dataset(accession, request.user)
        if dataset.latest_version is None:
            raise NotFound(f"{accession} has no released version yet, so that there is no manifest.")
        version = versions.get_version(dataset, dataset.latest_version, request.user)
        return delivery.manifest_response(request, version)


class VersionManifestView(PublicView):
    throttle_scope = "export"

    @extend_schema(operation_id="version_manifest", parameters=[ACCESSION, NUMBER], responses=LINES)
    def get(self, request: Request, accession: str, number: int) -> HttpResponseBase:
        """Every file of a version, as it was frozen."""
        dataset = get_dataset(accession, request.user)
        return delivery.manifest_response(request, versions.get_version(dataset, number, request.user))


class ListedFilesView(PublicView):
    throttle_scope = "export"

    @extend_schema(operation_id="version_listed_files", parameters=[ACCESSION, NUMBER], responses=LINES)
    def get(self, request: Request, accession: str, number: int) -> HttpResponseBase:
        """Of an imported record: the files at its origin, one line of JSON each: path, size, attributes."""
        dataset = get_dataset(accession, request.user)
        return delivery.listing_response(request, versions.get_version(dataset, number, request.user))


class FileContentView(SignedMixin, PublicView):
    @extend_schema(operation_id="file_content", parameters=[ACCESSION], responses={200: BYTES, 206: BYTES})
    def get(self, request: Request, accession: str, file_id: int) -> HttpResponseBase:
        """The bytes of a file, as an attachment; ranges are supported. A bundle's member is named by `member`."""
        file = files.get_file(accession, file_id, request.user)
        member = request.query_params.get("member", "")
        return delivery.member_response(request, file, member) if member else delivery.original_response(request, file)


class FileMembersView(PublicView):
    @extend_schema(operation_id="file_members", parameters=[ACCESSION], responses=LINES)
    def get(self, request: Request, accession: str, file_id: int) -> HttpResponseBase:
        """The members of a bundle (an OME-Zarr folder), one line of JSON each."""
        return delivery.members_response(request, files.get_file(accession, file_id, request.user))


class NewVersionView(PersonalView):
    @extend_schema(
        operation_id="new_version", parameters=[ACCESSION], request=None, responses={201: DepositionRecordSerializer}
    )
    def post(self, request: Request, accession: str) -> Response:
        """Begin a draft of the next version."""
        dataset = get_dataset(accession, request.user)
        deposition = depositing.start_new_version(dataset=dataset, user=request.user)
        return Response(DepositionRecordSerializer(deposition, context={"request": request}).data, status=201)


class RetractView(PersonalView):
    @extend_schema(operation_id="retract", parameters=[ACCESSION], request=Because, responses={200: DatasetSerializer})
    def post(self, request: Request, accession: str) -> Response:
        """Withhold a dataset; a tombstone with the reason stays. For curators and administrators."""
        dataset = get_dataset(accession, request.user)
        releasing.retract_dataset(dataset=dataset, user=request.user, reason=sent(request, Because)["reason"])
        return Response(DatasetSerializer(dataset, context={"request": request}).data)


class MembersView(PersonalView):
    @extend_schema(operation_id="members", parameters=[ACCESSION], responses=MembershipSerializer(many=True))
    def get(self, request: Request, accession: str) -> Response:
        """Who works on the dataset; for its own people."""
        return Response(MembershipSerializer(self._members(request, accession), many=True).data)

    @extend_schema(
        operation_id="share", parameters=[ACCESSION], request=Share, responses=MembershipSerializer(many=True)
    )
    def post(self, request: Request, accession: str) -> Response:
        """Give somebody a role, or change it."""
        given = sent(request, Share)
        dataset = get_dataset(accession, request.user)
        role = DatasetRole(given["role"])
        sharing.share_dataset(dataset=dataset, actor=request.user, email=given["email"], role=role)
        return Response(MembershipSerializer(self._members(request, accession), many=True).data)

    def _members(self, request: Request, accession: str) -> QuerySet[Membership]:
        return members_of(get_dataset(accession, request.user), request.user)


class MemberView(PersonalView):
    @extend_schema(operation_id="unshare", parameters=[ACCESSION], request=None, responses={204: NOTHING})
    def delete(self, request: Request, accession: str, user_id: int) -> Response:
        """Take somebody's role away; your own too."""
        sharing.unshare_dataset(dataset=get_dataset(accession, request.user), actor=request.user, user_id=user_id)
        return Response(status=204)
