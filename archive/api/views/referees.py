"""Links by which referees read what is not released: for the owners who make them."""

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api.views.base import ACCESSION, NOTHING, PersonalView, sent
from archive.models import RefereeLink
from archive.selectors.depositions import get_deposition
from archive.selectors.referee_links import links_of
from archive.services import refereeing


class RefereeLinkRequest(serializers.Serializer):
    note = serializers.CharField(required=False, allow_blank=True, help_text="For whom; referees do not see it.")
    days = serializers.IntegerField(default=refereeing.DEFAULT_DAYS)
    anonymised = serializers.BooleanField(default=False, help_text="Without people, affiliations, funding, names.")


class RefereeLinkSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    note = serializers.CharField()
    anonymised = serializers.BooleanField(source="is_anonymised")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    revoked_at = serializers.DateTimeField(allow_null=True)
    is_valid = serializers.BooleanField()
    openings = serializers.IntegerField()
    last_opened_at = serializers.DateTimeField(allow_null=True)


class NewRefereeLinkSerializer(RefereeLinkSerializer):
    url = serializers.SerializerMethodField(help_text="Shown this once.")

    def get_url(self, link: RefereeLink) -> str:
        return f"{settings.SITE_URL}{reverse('archive:referee', args=[self.context['token']])}"


class RefereeLinksView(PersonalView):
    @extend_schema(operation_id="referee_links", parameters=[ACCESSION], responses=RefereeLinkSerializer(many=True))
    def get(self, request: Request, accession: str) -> Response:
        """The links of a dataset, those that have ended too. For its owners."""
        dataset = get_deposition(accession, request.user).dataset
        return Response(RefereeLinkSerializer(links_of(dataset, request.user), many=True).data)

    @extend_schema(
        operation_id="referee_link_make",
        parameters=[ACCESSION],
        request=RefereeLinkRequest,
        responses={201: NewRefereeLinkSerializer},
    )
    def post(self, request: Request, accession: str) -> Response:
        """Make a link to what is not released yet. Its address is in this answer and nowhere else."""
        dataset = get_deposition(accession, request.user).dataset
        given = sent(request, RefereeLinkRequest)
        link, token = refereeing.make_link(
            dataset=dataset,
            user=request.user,
            days=given["days"],
            is_anonymised=given["anonymised"],
            note=given.get("note", ""),
        )
        return Response(NewRefereeLinkSerializer(link, context={"token": token}).data, status=201)


class RefereeLinkView(PersonalView):
    @extend_schema(operation_id="referee_link_revoke", parameters=[ACCESSION], request=None, responses={204: NOTHING})
    def delete(self, request: Request, accession: str, link_id: int) -> Response:
        """Take a link back, at once."""
        dataset = get_deposition(accession, request.user).dataset
        refereeing.revoke_link(dataset=dataset, user=request.user, link_id=link_id)
        return Response(status=204)
