"""What the API says of each noun. Reading only: what is sent in is checked by services, which know all the rules."""

from enum import StrEnum
from functools import cached_property
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from archive import extensions
from archive.api.version_serializers import CHANGES, LinkedPublicationSerializer
from archive.delivery import DEPOSITED, LARGE, SMALL, picture_version
from archive.imaging.naming import ImageRole
from archive.models import Dataset, Deposition, Doi, Image, Imported, Origin
from archive.selectors import attributes
from archive.selectors.depositions import status_of
from archive.selectors.dois import dois_of
from archive.selectors.origins import imported_of, origin_of
from archive.states import Access, DepositionState, FileKind, FileState, ImageState, Standing, TokenScope

API = "archive-api:"


def choices_of(states: type[StrEnum]) -> list[tuple[str, str]]:
    """As drf-spectacular reads enums, so that ENUM_NAME_OVERRIDES recognises them."""
    return [(state.value, state.name) for state in states]


class Links(serializers.Serializer):
    """Helps serializers to give absolute addresses."""

    def link(self, name: str, *args: Any) -> str:
        return reverse(API + name, args=args, request=self.context.get("request"))


# --- datasets and versions


class BadgeSerializer(serializers.Serializer):
    kind = serializers.CharField()
    label = serializers.CharField()
    evidence = serializers.CharField()
    url = serializers.CharField()


class DatasetSerializer(Links):
    """A dataset in a list. `labels` come from whatever curates."""

    accession = serializers.CharField()
    title = serializers.CharField()
    access = serializers.ChoiceField(choices_of(Access))
    standing = serializers.ChoiceField(choices_of(Standing))
    retraction_reason = serializers.CharField()
    latest_version = serializers.IntegerField(allow_null=True)
    released_at = serializers.DateTimeField(allow_null=True)
    source_identifiers = serializers.JSONField()
    credit = serializers.CharField()
    labels = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    @extend_schema_field(BadgeSerializer(many=True))
    def get_labels(self, dataset: Dataset) -> list[dict[str, Any]]:
        badges = self.context.get("badges") or extensions.badges([dataset.pk])
        return BadgeSerializer(badges.get(dataset.pk, []), many=True).data

    def get_url(self, dataset: Dataset) -> str:
        return self.link("dataset", dataset.accession)


class OriginSerializer(Links):
    """The archive from which a record was imported, and what that archive says of its files."""

    archive = serializers.CharField()
    archive_name = serializers.CharField()
    identifier = serializers.CharField()
    url = serializers.CharField()
    released_on = serializers.DateField(allow_null=True, help_text="When it became public there.")
    file_count = serializers.SerializerMethodField()
    byte_count = serializers.SerializerMethodField()
    listed_files_url = serializers.SerializerMethodField(help_text="JSON lines: path, size, attributes.")

    def _imported(self) -> Imported | None:
        version = self.context["record"].version
        return imported_of(version) if version else None

    def get_file_count(self, _origin: Origin) -> int | None:
        return getattr(self._imported(), "file_count", None)

    def get_byte_count(self, _origin: Origin) -> int | None:
        return getattr(self._imported(), "byte_count", None)

    def get_listed_files_url(self, origin: Origin) -> str | None:
        imported = self._imported()
        if imported is None or not imported.listing_key:
            return None
        return self.link("version-listed-files", origin.dataset.accession, imported.deposition.number)


