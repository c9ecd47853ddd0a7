"""An image as OME-Zarr: asked for, waited for, and read by programs object by object over HTTP."""

from http import HTTPStatus
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from archive import delivery
from archive.api.image_serializers import RenditionSerializer
from archive.api.permissions import TokenScopes
from archive.api.signed import SignedPathAuthentication
from archive.api.views.base import ACCESSION, BYTES, PublicView
from archive.errors import NotFound
from archive.models import Image, Rendition
from archive.selectors.images import get_image
from archive.services.renditions import want_rendition
from archive.states import RenditionState, TokenScope


class MayRead(TokenScopes):
    """Having one made changes nothing that was deposited: a token that reads may ask for it."""

    scope = TokenScope.READ


class RenditionView(PublicView):
    permission_classes = [*PublicView.permission_classes[:1], MayRead]
    throttle_scope = "export"

    @extend_schema(operation_id="image_ome_zarr", parameters=[ACCESSION], responses=RenditionSerializer)
    def get(self, request: Request, accession: str) -> Response:
        """Whether there is one, and where programs open it."""
        image = get_image(accession, request.user)
        made = Rendition.objects.filter(image=image).first()
        if made is None:
            raise NotFound("Nobody has asked for this image as OME-Zarr yet. Send a POST to this address.")
        return self._answer(request, made, 200)

    @extend_schema(
        operation_id="image_ome_zarr_make", parameters=[ACCESSION], request=None, responses={202: RenditionSerializer}
    )
    def post(self, request: Request, accession: str) -> Response:
        """Have it made, lossless and with a pyramid. Ask with GET until its state is `made`."""
        made = want_rendition(image=get_image(accession, request.user), user=request.user)
        return self._answer(request, made, 200 if made.state == RenditionState.MADE else 202)

    @staticmethod
    def _answer(request: Request, made: Rendition, status: int) -> Response:
        return Response(RenditionSerializer(made, context={"request": request}).data, status=status)


class RenditionObjectView(PublicView):
    """Open to pages of other sites where the image is public: Vizarr, neuroglancer and others read it there."""

    throttle_scope = "tiles"
    image: Image | None = None

    @extend_schema(
        operation_id="image_ome_zarr_object",
        parameters=[ACCESSION, OpenApiParameter("key", str, OpenApiParameter.PATH, description="As zarr.json.")],
        responses={200: BYTES, 206: BYTES},
    )  # fmt: skip
    def get(self, request: Request, accession: str, key: str) -> HttpResponseBase:
        """One object of the OME-Zarr 0.5 group, whole or a range of it."""
        image = self.image = get_image(accession, request.user)
        made = Rendition.objects.filter(image=image, state=RenditionState.MADE).first()
        if made is None:
            raise NotFound("This image has not been made into OME-Zarr. Ask for it with a POST to its `ome-zarr`.")
        return delivery.rendition_response(request, image, made, key)

    @extend_schema(exclude=True)
    def options(self, request: Request, accession: str, key: str) -> HttpResponseBase:
        """What a browser asks before it sends a range to another site."""
        image = get_image(accession, request.user)
        answer = HttpResponse(status=HTTPStatus.NO_CONTENT)
        return delivery.set_cross_origin(answer) if delivery.is_public(image) else answer

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """What is absent says so to other sites too: programs look for files of other formats, and for empty shards.

        That somebody asks too often is said before any image is looked up, and tells nothing of it.
        """
        answer = super().finalize_response(request, response, *args, **kwargs)
        is_open = delivery.is_public(self.image) if self.image else answer.status_code == HTTPStatus.TOO_MANY_REQUESTS
        return delivery.set_cross_origin(answer) if is_open else answer


class SignedRenditionObjectView(RenditionObjectView):
    """The same for whoever has a signed link to a private image; programs and viewers of any site then open it."""

    authentication_classes = (SignedPathAuthentication,)

    @extend_schema(exclude=True)
    def get(self, request: Request, accession: str, signature: str, key: str) -> HttpResponseBase:
        return super().get(request, accession, key)

    @extend_schema(exclude=True)
    def options(self, request: Request, accession: str, signature: str, key: str) -> HttpResponseBase:
        return delivery.set_cross_origin(HttpResponse(status=HTTPStatus.NO_CONTENT))

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        return delivery.set_cross_origin(super().finalize_response(request, response, *args, **kwargs))
