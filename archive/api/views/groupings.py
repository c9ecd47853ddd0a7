"""Files of a deposition that look like one image by their names: the questions, and the depositor's answers."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api.grouping_serializers import GroupingAnswer, GroupingSerializer
from archive.api.pagination import FewByKey
from archive.api.views.base import ACCESSION, PersonalView, sent
from archive.models import Grouping
from archive.selectors import groupings
from archive.selectors.depositions import get_deposition
from archive.services import joining
from archive.services.joining import Answer


@extend_schema_view(get=extend_schema(operation_id="deposition_groupings", parameters=[ACCESSION]))
class GroupingsView(PersonalView, ListAPIView):
    """Files that look like one image by their names, with what was answered. Unanswered, each is its own image."""

    serializer_class = GroupingSerializer
    pagination_class = FewByKey

    def get_queryset(self) -> QuerySet[Grouping]:
        if getattr(self, "swagger_fake_view", False):
            return Grouping.objects.none()
        return groupings.groupings_of(get_deposition(self.kwargs["accession"], self.request.user))

    @extend_schema(
        operation_id="deposition_groupings_answer",
        parameters=[ACCESSION],
        request=GroupingAnswer,
        responses=GroupingSerializer(many=True),
    )
    def post(self, request: Request, accession: str) -> Response:
        """Confirm, decline or undo, all of the named groups or none. Their files are then read again."""
        given = sent(request, GroupingAnswer)
        answered = joining.answer_groupings(
            deposition=get_deposition(accession, request.user),
            user=request.user,
            answer=Answer(given["answer"]),
            groupings=given["groupings"],
        )
        return Response(GroupingSerializer(answered, many=True).data)