class DatasetRecordSerializer(DatasetSerializer):
    """A dataset with its metadata, and what upper layers state about it."""

    doi = serializers.SerializerMethodField(help_text="Of the latest version.")
    concept_doi = serializers.SerializerMethodField(help_text="Of the dataset over all its versions.")
    doi_state = serializers.SerializerMethodField(help_text="reserved, draft: leads nowhere; findable, hidden: does.")
    template = serializers.SerializerMethodField()
    template_version = serializers.SerializerMethodField()
    metadata = serializers.SerializerMethodField()
    file_count = serializers.SerializerMethodField()
    byte_count = serializers.SerializerMethodField()
    image_count = serializers.SerializerMethodField()
    tree_digest = serializers.SerializerMethodField()
    role = serializers.SerializerMethodField()
    withheld = serializers.SerializerMethodField(help_text="Files and images are not for you.")
    publications = LinkedPublicationSerializer(many=True, help_text="Added after the release, without a new version.")
    origin = serializers.SerializerMethodField(help_text="Of an imported record: whose it is. Its bytes stay there.")
    statements = serializers.SerializerMethodField()
    links = serializers.SerializerMethodField()

    @property
    def _record(self):
        return self.context["record"]

    def _of_version(self, name: str) -> Any:
        return getattr(self._record.version, name, None)

    def get_doi(self, dataset: Dataset) -> str | None:
        return self._of_version("doi") or None

    @cached_property
    def _dois(self) -> dict[int | None, Doi]:
        return dois_of(self._record.dataset)

    def get_concept_doi(self, dataset: Dataset) -> str | None:
        return self._dois[None].name if None in self._dois else None

    def get_doi_state(self, dataset: Dataset) -> str | None:
        own = self._dois.get(self._record.number)
        return own.state if own else None

    def get_template(self, dataset: Dataset) -> str:
        return self._record.template.name

    def get_template_version(self, dataset: Dataset) -> str:
        return self._record.template.version

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_metadata(self, dataset: Dataset) -> dict[str, Any]:
        return dict(self._record.metadata)

    def get_file_count(self, dataset: Dataset) -> int | None:
        return self._of_version("file_count")

    def get_byte_count(self, dataset: Dataset) -> int | None:
        return self._of_version("byte_count")

    def get_image_count(self, dataset: Dataset) -> int | None:
        return self._of_version("image_count")

    def get_tree_digest(self, dataset: Dataset) -> str | None:
        return self._of_version("tree_digest")

    def get_role(self, dataset: Dataset) -> str | None:
        return self._record.role

    def get_withheld(self, dataset: Dataset) -> bool:
        return self._record.withheld

    @extend_schema_field(OriginSerializer(allow_null=True))
    def get_origin(self, dataset: Dataset) -> dict[str, Any] | None:
        origin = origin_of(dataset)
        return OriginSerializer(origin, context=self.context).data if origin else None

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_statements(self, dataset: Dataset) -> dict[str, Any]:
        return extensions.statements(dataset)

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_links(self, dataset: Dataset) -> dict[str, str]:
        names = ("versions", "files", "images", "plates", "manifest")
        links = {name: self.link(f"dataset-{name}", dataset.accession) for name in names}
        if self._record.draft is not None:
            links["deposition"] = self.link("deposition", dataset.accession)
        return links


class VersionSerializer(Links):
    number = serializers.IntegerField()
    doi = serializers.CharField()
    released_at = serializers.DateTimeField()
    change_note = serializers.CharField()
    template = serializers.CharField()
    template_version = serializers.CharField()
    file_count = serializers.IntegerField()
    byte_count = serializers.IntegerField()
    image_count = serializers.IntegerField()
    tree_digest = serializers.CharField(help_text="SHA-256 of the manifest.")
    changes = serializers.SerializerMethodField(help_text="From the version before; null of the first one.")

    @extend_schema_field(CHANGES)
    def get_changes(self, version: Any) -> dict[str, Any] | None:
        return version.changes


class VersionRecordSerializer(VersionSerializer):
    metadata = serializers.SerializerMethodField()
    manifest_url = serializers.SerializerMethodField()

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_metadata(self, version: Any) -> dict[str, Any]:
        return dict(self.context["metadata"])

    def get_manifest_url(self, version: Any) -> str:
        return self.link("version-manifest", version.dataset.accession, version.number)


# --- files and images


