"""Groups of files that only their names join, as the API gives them, and the answer that it takes."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from archive.models import Grouping
from archive.services.joining import Answer
from archive.states import GroupingState


class AxisSerializer(serializers.Serializer):
    name = serializers.ChoiceField(["well", "field", "t", "c", "z"])
    values = serializers.ListField(child=serializers.CharField(), help_text="As the names write them, in order.")


class GroupingMemberSerializer(serializers.Serializer):
    path = serializers.CharField()
    places = serializers.ListField(child=serializers.IntegerField(), help_text="Indices into the values of the axes.")


class GroupingSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    label = serializers.CharField()
    state = serializers.ChoiceField([str(state) for state in GroupingState])
    why = serializers.CharField()
    reason = serializers.CharField(help_text="Of an unfit group: which file is odd.")
    pattern = serializers.CharField(help_text="The same for groups that are alike but for numbers and folders.")
    axes = AxisSerializer(many=True)
    members = serializers.SerializerMethodField()
    files = serializers.IntegerField(source="member_count")
    images = serializers.IntegerField(source="image_count")
    absent = serializers.ListField(child=serializers.CharField(), help_text="The first planes for which there is none.")
    absent_count = serializers.IntegerField()
    decided_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(GroupingMemberSerializer(many=True))
    def get_members(self, grouping: Grouping) -> list[dict[str, Any]]:
        return [{"path": path, "places": places} for path, *places in grouping.members]


class GroupingAnswer(serializers.Serializer):
    answer = serializers.ChoiceField([str(answer) for answer in Answer])
    groupings = serializers.ListField(child=serializers.IntegerField(), allow_empty=False, max_length=2000)
