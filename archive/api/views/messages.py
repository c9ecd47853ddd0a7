"""The conversation between a dataset's people and the curators."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api.views.base import ACCESSION, PersonalView, sent
from archive.models import Message
from archive.selectors.messages import thread_of
from archive.services import conversing
from archive.states import MessageKind


class MessageSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField([str(kind) for kind in MessageKind], help_text="Notes are by curators for curators.")
    author = serializers.SerializerMethodField(help_text="The name; empty for somebody who left.")
    text = serializers.CharField()
    created_at = serializers.DateTimeField()

    def get_author(self, message: Message) -> str:
        return str(message.author or "")


class Letter(serializers.Serializer):
    text = serializers.CharField(
        allow_blank=True, trim_whitespace=False, help_text=f"Plain text, at most {conversing.LONGEST:,} characters."
    )
    is_note = serializers.BooleanField(required=False, help_text="By curators: for curators alone, mailed to nobody.")


class MessagesView(PersonalView):
    @extend_schema(operation_id="messages", parameters=[ACCESSION], responses=MessageSerializer(many=True))
    def get(self, request: Request, accession: str) -> Response:
        """What was written, the oldest first. For the people of the dataset and for curators."""
        thread = thread_of(accession, request.user)
        return Response(MessageSerializer(thread.messages, many=True).data)

    @extend_schema(
        operation_id="message_write", parameters=[ACCESSION], request=Letter, responses={201: MessageSerializer}
    )
    def post(self, request: Request, accession: str) -> Response:
        """Write to the other side, which is mailed."""
        given = sent(request, Letter)
        dataset = thread_of(accession, request.user).dataset
        write = conversing.note if given.get("is_note") else conversing.write
        made = write(dataset=dataset, author=request.user, text=given["text"])
        return Response(MessageSerializer(made).data, status=201)
