"""What the views share: reading what was sent, and the address parameters that the schema names."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from archive.api.permissions import TokenScopes
from archive.errors import TooLarge
from archive.referees import Referee

BYTES = OpenApiResponse(OpenApiTypes.BINARY, description="The bytes.")
NOTHING = OpenApiResponse(None, description="Done.")
ACCESSION = OpenApiParameter("accession", str, OpenApiParameter.PATH, description="MG-D1042; of an image MG-D1042-I7.")
NUMBER = OpenApiParameter("number", int, OpenApiParameter.PATH, description="A version's number.")


class PublicView(APIView):
    """Everybody may read; what is not theirs is not found. Changes ask for a person."""

    permission_classes = [IsAuthenticatedOrReadOnly, TokenScopes]

    def finalize_response(
        self, request: Request, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """To an anonymised referee every text is told without names, whatever it was made of."""
        reader = getattr(request, "user", None)
        if isinstance(response, Response) and isinstance(reader, Referee) and reader.is_anonymised:
            response.data = reader.names.scrub_value(response.data)
        return super().finalize_response(request, response, *args, **kwargs)


class PersonalView(APIView):
    """For somebody who is signed in."""

    permission_classes = [IsAuthenticated, TokenScopes]


def too_big() -> str:
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    return f"A request may have at most {limit} bytes. Send less at a time; files go to uploads/."


def sent(request: Request, shape: type[serializers.Serializer]) -> dict[str, Any]:
    """What was sent, as its shape says; every fault is named in the problem JSON."""
    try:
        content = request.data
    except RequestDataTooBig as error:
        raise TooLarge(too_big()) from error
    serializer = shape(data=content)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data