class FileSerializer(Links):
    """`sha256` of a bundle is that of its member list."""

    id = serializers.IntegerField()
    path = serializers.CharField()
    kind = serializers.ChoiceField(choices_of(FileKind))
    size = serializers.IntegerField()
    sha256 = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices_of(FileState))
    reason = serializers.CharField(help_text="Why it has no images, or what is wrong with it.")
    component = serializers.SerializerMethodField(help_text="The key of the study component that it belongs to.")
    attributes = serializers.SerializerMethodField(help_text="What its depositors say of it in a table, by column.")
    associations = serializers.SerializerMethodField(
        help_text="The component, biosample and specimen that a table names, by their names."
    )
    members = serializers.IntegerField(source="member_count")
    url = serializers.SerializerMethodField()

    def get_component(self, file: Any) -> str:
        """As the version says whose files these are; a later one may have others."""
        folders, keys = self.context.get("component_folders"), self.context.get("component_keys", {})
        return attributes.component_of(file, attributes.shown(file), folders, keys)

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_attributes(self, file: Any) -> dict[str, str]:
        return attributes.in_order(attributes.shown(file).values, self.context.get("attribute_order", ()))

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_associations(self, file: Any) -> dict[str, str]:
        return dict(attributes.shown(file).associations)

    def get_sha256(self, file: Any) -> str:
        return file.tree_digest if file.kind == FileKind.BUNDLE else file.blob.sha256

    def get_url(self, file: Any) -> str:
        name = "file-members" if file.kind == FileKind.BUNDLE else "file-content"
        return self.link(name, self.context["accession"], file.pk)


class DepositionFileSerializer(FileSerializer):
    """As its depositors see it."""

    missing = serializers.ListField(child=serializers.CharField())
    kept_on_purpose = serializers.BooleanField()
    images = serializers.IntegerField(source="image_count")


class ImageSerializer(Links):
    """Sizes in pixels, lengths in µm."""

    accession = serializers.CharField()
    name = serializers.CharField()
    role = serializers.ChoiceField(
        choices_of(ImageRole),
        allow_blank=True,
        help_text="Empty, or which of the scanner's own pictures of a slide it is.",
    )
    format = serializers.CharField()
    state = serializers.ChoiceField(choices_of(ImageState))
    size_x = serializers.IntegerField()
    size_y = serializers.IntegerField()
    size_z = serializers.IntegerField()
    size_c = serializers.IntegerField()
    size_t = serializers.IntegerField()
    pixel_type = serializers.CharField()
    physical_x_um = serializers.FloatField(allow_null=True)
    physical_y_um = serializers.FloatField(allow_null=True)
    physical_z_um = serializers.FloatField(allow_null=True)
    dataset = serializers.SerializerMethodField()
    well = serializers.SerializerMethodField()
    thumbnail = serializers.SerializerMethodField()
    labels = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()

    def get_dataset(self, image: Image) -> str:
        return image.dataset.accession

    @extend_schema_field(BadgeSerializer(many=True))
    def get_labels(self, image: Image) -> list[dict[str, Any]]:
        badges = self.context.get("image_badges") or extensions.image_badges([image.pk])
        return BadgeSerializer(badges.get(image.pk, []), many=True).data

    def get_well(self, image: Image) -> str | None:
        return image.well.name if image.well else None

    def get_thumbnail(self, image: Image) -> str | None:
        return self._picture(image, SMALL)

    def _picture(self, image: Image, size: str) -> str | None:
        version = picture_version(image, size)
        return f"{self.link('image-thumbnail', image.accession)}?size={size}&v={version}" if version else None

    def get_url(self, image: Image) -> str:
        return self.link("image", image.accession)


