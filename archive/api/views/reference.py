"""Templates and terms: what a deposit is described with."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from archive import access
from archive.api.views.base import PersonalView, PublicView
from archive.errors import FieldProblem, Invalid
from archive.metadata import Template, json_schema
from archive.models import Vocabulary
from archive.selectors.free_terms import free_term_counts
from archive.selectors.templates import get_template, templates
from archive.selectors.terms import get_term, search_terms

_MOST_VOCABULARIES = 20


class TemplateSerializer(serializers.Serializer):
    name = serializers.CharField()
    version = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    standard = serializers.CharField()
    default = serializers.BooleanField()
    schema_url = serializers.SerializerMethodField(help_text="Its JSON Schema.")

    def get_schema_url(self, template: Template) -> str:
        return schema_url(template, self.context["request"])


def schema_url(template: Template, request: Request) -> str:
    address = reverse("archive-api:template", args=[template.name], request=request)
    return f"{address}?version={template.version}"


class TemplatesView(PublicView):
    @extend_schema(operation_id="templates_list", responses=TemplateSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The templates of metadata, the newest version of each."""
        return Response(TemplateSerializer(templates().all(), many=True, context={"request": request}).data)


class TemplateView(PublicView):
    @extend_schema(
        operation_id="template_schema",
        parameters=[OpenApiParameter("version", str, description="A version; the newest without it.")],
        responses={(200, "application/schema+json"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, name: str) -> Response:
        """The JSON Schema (draft 2020-12) of a template's documents."""
        template = get_template(name, request.query_params.get("version"))
        schema = json_schema(template, schema_url(template, request))
        return Response(schema, content_type="application/schema+json")


class SuggestionSerializer(serializers.Serializer):
    curie = serializers.CharField()
    label = serializers.CharField()
    synonym = serializers.CharField(help_text="The name that fits, where that is not the label.")
    ontology = serializers.CharField()
    rank = serializers.CharField()
    definition = serializers.CharField()
    parent = serializers.CharField(help_text="The label of what it is a kind of, or by `relation` a part of.")
    relation = serializers.CharField(help_text="`is_a`, `part_of` or `derived_from`; empty without a parent.")


class TermSerializer(serializers.Serializer):
    curie = serializers.CharField()
    label = serializers.CharField()
    ontology = serializers.CharField()
    version = serializers.CharField()
    synonyms = serializers.JSONField()
    parents = serializers.JSONField(help_text="What is directly above it: relation and CURIE.")
    ancestors = serializers.ListField(child=serializers.CharField())
    definition = serializers.CharField()
    rank = serializers.CharField()
    is_obsolete = serializers.BooleanField()
    replaced_by = serializers.CharField()


class TermsView(PublicView):
    @extend_schema(
        operation_id="terms_search",
        parameters=[
            OpenApiParameter("q", str, required=True, description="Beginnings of words, of labels or synonyms."),
            OpenApiParameter(
                "ontology", str, description="Such as FBbi, or several: MONDO,EFO. All vocabularies without it."
            ),
            OpenApiParameter("prefer", str, description="A CURIE: terms below it come first among equals."),
            OpenApiParameter("limit", int, description="At most 50."),
        ],
        responses=SuggestionSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Terms for what somebody types, the best first."""
        asked: Any = request.query_params
        vocabularies = [name for name in asked.get("ontology", "").split(",")[:_MOST_VOCABULARIES] if name]
        limit = _limit(asked.get("limit", "10"))
        found = search_terms(asked.get("q", ""), vocabularies, limit, prefer=asked.get("prefer", ""))
        return Response([asdict(suggestion) for suggestion in found])


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise Invalid("The limit is a number.", [FieldProblem("/limit", "Give a number from 1 to 50.")])
    return int(text[:4])


class TermView(PublicView):
    @extend_schema(operation_id="term", responses=TermSerializer)
    def get(self, request: Request, curie: str) -> Response:
        """One term with its synonyms and ancestors."""
        return Response(TermSerializer(get_term(curie)).data)


class VocabularySerializer(serializers.ModelSerializer):
    class Meta:
        model = Vocabulary
        fields = ("name", "title", "version", "licence", "homepage", "is_complete", "term_count", "loaded_at")


class VocabulariesView(PublicView):
    @extend_schema(operation_id="vocabularies", responses=VocabularySerializer(many=True))
    def get(self, request: Request) -> Response:
        """The ontologies that terms are taken from, with their versions and licences."""
        return Response(VocabularySerializer(Vocabulary.objects.order_by("name"), many=True).data)


class FreeTermSerializer(serializers.Serializer):
    field = serializers.CharField(help_text="section.field")
    text = serializers.CharField()
    datasets = serializers.IntegerField(help_text="How many have it in their latest version.")
    curie = serializers.CharField(source="term.curie", default="", help_text="What these words name by now, if any.")


class FreeTermsView(PersonalView):
    @extend_schema(
        operation_id="free_terms",
        parameters=[
            OpenApiParameter("field", str, description="Such as biosample.cell_line."),
            OpenApiParameter("words", str, description="The beginning of the text."),
            OpenApiParameter("dataset", str, description="An accession: those of its latest version."),
        ],
        responses=FreeTermSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """For curators: what stands in term fields and is no term, the 200 most frequent."""
        access.require_curator(request.user)
        names = (("field", "field"), ("words", "words"), ("accession", "dataset"))
        asked = {name: request.query_params.get(given, "").replace("\0", "")[:500] for name, given in names}
        rows, _ = free_term_counts(request.user, **asked)
        return Response(FreeTermSerializer(rows, many=True).data)
