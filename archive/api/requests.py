"""What may be sent to the API: shapes only. Whether it is right is for the services to say."""

from rest_framework import serializers

from archive.states import DatasetRole


class StartDeposition(serializers.Serializer):
    template = serializers.CharField(required=False, allow_null=True, help_text="Name of a template; see templates/.")
    metadata = serializers.JSONField(required=False, help_text="A whole document, {section: {field: value}}.")
    like = serializers.CharField(
        required=False, max_length=60, help_text="Accession of one of your datasets whose metadata it begins with."
    )

    def validate(self, attrs):
        if "like" in attrs and ("metadata" in attrs or "template" in attrs):
            raise serializers.ValidationError("Send `like` alone: template and metadata come from that dataset.")
        return attrs


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
    with_publication = serializers.BooleanField(
        required=False, help_text="When its publication appears, at the latest on the last day that is allowed."
    )
    expected_publication = serializers.CharField(
        required=False, allow_blank=True, max_length=300, help_text="Its DOI or PubMed ID, which is looked for daily."
    )
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=5000, help_text="Why it is later than was planned before."
    )
    no_publication = serializers.CharField(
        required=False, allow_blank=True, max_length=5000, help_text="Why there is no publication, if there is none."
    )
    change_note = serializers.CharField(required=False, allow_blank=True, max_length=5000)


class AtRevision(serializers.Serializer):
    revision = serializers.IntegerField(min_value=0, help_text="The one that you read.")


class Because(serializers.Serializer):
    reason = serializers.CharField(max_length=5000)


class MaybeBecause(serializers.Serializer):
    reason = serializers.CharField(required=False, allow_blank=True, max_length=5000)


class Share(serializers.Serializer):
    email = serializers.CharField(
        max_length=254, help_text="Or the ORCID iD of somebody who signed in with it. Who has no account is invited."
    )
    role = serializers.ChoiceField([str(role) for role in DatasetRole])


class LookupRequest(serializers.Serializer):
    identifier = serializers.CharField(max_length=300, help_text="A DOI or PubMed ID, also as an address.")


class LinkRequest(serializers.Serializer):
    address = serializers.CharField(max_length=3000, help_text="An address of this API that gives bytes.")


class TokenRequest(serializers.Serializer):
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    days = serializers.IntegerField(default=90)
