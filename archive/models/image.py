"""Images (OME Image, series) of a dataset, and the plates and wells that order them."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from archive.imaging.naming import ROLE_WORDS, ImageRole
from archive.states import ImageState


class Plate(models.Model):
    """A screening plate (OME SPW)."""

    dataset = models.ForeignKey("archive.Dataset", models.CASCADE, related_name="plates")
    file = models.ForeignKey("archive.File", models.CASCADE, related_name="plates")
    name = models.CharField(max_length=300, blank=True)
    rows = models.PositiveSmallIntegerField()
    columns = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return self.name or f"plate {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("archive:plate", args=[self.dataset.accession, self.pk])


class Well(models.Model):
    plate = models.ForeignKey(Plate, models.CASCADE, related_name="wells")
    row = models.PositiveSmallIntegerField()
    column = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plate", "row", "column"], name="well_position_unique_in_plate"),
        ]
        ordering = ["row", "column"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """A1, H12, AB40: letters for rows as on the plate, columns from 1."""
        letters, row = "", self.row
        while row >= 0:
            letters, row = chr(ord("A") + row % 26) + letters, row // 26 - 1
        return f"{letters}{self.column + 1}"


class Image(models.Model):
    """One OME Image in one or several files. Columns are what lists and search need; `metadata` holds it all."""

    dataset = models.ForeignKey("archive.Dataset", models.PROTECT, related_name="images")
    accession = models.CharField(max_length=45, unique=True)
    number = models.PositiveIntegerField()
    # The file that describes it; others that hold its planes have this one as `main`.
    file = models.ForeignKey("archive.File", models.PROTECT, related_name="images")
    series = models.PositiveIntegerField()
    # The files that only their names join, if it was read from such: `series` counts within them.
    grouping = models.ForeignKey("archive.Grouping", models.PROTECT, null=True, blank=True, related_name="images")
    name = models.CharField(max_length=500, blank=True)
    # The scanner's own pictures beside a slide: archived and reachable, but in no list, gallery or search.
    role = models.CharField(max_length=10, blank=True, default="", choices=[(role, role) for role in ImageRole])
    format = models.CharField(max_length=40)
    size_x = models.PositiveBigIntegerField()
    size_y = models.PositiveBigIntegerField()
    size_z = models.PositiveIntegerField()
    size_c = models.PositiveIntegerField()
    size_t = models.PositiveIntegerField()
    pixel_type = models.CharField(max_length=16)
    rgb = models.BooleanField(default=False)
    # µm per pixel, as the file states it.
    physical_x_um = models.FloatField(null=True, blank=True)
    physical_y_um = models.FloatField(null=True, blank=True)
    physical_z_um = models.FloatField(null=True, blank=True)
    # archive.imaging.model.ImageMetadata as JSON.
    metadata = models.JSONField(default=dict)
    # The file's own OME-XML, where it has one: an object in storage and its SHA-256.
    ome_xml_key = models.CharField(max_length=200, blank=True)
    ome_xml_sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(
        max_length=10, default=ImageState.FOUND, choices=[(state, state) for state in ImageState], db_index=True
    )
    reason = models.TextField(blank=True)
    # archive.imaging.model.Finding as JSON, one for each thing that a check found.
    findings = models.JSONField(default=list, blank=True)
    # How many of them the depositor should act on.
    problem_count = models.PositiveSmallIntegerField(default=0)
    # Unguessable storage keys of the pictures (WebP), and the size of the large one.
    thumbnail_small = models.CharField(max_length=200, blank=True)
    thumbnail_large = models.CharField(max_length=200, blank=True)
    thumbnail_width = models.PositiveSmallIntegerField(default=0)
    thumbnail_height = models.PositiveSmallIntegerField(default=0)
    picture_bytes = models.PositiveIntegerField(default=0)
    # What was measured when they were drawn, [[channel, black, white], …], so that no tile has to measure it again.
    display_limits = models.JSONField(default=list, blank=True)
    well = models.ForeignKey(Well, models.SET_NULL, null=True, blank=True, related_name="images")
    field = models.PositiveSmallIntegerField(default=0)
    replaces = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="replaced_by")
    from_version = models.PositiveIntegerField()
    until_version = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(auto_now_add=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="image_number_unique_in_dataset"),
            # Reading a file again finds the same images; so does reading a group of files again.
            models.UniqueConstraint(
                fields=["file", "series"], condition=Q(grouping__isnull=True), name="image_series_unique_in_file"
            ),
            models.UniqueConstraint(fields=["grouping", "series"], name="image_series_unique_in_grouping"),
        ]
        indexes = [models.Index(fields=["state", "moved_at"], name="image_by_state_and_age")]
        ordering = ["number"]

    def __str__(self) -> str:
        return self.accession

    @property
    def role_words(self) -> str:
        """What it is where it is no picture of the specimen, empty where it is one."""
        return ROLE_WORDS[ImageRole(self.role)]

    def get_absolute_url(self) -> str:
        return reverse("archive:image", args=[self.accession])
