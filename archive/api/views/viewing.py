"""Looking at an image: Deep Zoom tiles, pictures, slices, histograms and pixel values, drawn from the original."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from archive import delivery
from archive.api.image_serializers import (
    HistogramSerializer,
    PixelSerializer,
    RegionField,
    ScaleBarField,
    ViewerSerializer,
)
from archive.api.signed import SignedMixin
from archive.api.views.base import ACCESSION, PublicView
from archive.errors import FieldProblem, Invalid, NotFound
from archive.imaging import deep_zoom, lookup_tables
from archive.imaging.spec import RenderSpec, SectionSpec, TileSpec, View
from archive.imaging.units import round_length
from archive.imaging.view_query import BadView, view_of
from archive.models import Image
from archive.selectors.images import get_image
from archive.selectors.viewing import viewer_of
from archive.services import looking

_PICTURE = {(200, f"image/{kind}"): OpenApiTypes.BINARY for kind in ("jpeg", "png", "webp")}
COLOURS = f"A colour is RRGGBB or a lookup table: {', '.join(lookup_tables.BY_NAME)}."
ENLARGE = "1 makes of each pixel of a small image a square of as many as fit into the size."
CHANNELS = f"Channels as index:colour:low:high; only the index is needed. {COLOURS}"
PLANE = [
    OpenApiParameter("z", str, description="A section from 0 (default: the middle), or a range for its maximum: 3-9."),
    OpenApiParameter("t", int, description="A time point, from 0 (the middle by default)."),
]
TILE = [
    *PLANE,
    OpenApiParameter("labels", int, enum=[0, 1], description="1 draws a label image: a colour for each value."),
    OpenApiParameter("v", str, description="The image's present version, as in its viewer record; lets it be cached."),
]  # fmt: skip
VIEW = [OpenApiParameter("c", str, description=CHANNELS), *TILE]


class LiveView(PublicView):
    throttle_scope = "tiles"


class TileDescriptorView(LiveView):
    @extend_schema(operation_id="image_dzi", parameters=[ACCESSION], responses={(200, "application/xml"): str})
    def get(self, request: Request, accession: str) -> HttpResponseBase:
        """The Deep Zoom descriptor. Tiles lie beside it under `tiles_files/{level}/{column}_{row}.jpg`."""
        image = get_image(accession, request.user)
        return HttpResponse(deep_zoom.descriptor(image.size_x, image.size_y), content_type="application/xml")


class TileView(LiveView):
    @extend_schema(operation_id="image_tile", parameters=[ACCESSION, *VIEW], responses=_PICTURE)
    def get(self, request: Request, accession: str, level: int, column: int, row: int) -> HttpResponseBase:
        """One tile of 256 pixels; the highest level is the full resolution."""
        image = get_image(accession, request.user)
        spec = tile_spec(request, image, level, column, row)
        return delivery.drawn_response(request, image, lambda: looking.tile(image, spec))


def tile_spec(request: Request, image: Image, level: int, column: int, row: int, *, labels: bool = False) -> TileSpec:
    """What the pool shall draw for a tile of the image's pyramid; raises NotFound outside of it."""
    view = view_asked(request)
    halvings = deep_zoom.top_level(image.size_x, image.size_y) - level
    if not deep_zoom.has_tile(image.size_x, image.size_y, level, column, row):
        raise NotFound("The image has no such tile. Its levels and their sizes follow from tiles.dzi.")
    return TileSpec(halvings, column, row, replace(view, labels=view.labels or labels))


class RenderView(SignedMixin, LiveView):
    @extend_schema(
        operation_id="image_render",
        parameters=[
            ACCESSION,
            OpenApiParameter("size", int, description="The longer side in pixels, at most 4096; 1024 by default."),
            OpenApiParameter("enlarge", int, enum=[0, 1], description=ENLARGE),
            OpenApiParameter("region", str, description="x,y,width,height in pixels of the full resolution."),
            OpenApiParameter("kind", str, enum=["jpeg", "png", "webp"]),
            OpenApiParameter("scale_bar", str, description="Draws a scale bar of so many µm, or a round one: auto."),
            OpenApiParameter("download", int, enum=[0, 1], description="1 sends it as an attachment."),
            *VIEW,
        ],
        responses=_PICTURE,
    )
    def get(self, request: Request, accession: str) -> HttpResponseBase:
        """The image, or a region of it, as one picture."""
        asked = _asked(request, _RenderQuery)
        image = get_image(accession, request.user)
        bar = _round_bar(image, asked["region"]) if asked["scale_bar"] == ScaleBarField.AUTO else asked["scale_bar"]
        spec = RenderSpec(asked["size"], view_asked(request), asked["region"], asked["kind"], bar, asked["enlarge"])
        name = f"{accession}.{asked['kind'].replace('jpeg', 'jpg')}" if asked["download"] else ""
        return delivery.drawn_response(request, image, lambda: looking.picture(image, spec), name=name)


