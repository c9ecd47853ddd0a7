"""Depositions that another system prepares for people: handed over by a link, reported by callbacks."""

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api.pagination import NewestFirst
from archive.api.views.base import NOTHING, PersonalView, sent
from archive.errors import NotFound
from archive.models import Callback, Handover
from archive.selectors.depositions import status_of
from archive.services import brokering
from archive.states import CallbackEvent


class CallbackSerializer(serializers.ModelSerializer):
    class Meta:
        model = Callback
        fields = ("event", "number", "tries", "done_at", "given_up_at", "sentence")
        extra_kwargs = {"number": {"help_text": "The version."}}


class HandoverSerializer(serializers.ModelSerializer):
    link = serializers.SerializerMethodField(help_text="For whoever is to own it; empty once it was taken.")
    accession = serializers.SerializerMethodField(help_text="Of the dataset, once it was taken.")
    status = serializers.SerializerMethodField(help_text="Of its deposition, as people see it.")
    broker_role = serializers.CharField(help_text="What the broker may do with the dataset; empty for nothing.")
    callbacks = CallbackSerializer(many=True)

    class Meta:
        model = Handover
        fields = (
            "id", "template", "link", "callback_url", "broker_role", "created_at", "expires_at", "taken_at",
            "accession", "status", "callbacks",
        )  # fmt: skip

    def get_link(self, handover: Handover) -> str:
        return f"{settings.SITE_URL}{brokering.address_of(handover)}" if handover.is_open else ""

    def get_accession(self, handover: Handover) -> str:
        return handover.dataset.accession if handover.dataset else ""

    def get_status(self, handover: Handover) -> str:
        depositions = handover.dataset.depositions.all() if handover.dataset else ()
        latest = max(depositions, key=lambda deposition: deposition.pk, default=None)
        return status_of(latest).status if latest else ""


class MadeHandoverSerializer(HandoverSerializer):
    secret = serializers.SerializerMethodField(help_text="Callbacks are signed with it; it is told here alone.")

    class Meta(HandoverSerializer.Meta):
        fields = (*HandoverSerializer.Meta.fields, "secret")

    def get_secret(self, handover: Handover) -> str:
        return brokering.secret_of(handover)


class PrepareHandover(serializers.Serializer):
    template = serializers.CharField(required=False, help_text="Its name; the default one if left out.")
    metadata = serializers.DictField(required=False, help_text="As far as they are known, in the template's form.")
    callback_url = serializers.URLField(
        required=False, allow_blank=True, max_length=500, help_text=f"Told of: {', '.join(CallbackEvent)}."
    )
    broker_role = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text=f"What you may do with the dataset: {' or '.join(brokering.BROKER_ROLES)}; nothing if left out.",
    )


@extend_schema_view(get=extend_schema(operation_id="handovers_list"))
class HandoversView(PersonalView, ListAPIView):
    """What you prepared as a broker, the newest first, with what was called back."""

    serializer_class = HandoverSerializer
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[Handover]:
        if getattr(self, "swagger_fake_view", False):
            return Handover.objects.none()
        brokering.require_broker(self.request.user)
        rows = Handover.objects.filter(broker=self.request.user).select_related("dataset")
        return rows.prefetch_related("callbacks", "dataset__depositions__dataset")

    @extend_schema(operation_id="handover_prepare", request=PrepareHandover, responses={201: MadeHandoverSerializer})
    def post(self, request: Request) -> Response:
        """Prepare a deposition; give its link to whoever is to own it."""
        made, _ = brokering.prepare(broker=request.user, **sent(request, PrepareHandover))
        return Response(MadeHandoverSerializer(made).data, status=201)


class HandoverView(PersonalView):
    @extend_schema(operation_id="handover", responses=HandoverSerializer)
    def get(self, request: Request, handover_id: int) -> Response:
        """What became of one."""
        brokering.require_broker(request.user)
        found = Handover.objects.filter(pk=handover_id, broker=request.user).first()
        if found is None:
            raise NotFound("You have no such handover. Ask for the list of yours.")
        return Response(HandoverSerializer(found).data)

    @extend_schema(operation_id="handover_withdraw", responses={204: NOTHING})
    def delete(self, request: Request, handover_id: int) -> Response:
        """End its link. What was begun stays its owner's."""
        brokering.withdraw(broker=request.user, handover_id=handover_id)
        return Response(status=204)
