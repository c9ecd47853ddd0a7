"""What the API says and takes; the rules are the services'."""

from rest_framework import serializers

from curation.labels import LabelKind
from curation.models import Label
from curation.workflow import Action, CandidateState


class NominationSerializer(serializers.Serializer):
    dataset = serializers.CharField(help_text="The accession, MG-D1042.", max_length=30)
    reason = serializers.CharField(help_text="What others would use these images for.", max_length=5000)
    component = serializers.CharField(required=False, allow_blank=True, max_length=40, default="")
    images = serializers.ListField(child=serializers.CharField(max_length=45), required=False, default=list)


class CandidateSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    dataset = serializers.CharField(source="dataset.accession")
    version = serializers.IntegerField()
    scope = serializers.CharField()
    component = serializers.CharField()
    state = serializers.ChoiceField([(str(state), str(state)) for state in CandidateState])
    round = serializers.IntegerField()
    labelled = serializers.BooleanField()
    reason = serializers.CharField()
    nominated_at = serializers.DateTimeField()
    moved_at = serializers.DateTimeField()
    url = serializers.CharField(source="get_absolute_url")


class MoveSerializer(serializers.Serializer):
    """A line of the history."""

    action = serializers.CharField(source="move.action")
    at = serializers.DateTimeField(source="move.at")
    from_state = serializers.CharField(source="move.from_state")
    to_state = serializers.CharField(source="move.to_state")
    who = serializers.CharField()
    reason = serializers.CharField()


class NewMoveSerializer(serializers.Serializer):
    action = serializers.ChoiceField([(str(action), str(action)) for action in Action])
    reason = serializers.CharField(required=False, allow_blank=True, max_length=5000, default="")
    person = serializers.EmailField(
        required=False, help_text="For invite and assign: the e-mail address of a reviewer or curator."
    )
    deviation = serializers.CharField(
        required=False, allow_blank=True, default="", max_length=5000,
        help_text="For a decision that differs from the scores: why. Public.",
    )  # fmt: skip


class LabelSerializer(serializers.Serializer):
    dataset = serializers.CharField(source="dataset.accession")
    kind = serializers.ChoiceField([(str(kind), str(kind)) for kind in LabelKind])
    label = serializers.SerializerMethodField(help_text="In words, with the number of images where only some carry it.")
    granted_at = serializers.DateTimeField()
    evidence = serializers.CharField()
    decision = serializers.IntegerField(source="decision_id", allow_null=True)

    def get_label(self, label: Label) -> str:
        covered = self.context.get("coverage", {}).get(label.dataset_id)
        return covered.words if covered and label.kind == LabelKind.REFERENCE else label.declaration.label


class DecisionSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    dataset = serializers.CharField(source="candidate.dataset.accession")
    version = serializers.IntegerField()
    outcome = serializers.CharField()
    rationale = serializers.CharField()
    deviation = serializers.CharField()
    points = serializers.IntegerField()
    most_points = serializers.IntegerField()
    reviews = serializers.IntegerField(source="review_count")
    criteria_version = serializers.IntegerField()
    decided_at = serializers.DateTimeField()
    url = serializers.CharField(source="get_absolute_url")


class ReviewScoresSerializer(serializers.Serializer):
    reviewer = serializers.CharField()
    scores = serializers.DictField(child=serializers.IntegerField())


class DecisionDetailSerializer(DecisionSerializer):
    scores = ReviewScoresSerializer(many=True)
