"""An image, or a part of it, as OME-TIFF."""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from archive import delivery
from archive.api.image_serializers import RegionField
from archive.api.signed import SignedMixin
from archive.api.views.base import ACCESSION, PublicView
from archive.api.views.viewing import view_asked
from archive.selectors.images import get_image
from archive.services.exporting import Part, ome_tiff


class OmeTiffView(SignedMixin, PublicView):
    throttle_scope = "export"

    @extend_schema(
        operation_id="image_ome_tiff",
        parameters=[
            ACCESSION,
            OpenApiParameter("region", str, description="x,y,width,height in pixels; the whole plane by default."),
            OpenApiParameter("z", str, description="Sections, such as 3 or 3-9; all by default."),
            OpenApiParameter("t", int, description="A time point; all by default."),
            OpenApiParameter("c", str, description="Channels, such as 0,2; all by default."),
        ],
        responses={(200, "image/tiff"): OpenApiTypes.BINARY, (206, "image/tiff"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, accession: str) -> HttpResponseBase:
        """Lossless, uncompressed, streamed; its length is told, and a download that broke off goes on by range."""
        image = get_image(accession, request.user)
        return delivery.export_response(request, image, ome_tiff(image=image, part=_part(request)))


def _part(request: Request) -> Part:
    view = view_asked(request)
    region: Any = request.query_params.get("region")
    return Part(
        region=RegionField().run_validation(region) if region else None,
        z=None if view.z is None else (view.z, view.z if view.z_last is None else view.z_last),
        t=None if view.t is None else (view.t, view.t),
        channels=tuple(choice.index for choice in view.channels),
    )
