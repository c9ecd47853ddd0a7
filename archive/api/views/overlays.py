"""What is laid over an image: regions of interest, their masks, and label images."""

from dataclasses import asdict
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from archive import delivery
from archive.api.overlay_serializers import OverlaysSerializer, RegionsSerializer
from archive.api.views.base import ACCESSION
from archive.api.views.viewing import TILE, LiveView, tile_spec, view_asked
from archive.imaging.shapes import Regions
from archive.models import Image
from archive.selectors.images import get_image
from archive.selectors.overlays import label_images
from archive.services import overlaying

_PNG = {(200, "image/png"): OpenApiTypes.BINARY}
_Z = OpenApiParameter("z", int, description="Only what lies on this section; without it, on any.")
_T = OpenApiParameter("t", int, description="Only what lies on this time point; without it, on any.")


class RegionsView(LiveView):
    @extend_schema(operation_id="image_regions", parameters=[ACCESSION, _Z, _T], responses=RegionsSerializer)
    def get(self, request: Request, accession: str) -> Response:
        """The regions of interest in the file's OME-XML, in pixels of the full resolution."""
        view = view_asked(request)
        image = get_image(accession, request.user)
        found = overlaying.regions(image, z=view.z, t=view.t)
        shapes = [asdict(shape) for shape in found.shapes]
        return Response(RegionsSerializer({"shapes": shapes, "total": found.total, "sentence": _sentence(found)}).data)


def _sentence(found: Regions) -> str:
    if found.total <= len(found.shapes):
        return ""
    shown, total = len(found.shapes), found.total
    return f"These are the first {shown:,} of {total:,} shapes. Name z and t to get those of one plane."


class MaskView(LiveView):
    @extend_schema(operation_id="image_mask", parameters=[ACCESSION], responses=_PNG)
    def get(self, request: Request, accession: str, number: int) -> HttpResponseBase:
        """The pixels of a mask among the regions, in its colour, transparent elsewhere."""
        image = get_image(accession, request.user)
        return delivery.drawn_response(request, image, lambda: overlaying.mask(image, number))


class OverlaysView(LiveView):
    @extend_schema(operation_id="image_overlays", parameters=[ACCESSION], responses=OverlaysSerializer)
    def get(self, request: Request, accession: str) -> Response:
        """Label images as wide and high as the image: of its dataset, and inside its file."""
        image = get_image(accession, request.user)
        inner = [_inner(image, asdict(label)) for label in overlaying.inner_labels(image)]
        beside = [_beside(label) for label in label_images(image, request.user)]
        return Response(OverlaysSerializer({"labels": [*inner, *beside]}).data)


def _inner(image: Image, label: dict[str, Any]) -> dict[str, Any]:
    number = label.pop("number")
    any_tile = reverse("archive-api:image-label-tile", args=[image.accession, number, 0, 0, 0])
    return {
        "key": f"{image.accession}.{number}",
        "tiles": any_tile.removesuffix("/0/0_0.png"),
        "extension": "png",
        "version": delivery.view_version(image),
        **label,
    }


def _beside(label: Image) -> dict[str, Any]:
    any_tile = reverse("archive-api:image-tile", args=[label.accession, 0, 0, 0])
    return {
        "key": label.accession,
        "name": label.name or label.file.path,
        "tiles": any_tile.removesuffix("/0/0_0.jpg"),
        "extension": "jpg",
        "version": delivery.view_version(label),
        "sections": label.size_z,
        "times": label.size_t,
    }


class LabelTileView(LiveView):
    @extend_schema(operation_id="image_label_tile", parameters=[ACCESSION, *TILE], responses=_PNG)
    def get(self, request: Request, accession: str, number: int, level: int, column: int, row: int) -> HttpResponseBase:
        """One tile of a label image inside the image's file: a colour for each value, 0 is transparent."""
        image = get_image(accession, request.user)
        spec = tile_spec(request, image, level, column, row, labels=True)
        return delivery.drawn_response(request, image, lambda: overlaying.label_tile(image, number, spec))
