"""What the API says of quality: the validation report, and the findings of each image."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from archive.api.serializers import Links, choices_of
from archive.imaging.model import Severity
from archive.models import Image
from archive.states import ImageState


class CheckCountSerializer(serializers.Serializer):
    """A row of the table of checks, with how many images and files it concerns; 0 and 0 where nothing was found."""

    code = serializers.CharField(source="check.code")
    severity = serializers.ChoiceField(choices_of(Severity), source="check.severity")
    title = serializers.CharField(source="check.title")
    looks_for = serializers.CharField(source="check.looks_for")
    fix = serializers.CharField(source="check.fix")
    images = serializers.IntegerField()
    files = serializers.IntegerField()


class ImageTotalsSerializer(serializers.Serializer):
    total = serializers.IntegerField()
    checked = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="Fields of plates, checked in the background.")
    failed = serializers.IntegerField()
    with_findings = serializers.IntegerField()


class FileTotalsSerializer(serializers.Serializer):
    total = serializers.IntegerField()
    size = serializers.IntegerField()
    verified = serializers.IntegerField(help_text="Every byte was read, and the SHA-256 is known.")
    with_images = serializers.IntegerField()
    kept = serializers.IntegerField()
    unread = serializers.IntegerField()
    damaged = serializers.IntegerField()


class FileRemarkSerializer(serializers.Serializer):
    path = serializers.CharField(source="file.path")
    code = serializers.CharField(source="check.code")
    sentence = serializers.CharField()
    kept_on_purpose = serializers.BooleanField()


class TierSerializer(serializers.Serializer):
    filled = serializers.IntegerField()
    total = serializers.IntegerField()


class MissingSerializer(serializers.Serializer):
    pointer = serializers.CharField()
    label = serializers.CharField()
    tier = serializers.CharField()


class CompletenessSerializer(serializers.Serializer):
    """Of the metadata, by REMBI's tiers."""

    required = TierSerializer()
    desirable = TierSerializer()
    optional = TierSerializer()
    missing = MissingSerializer(many=True)


class QualitySerializer(Links):
    """The validation report of a version."""

    dataset = serializers.CharField(source="version.dataset.accession")
    version = serializers.IntegerField(source="version.number")
    released_at = serializers.DateTimeField(source="version.released_at")
    tree_digest = serializers.CharField(source="version.tree_digest")
    template = serializers.CharField(source="version.template")
    template_version = serializers.CharField(source="version.template_version")
    checks = CheckCountSerializer(many=True)
    images = ImageTotalsSerializer()
    files = FileTotalsSerializer()
    file_findings = FileRemarkSerializer(many=True, source="remarks", help_text="The first of them.")
    completeness = serializers.SerializerMethodField()
    image_findings = serializers.SerializerMethodField(help_text="Where the findings of each image are.")

    @extend_schema_field(CompletenessSerializer)
    def get_completeness(self, report: Any) -> dict[str, Any]:
        return CompletenessSerializer(self.context["completeness"]).data

    def get_image_findings(self, report: Any) -> str:
        version = report.version
        return f"{self.link('dataset-quality-images', version.dataset.accession)}?version={version.number}"


class FindingSerializer(serializers.Serializer):
    code = serializers.CharField()
    severity = serializers.ChoiceField(choices_of(Severity))
    sentence = serializers.CharField()
    fix = serializers.CharField()


class ImageFindingsSerializer(Links):
    """What the checks found in one image; nothing, if `findings` is empty and it is not `found` or `failed`."""

    accession = serializers.CharField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices_of(ImageState))
    reason = serializers.CharField(help_text="Why there is no picture of it.")
    findings = FindingSerializer(many=True)
    url = serializers.SerializerMethodField()

    def get_url(self, image: Image) -> str:
        return self.link("image", image.accession)
