"""Publications by DOI or PubMed ID, as the services of the world describe them."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api.requests import LookupRequest
from archive.api.version_serializers import LinkedPublicationSerializer
from archive.api.views.base import ACCESSION, NOTHING, PersonalView, PublicView, sent
from archive.selectors.datasets import get_dataset
from archive.services import publications
from archive.services.finding_publications import Outcome, find_publication


class AuthorSerializer(serializers.Serializer):
    name = serializers.CharField()
    given = serializers.CharField()
    family = serializers.CharField()
    orcid = serializers.CharField()
    affiliation = serializers.CharField()


class GrantSerializer(serializers.Serializer):
    funder = serializers.CharField()
    award = serializers.CharField()


class PublicationSerializer(serializers.Serializer):
    """What is not known is empty."""

    doi = serializers.CharField()
    pmid = serializers.CharField()
    title = serializers.CharField()
    journal = serializers.CharField()
    year = serializers.IntegerField(allow_null=True)
    authors = AuthorSerializer(many=True)
    abstract = serializers.CharField()
    grants = GrantSerializer(many=True)
    licence = serializers.CharField()
    preprint_of = serializers.ListField(child=serializers.CharField())
    preprints = serializers.ListField(child=serializers.CharField())


class LookupSerializer(serializers.Serializer):
    outcome = serializers.ChoiceField([str(outcome) for outcome in Outcome])
    sentence = serializers.CharField()
    sources = serializers.ListField(child=serializers.CharField(), help_text="Who knew it.")
    silent = serializers.ListField(child=serializers.CharField(), help_text="Who did not answer.")
    publication = PublicationSerializer(allow_null=True)


class PublicationRequest(serializers.Serializer):
    identifier = serializers.CharField(max_length=300, help_text="A DOI or PubMed ID, also as an address.")
    title = serializers.CharField(required=False, allow_blank=True, max_length=500, help_text="Else it is looked up.")


class DatasetPublicationsView(PublicView):
    @extend_schema(
        operation_id="dataset_publications", parameters=[ACCESSION], responses=LinkedPublicationSerializer(many=True)
    )
    def get(self, request: Request, accession: str) -> Response:
        """What was added after the release; the publication of a version's metadata stands there."""
        rows = get_dataset(accession, request.user).publications.all()
        return Response(LinkedPublicationSerializer(rows, many=True).data)

    @extend_schema(
        operation_id="dataset_publication_add",
        parameters=[ACCESSION],
        request=PublicationRequest,
        responses={201: LinkedPublicationSerializer},
    )
    def post(self, request: Request, accession: str) -> Response:
        """Say that a publication of the released dataset is out; no version is made. For owners."""
        given = sent(request, PublicationRequest)
        dataset = get_dataset(accession, request.user)
        made = publications.add_publication(dataset=dataset, user=request.user, **given)
        return Response(LinkedPublicationSerializer(made).data, status=201)


class DatasetPublicationView(PersonalView):
    @extend_schema(
        operation_id="dataset_publication_remove", parameters=[ACCESSION], request=None, responses={204: NOTHING}
    )
    def delete(self, request: Request, accession: str, publication_id: int) -> Response:
        """Take it away again. For owners."""
        dataset = get_dataset(accession, request.user)
        publications.remove_publication(dataset=dataset, user=request.user, publication_id=publication_id)
        return Response(status=204)


class LookupView(PersonalView):
    @extend_schema(operation_id="publication_lookup", request=LookupRequest, responses=LookupSerializer)
    def post(self, request: Request) -> Response:
        """Look a DOI or PubMed ID up; services that are down are an outcome, not an error. Thirty a minute."""
        found = find_publication(text=sent(request, LookupRequest)["identifier"], user=request.user)
        return Response(LookupSerializer(found).data)
