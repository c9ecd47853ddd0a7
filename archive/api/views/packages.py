"""Taking away a whole version, or some of it, as one ZIP."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from archive import delivery
from archive.api.serializers import VersionRecordSerializer
from archive.api.signed import SignedAddress, SignedMixin
from archive.api.views.base import ACCESSION, PublicView
from archive.errors import FieldProblem, Invalid
from archive.models import Version
from archive.selectors import datasets, versions
from archive.selectors.datasets import DatasetRecord
from archive.selectors.taking import chosen_files
from archive.services.packing import package
from archive.table_delivery import list_lines


class _Selection(serializers.Serializer):
    version = serializers.IntegerField(min_value=1, default=None)
    file = serializers.ListField(child=serializers.IntegerField(min_value=1), default=list, max_length=1000)
    image = serializers.ListField(child=serializers.CharField(max_length=60), default=list, max_length=1000)
    folder = serializers.CharField(max_length=1000, default="", allow_blank=True)


class PackageView(SignedMixin, PublicView):
    throttle_scope = "export"

    @extend_schema(
        operation_id="dataset_archive",
        parameters=[
            ACCESSION,
            OpenApiParameter("version", int, description="A version's number; the latest by default."),
            OpenApiParameter("file", int, many=True, description="Only these files, by their ids."),
            OpenApiParameter("image", str, many=True, description="Only the files of these images."),
            OpenApiParameter("folder", str, description="Only what lies in this folder."),
        ],
        responses={(200, "application/zip"): OpenApiTypes.BINARY, (206, "application/zip"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, accession: str) -> HttpResponseBase:
        """A ZIP that is a BagIt bag, streamed; its length is told, and a download that broke off goes on by range."""
        asked = _asked(request)
        known = datasets.dataset_record(accession, request.user)
        dataset = known.dataset
        version = versions.get_version(dataset, asked["version"] or dataset.latest_version or 1, request.user)
        rows = chosen_files(
            versions.files_of_version(dataset, version.number, request.user),
            files=asked["file"],
            images=asked["image"],
            folder=asked["folder"],
        )
        if not rows.exists():
            problem = FieldProblem("/file", "None of them belongs to this version. Leave it out to take everything.")
            raise Invalid("There is no such file to take.", [problem])
        metadata = _metadata(request, known, version)
        record = VersionRecordSerializer(version, context={"request": request, "metadata": metadata}).data
        listed = list_lines(version, rows, request.user)
        return delivery.package_response(request, package(version=version, rows=rows, record=record, listed=listed))


def _metadata(request: Request, known: DatasetRecord, version: Version) -> Mapping[str, Any]:
    """Whoever comes by a link reads the bytes as its maker does, but the words as the public: no e-mail addresses."""
    is_linked = isinstance(request.auth, SignedAddress)
    reader, role = (AnonymousUser(), None) if is_linked else (request.user, known.role)
    return datasets.metadata_for(version, known.template, reader, role)


def _asked(request: Request) -> dict[str, Any]:
    given: dict[str, Any] = {name: request.query_params.getlist(name) for name in ("file", "image")}
    given |= {name: request.query_params[name] for name in ("version", "folder") if name in request.query_params}
    selection = _Selection(data=given)
    selection.is_valid(raise_exception=True)
    return selection.validated_data