class SectionView(LiveView):
    @extend_schema(
        operation_id="image_section",
        parameters=[
            ACCESSION,
            OpenApiParameter("axis", str, enum=["y", "x"], required=True, description="y: XZ plane; x: ZY plane."),
            OpenApiParameter("at", int, required=True, description="The row or column it passes through, from 0."),
            OpenApiParameter("size", int, description="The longer side of the image in pixels, at most 4096."),
            *VIEW,
        ],
        responses=_PICTURE,
    )  # fmt: skip
    def get(self, request: Request, accession: str) -> HttpResponseBase:
        """An orthogonal slice through the Z stack."""
        asked = _asked(request, _SectionQuery)
        image = get_image(accession, request.user)
        spec = SectionSpec(asked["axis"], asked["at"], view_asked(request), asked["size"])
        return delivery.drawn_response(request, image, lambda: looking.section(image, spec))


class HistogramView(LiveView):
    @extend_schema(
        operation_id="image_histogram", parameters=[ACCESSION, *PLANE], responses=HistogramSerializer(many=True)
    )
    def get(self, request: Request, accession: str) -> Response:
        """How the values of each channel's plane or projection are spread, with the automatic limits."""
        image = get_image(accession, request.user)
        view = view_asked(request)
        found = looking.histograms(image, z=view.z, t=view.t, z_last=view.z_last)
        return Response(HistogramSerializer(found, many=True).data)


class PixelView(LiveView):
    @extend_schema(
        operation_id="image_pixel",
        parameters=[
            ACCESSION,
            OpenApiParameter("x", int, required=True),
            OpenApiParameter("y", int, required=True),
            *PLANE,
        ],
        responses=PixelSerializer,
    )
    def get(self, request: Request, accession: str) -> Response:
        """The stored values of every channel at a pixel; null for what is no number."""
        asked = _asked(request, _PixelQuery)
        view = view_asked(request)
        image = get_image(accession, request.user)
        found = looking.values(image, x=asked["x"], y=asked["y"], z=view.z, t=view.t)
        return Response({"x": asked["x"], "y": asked["y"], "values": found})


class ViewerView(PublicView):
    @extend_schema(operation_id="image_viewer", parameters=[ACCESSION], responses=ViewerSerializer)
    def get(self, request: Request, accession: str) -> Response:
        """All that a viewer has to know: sizes, lengths, channels with their colours and limits, addresses."""
        image = get_image(accession, request.user)
        return Response(ViewerSerializer(viewer_of(image, delivery.view_version(image))).data)


class _RenderQuery(serializers.Serializer):
    size = serializers.IntegerField(min_value=1, max_value=4096, default=1024)
    region = RegionField(default=None)
    kind = serializers.ChoiceField(["jpeg", "png", "webp"], default="jpeg")
    scale_bar = ScaleBarField(default=None)
    enlarge = serializers.BooleanField(default=False)
    download = serializers.BooleanField(default=False)


class _SectionQuery(serializers.Serializer):
    axis = serializers.ChoiceField(["y", "x"])
    at = serializers.IntegerField(min_value=0)
    size = serializers.IntegerField(min_value=1, max_value=4096, default=1024)


class _PixelQuery(serializers.Serializer):
    x = serializers.IntegerField(min_value=0)
    y = serializers.IntegerField(min_value=0)


def _round_bar(image: Image, region: tuple[int, int, int, int] | None) -> float:
    """A round length of about a fifth of what is shown; any, where no pixel size is known, for the reader to refuse."""
    width = region[2] if region else image.size_x
    return round_length((image.physical_x_um or 0) * width / 5) or 1.0


def _asked(request: Request, shape: type[serializers.Serializer]) -> dict[str, Any]:
    query = shape(data=request.query_params.dict())
    query.is_valid(raise_exception=True)
    return query.validated_data


def view_asked(request: Request) -> View:
    try:
        return view_of(request.query_params)
    except BadView as error:
        problem = FieldProblem(f"/{error.name}", error.sentence)
        raise Invalid("The view cannot be drawn as it is asked for.", [problem]) from error
