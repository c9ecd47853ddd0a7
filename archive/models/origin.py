"""Where an imported record came from, and what each import of it brought."""

from django.db import models

from archive.interchange.studies import ORIGINS


class Origin(models.Model):
    """The archive that published the study first, and its identifier there. Only imported datasets have one."""

    dataset = models.OneToOneField("archive.Dataset", models.CASCADE, related_name="origin")
    archive = models.CharField(max_length=40)
    identifier = models.CharField(max_length=200)
    url = models.CharField(max_length=2000, blank=True)
    # The day on which it became public there.
    released_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # A study is imported once, however often it is read: a second import finds the dataset by these.
            models.UniqueConstraint(fields=["archive", "identifier"], name="origin_imported_once"),
        ]

    def __str__(self) -> str:
        return f"{self.archive_name} ({self.identifier})"

    @property
    def archive_name(self) -> str:
        return ORIGINS.get(self.archive, self.archive)


class Imported(models.Model):
    """What an import wrote into a deposition. The files that the source lists are one object in storage, not rows."""

    deposition = models.OneToOneField("archive.Deposition", models.CASCADE, related_name="imported")
    # SHA-256 over all that was read: the same again means that nothing changed.
    digest = models.CharField(max_length=64)
    # The deposition's revision after the import: another one means that a person edited it.
    revision = models.PositiveIntegerField()
    # As the source states them.
    file_count = models.PositiveBigIntegerField(null=True, blank=True)
    byte_count = models.PositiveBigIntegerField(null=True, blank=True)
    # Compressed JSON lines {path, size, attributes}, and how many.
    listing_key = models.CharField(max_length=200, blank=True)
    listing_digest = models.CharField(max_length=64, blank=True)
    listed_count = models.PositiveBigIntegerField(default=0)
    # Without a field: [{place, key, value}] kept as attributes; with `why` those that were not understood.
    attributes = models.JSONField(default=list, blank=True)
    imported_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.deposition_id}: {self.digest[:8]}"
