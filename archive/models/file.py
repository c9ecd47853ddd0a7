"""Files of a dataset, the immutable bytes behind them, and uploads on their way to become files."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from archive.states import FileKind, FileState, UploadState
from archive.uploads import paths


class PathKeyField(models.CharField):
    """The key of the row's path, written whenever the row is: by it names are compared as the narrowest system does."""

    def __init__(self, **kwargs: Any) -> None:
        # Folding may lengthen a text up to three times.
        super().__init__(**{"max_length": 3 * paths.MAX_LENGTH, "editable": False, "default": "", **kwargs})

    def pre_save(self, row: models.Model, add: bool) -> str:
        setattr(row, self.attname, paths.key(row.path))
        return getattr(row, self.attname)


class Blob(models.Model):
    """Immutable bytes. The key derives from a random id, never from a name or from the content of a private file."""

    key = models.CharField(max_length=200, unique=True)
    size = models.PositiveBigIntegerField()
    # Empty until a worker has read every byte.
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    # CRC-32 of the bytes, known with the digest: the layout of a ZIP follows from it before a byte is read.
    crc32 = models.BigIntegerField(null=True, blank=True)
    # How the bytes lie in storage ("" as they came) and how many; `size` and `sha256` are the original's.
    codec = models.CharField(max_length=10, blank=True)
    stored_size = models.PositiveBigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    audited_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.sha256 or self.key


class File(models.Model):
    """A path in a dataset, valid from one version to another (`until_version` is the first without it).

    A file points at a blob; a bundle (an OME-Zarr folder) at a list of its members in storage.
    """

    dataset = models.ForeignKey("archive.Dataset", models.PROTECT, related_name="files")
    path = models.CharField(max_length=1000)
    path_key = PathKeyField()
    kind = models.CharField(max_length=6, default=FileKind.FILE, choices=[(kind, kind) for kind in FileKind])
    size = models.PositiveBigIntegerField(default=0)
    blob = models.ForeignKey(Blob, models.PROTECT, null=True, blank=True, related_name="files")
    # What the sender said that the bytes are, if they did.
    announced_sha256 = models.CharField(max_length=64, blank=True)
    # A bundle's member list: one line of JSON per member (path, size, sha256, key), and the SHA-256 of the list.
    members_key = models.CharField(max_length=200, blank=True)
    tree_digest = models.CharField(max_length=64, blank=True)
    member_count = models.PositiveIntegerField(default=0)
    state = models.CharField(
        max_length=10, default=FileState.STORED, choices=[(state, state) for state in FileState], db_index=True
    )
    reason_code = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    # Files that this one names and that are not there (yet).
    missing = models.JSONField(default=list, blank=True)
    # The file that describes the image to which this one belongs.
    main = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="parts")
    # The confirmed group by which it is read, together with others that only their names join to it.
    grouping = models.ForeignKey("archive.Grouping", models.SET_NULL, null=True, blank=True, related_name="files")
    component = models.CharField(max_length=40, blank=True)
    # The depositor's word on a file that cannot be read: archive it as it is.
    kept_on_purpose = models.BooleanField(default=False)
    from_version = models.PositiveIntegerField()
    until_version = models.PositiveIntegerField(null=True, blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="uploaded_files")
    created_at = models.DateTimeField(auto_now_add=True)
    # When its state last moved, and how often work on it began: the sweep looks at both.
    moved_at = models.DateTimeField(auto_now_add=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            # A path names one file at a time; two would overwrite each other on download.
            models.UniqueConstraint(
                fields=["dataset", "path"], condition=Q(until_version__isnull=True), name="file_path_unique_while_valid"
            ),
            models.CheckConstraint(
                condition=Q(until_version__isnull=True) | Q(until_version__gt=models.F("from_version")),
                name="file_valid_for_a_version",
            ),
            # Bytes stand behind every file: a blob, or a bundle's list.
            models.CheckConstraint(
                condition=Q(kind=FileKind.FILE, blob__isnull=False) | Q(kind=FileKind.BUNDLE, blob__isnull=True),
                name="file_has_bytes",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "moved_at"], name="file_by_state_and_age"),
            models.Index(fields=["dataset", "path_key"], name="file_by_path_key"),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


class Upload(models.Model):
    """A tus upload: bytes on their way. `offset` counts only bytes that are durable."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dataset = models.ForeignKey("archive.Dataset", models.CASCADE, related_name="uploads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="uploads")
    path = models.CharField(max_length=1000)
    path_key = PathKeyField()
    size = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    announced_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(
        max_length=8, default=UploadState.OPEN, choices=[(state, state) for state in UploadState], db_index=True
    )
    reason = models.TextField(blank=True)
    # Where the bytes lie while they come; for S3 also the multipart upload and its finished parts.
    key = models.CharField(max_length=200)
    progress = models.JSONField(default=dict, blank=True)
    # The folder that is one image, if the path lies in one (`plate.ome.zarr`).
    bundle = models.CharField(max_length=1000, blank=True)
    # The depositor's word that a file of this path, if there is one, is to be replaced.
    replaces = models.BooleanField(default=False)
    # Who writes at this moment (a random token) and when they were last heard of: a second writer is turned away.
    writer = models.CharField(max_length=32, blank=True)
    writer_seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(offset__lte=models.F("size")), name="upload_offset_within_size"),
            # Two uploads of one path at a time would race for the same file.
            models.UniqueConstraint(
                fields=["dataset", "path"],
                condition=Q(state__in=[str(UploadState.OPEN), str(UploadState.COMPLETE)]),
                name="upload_path_unique_while_open",
            ),
        ]
        indexes = [
            models.Index(fields=["dataset", "path"], name="upload_by_path"),
            models.Index(fields=["dataset", "bundle", "state"], name="upload_by_bundle"),
            models.Index(fields=["dataset", "path_key"], name="upload_by_path_key"),
        ]

    def __str__(self) -> str:
        return f"{self.path} {self.offset}/{self.size}"
