"""The tokens of a person's scripts. Managed from a browser only: a token makes no tokens."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from archive.api.permissions import SessionOnly
from archive.api.requests import TokenRequest
from archive.api.serializers import NewTokenSerializer, TokenSerializer
from archive.api.views.base import NOTHING, sent
from archive.selectors.people import tokens_of_person
from archive.services import people


class TokensView(APIView):
    permission_classes = [SessionOnly]

    @extend_schema(operation_id="tokens_list", responses=TokenSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Your tokens; of each key only the beginning."""
        return Response(TokenSerializer(tokens_of_person(request.user), many=True).data)

    @extend_schema(operation_id="token_create", request=TokenRequest, responses={201: NewTokenSerializer})
    def post(self, request: Request) -> Response:
        """Make a token. Its key is shown this once."""
        token, key = people.create_token(user=request.user, **sent(request, TokenRequest))
        return Response(NewTokenSerializer(token, context={"key": key}).data, status=201)


class TokenView(APIView):
    permission_classes = [SessionOnly]

    @extend_schema(operation_id="token_revoke", request=None, responses={204: NOTHING})
    def delete(self, request: Request, token_id: int) -> Response:
        """Revoke a token, at once."""
        people.revoke_token(user=request.user, token_id=token_id)
        return Response(status=204)
