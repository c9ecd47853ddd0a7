"""Links that open private bytes for a day, for programs that cannot sign in."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api.requests import LinkRequest
from archive.api.views.base import ACCESSION, PersonalView, sent
from archive.selectors.datasets import get_dataset
from archive.services.linking import make_link


class LinkSerializer(serializers.Serializer):
    url = serializers.CharField()
    expires_at = serializers.DateTimeField()


class LinksView(PersonalView):
    throttle_scope = "export"

    @extend_schema(
        operation_id="link_make", parameters=[ACCESSION], request=LinkRequest, responses={201: LinkSerializer}
    )
    def post(self, request: Request, accession: str) -> Response:
        """An address that opens for anybody who has it, for 24 hours: a file, ZIP, OME-TIFF or picture of your dataset.

        It ends early when you leave the dataset or other bytes take the place of these.
        """
        dataset = get_dataset(accession, request.user)
        made = make_link(user=request.user, dataset=dataset, address=sent(request, LinkRequest)["address"])
        url = request.build_absolute_uri(made.address)
        return Response(LinkSerializer({"url": url, "expires_at": made.expires_at}).data, status=201)
