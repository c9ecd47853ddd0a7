"""One image: its record, its picture, its OME-XML and its original."""

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from archive import delivery
from archive.access import as_seen, require_taking
from archive.api.serializers import ImageRecordSerializer
from archive.api.signed import SignedMixin
from archive.api.views.base import ACCESSION, BYTES, PublicView
from archive.errors import FieldProblem, Invalid
from archive.selectors.groupings import describing_file
from archive.selectors.images import get_image, image_record


class ImageView(PublicView):
    @extend_schema(operation_id="image", parameters=[ACCESSION], responses=ImageRecordSerializer)
    def get(self, request: Request, accession: str) -> Response:
        """One image with what was read from its files."""
        record = image_record(accession, request.user)
        return Response(ImageRecordSerializer(record.image, context={"request": request, "record": record}).data)


class ThumbnailView(PublicView):
    @extend_schema(
        operation_id="image_thumbnail",
        parameters=[
            ACCESSION,
            OpenApiParameter("size", str, enum=list(delivery.PICTURE_SIZES)),
            OpenApiParameter("v", str, description="The picture's present version, as in the record's address of it."),
        ],
        responses={(200, "image/webp"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, accession: str) -> HttpResponseBase:
        """The picture that the portal drew of the image (WebP)."""
        size = request.query_params.get("size", delivery.SMALL)
        if size not in delivery.PICTURE_SIZES:
            raise Invalid("There is no picture of this size.", [FieldProblem("/size", "Choose small or large.")])
        return delivery.picture_response(request, get_image(accession, request.user), size)


class OmeXmlView(PublicView):
    @extend_schema(
        operation_id="image_ome_xml",
        parameters=[
            ACCESSION,
            OpenApiParameter("as", str, enum=[delivery.DEPOSITED], description="The document as the file holds it."),
        ],
        responses={(200, "application/xml"): OpenApiTypes.STR},
    )
    def get(self, request: Request, accession: str) -> HttpResponseBase:
        """OME-XML (2016-06) of this image, written from what was read; every image has it."""
        return delivery.ome_xml_response(request, get_image(accession, request.user))


class OriginalView(SignedMixin, PublicView):
    @extend_schema(operation_id="image_original", parameters=[ACCESSION], responses={200: BYTES, 206: BYTES})
    def get(self, request: Request, accession: str) -> HttpResponseBase:
        """The file that describes the image, as it was deposited. Others that belong to it are in the record."""
        file = as_seen(describing_file(get_image(accession, request.user)), request.user)
        return delivery.original_response(request, require_taking(file, request.user))