class ImageRecordSerializer(ImageSerializer):
    """With all that was read from the file, and what checks found."""

    reason = serializers.CharField()
    metadata = serializers.JSONField()
    findings = serializers.JSONField()
    replaces = serializers.SerializerMethodField()
    picture = serializers.SerializerMethodField()
    ome_xml = serializers.SerializerMethodField(help_text="Of this image, schema 2016-06.")
    ome_xml_deposited = serializers.SerializerMethodField(help_text="As the file holds it, if it does.")
    original = serializers.SerializerMethodField()
    files = serializers.SerializerMethodField()

    def get_replaces(self, image: Image) -> str | None:
        return image.replaces.accession if image.replaces else None

    def get_picture(self, image: Image) -> str | None:
        return self._picture(image, LARGE)

    def get_ome_xml(self, image: Image) -> str:
        return self.link("image-ome-xml", image.accession)

    def get_ome_xml_deposited(self, image: Image) -> str | None:
        return f"{self.get_ome_xml(image)}?as={DEPOSITED}" if image.ome_xml_key else None

    def get_original(self, image: Image) -> str:
        return self.link("image-original", image.accession)

    @extend_schema_field(FileSerializer(many=True))
    def get_files(self, image: Image) -> list[dict[str, Any]]:
        number = image.dataset.latest_version or image.from_version
        context = {
            **self.context,
            "accession": image.dataset.accession,
            "component_keys": attributes.component_keys(image.dataset_id),
            "attribute_order": attributes.order_of(image.dataset_id, number),
        }
        files = attributes.attach(self.context["record"].files, number, self.context["request"].user)
        return FileSerializer(files, many=True, context=context).data


class PlateSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    rows = serializers.IntegerField()
    columns = serializers.IntegerField()


# --- depositions


class ProblemSerializer(serializers.Serializer):
    """`required` blocks; `desirable` and `optional` advise."""

    pointer = serializers.CharField(help_text="JSON pointer: /study/title, /files/<path>.")
    code = serializers.CharField()
    message = serializers.CharField()
    tier = serializers.ChoiceField(["required", "desirable", "optional"])


class StatusSerializer(serializers.Serializer):
    status = serializers.CharField()
    words = serializers.CharField()
    holder = serializers.CharField(help_text="Who has it now.")
    next_step = serializers.CharField()


class NewestTemplateSerializer(serializers.Serializer):
    name = serializers.CharField()
    version = serializers.CharField(help_text="The one that the deposition was made with.")
    newest = serializers.CharField()
    differences = serializers.ListField(child=serializers.CharField())


class DepositionSerializer(Links):
    """A deposition in a list."""

    accession = serializers.CharField(source="dataset.accession")
    title = serializers.CharField(source="dataset.title")
    number = serializers.IntegerField(help_text="The number that its version will have.")
    state = serializers.ChoiceField(choices_of(DepositionState))
    status = serializers.SerializerMethodField()
    release_on = serializers.DateField(allow_null=True)
    waits_for_publication = serializers.BooleanField(help_text="Released when it appears, or on `release_on`.")
    expected_publication = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    archived_at = serializers.DateTimeField(
        allow_null=True, help_text="When a draft was put aside, untouched for long."
    )
    url = serializers.SerializerMethodField()

    @extend_schema_field(StatusSerializer)
    def get_status(self, deposition: Deposition) -> dict[str, Any]:
        return StatusSerializer(status_of(deposition)).data

    def get_url(self, deposition: Deposition) -> str:
        return self.link("deposition", deposition.dataset.accession)


class DepositionRecordSerializer(DepositionSerializer):
    template = serializers.CharField()
    template_version = serializers.CharField()
    revision = serializers.IntegerField(help_text="Send it back with a change, so that nobody's work is overwritten.")
    metadata = serializers.JSONField()
    problems = ProblemSerializer(many=True, help_text="Of the last check; the report tells what is known now.")
    change_note = serializers.CharField()


class MembershipSerializer(serializers.Serializer):
    user = serializers.IntegerField(source="user_id")
    name = serializers.CharField(source="user.name")
    role = serializers.CharField()


# --- tokens


class TokenSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    hint = serializers.CharField(help_text="How the key begins.")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices_of(TokenScope)))
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewTokenSerializer(TokenSerializer):
    key = serializers.SerializerMethodField(help_text="Shown this once.")

    def get_key(self, token: Any) -> str:
        return self.context["key"]
