"""Open invitations to a dataset, for its owners; one is made by sharing with an address that has no account."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api.views.base import ACCESSION, NOTHING, PersonalView
from archive.selectors.datasets import get_dataset
from archive.selectors.people import open_invitations
from archive.services import inviting


class InvitationSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    email = serializers.EmailField()
    role = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    mailed_at = serializers.DateTimeField(allow_null=True, help_text="null: the mail is on its way.")


class InvitationsView(PersonalView):
    @extend_schema(operation_id="invitations", parameters=[ACCESSION], responses=InvitationSerializer(many=True))
    def get(self, request: Request, accession: str) -> Response:
        """Who was invited and has not answered yet."""
        found = open_invitations(get_dataset(accession, request.user), request.user)
        return Response(InvitationSerializer(found, many=True).data)


class InvitationView(PersonalView):
    @extend_schema(operation_id="invitation_revoke", parameters=[ACCESSION], request=None, responses={204: NOTHING})
    def delete(self, request: Request, accession: str, invitation_id: int) -> Response:
        """Take an invitation back: its link ends at once."""
        dataset = get_dataset(accession, request.user)
        inviting.revoke(dataset=dataset, actor=request.user, invitation_id=invitation_id)
        return Response(status=204)
