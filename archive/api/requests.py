"""What may be sent to the API: shapes only. Whether it is right is for the services to say."""

from rest_framework import serializers

from archive.states import DatasetRole


class StartDeposition(serializers.Serializer):
    template = serializers.CharField(required=False, allow_null=True, help_text="Name of a template; see templates/.")
    metadata = serializers.JSONField(required=False, help_text="A whole document, {section: {field: value}}.")


class EditMetadata(serializers.Serializer):
    """Either `metadata`, a whole document, or `changes` by field path (study.title; null removes)."""

    revision = serializers.IntegerField(min_value=0, help_text="The revision that was read.")
    metadata = serializers.JSONField(required=False)
    changes = serializers.DictField(child=serializers.JSONField(allow_null=True), required=False)

    def validate(self, attrs):
        if ("metadata" in attrs) == ("changes" in attrs):
            raise serializers.ValidationError("Send metadata or changes: one of the two.")
        return attrs


class Release(serializers.Serializer):
    release_on = serializers.DateField(
        required=False, allow_null=True, help_text="A day to come; it stays private until then."
    )
    change_note = serializers.CharField(required=False, allow_blank=True, max_length=5000)


class Because(serializers.Serializer):
    reason = serializers.CharField(max_length=5000)


class MaybeBecause(serializers.Serializer):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=5000)


class Share(serializers.Serializer):
    email = serializers.EmailField()
    role = serializers.ChoiceField([str(role) for role in DatasetRole])


class TokenRequest(serializers.Serializer):
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    days = serializers.IntegerField(default=90)
