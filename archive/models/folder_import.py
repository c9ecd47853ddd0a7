"""Files that a curator takes from a folder or bucket beside the portal into a draft."""

from django.conf import settings
from django.db import models

from archive.states import FolderImportState


class FolderImport(models.Model):
    """The row is the truth of a task's work: `last` is the path behind which a killed task goes on."""

    dataset = models.ForeignKey("archive.Dataset", models.CASCADE, related_name="folder_imports")
    root = models.CharField(max_length=60)
    folder = models.CharField(max_length=1000, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="folder_imports")
    state = models.CharField(
        max_length=8, default=FolderImportState.WANTED, choices=[(state, state) for state in FolderImportState]
    )
    # Why it stopped.
    sentence = models.TextField(blank=True)
    last = models.CharField(max_length=1000, blank=True)
    # Files that came, that were there already, and that could not come; the bytes of those that came.
    taken = models.PositiveIntegerField(default=0)
    present = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    byte_count = models.PositiveBigIntegerField(default=0)
    # The first of those that could not come: [{path, sentence}].
    problems = models.JSONField(default=list, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    moved_at = models.DateTimeField(auto_now_add=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # Two at once would meet in the same paths.
            models.UniqueConstraint(
                fields=["dataset"],
                condition=models.Q(state=str(FolderImportState.WANTED)),
                name="folder_import_one_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "moved_at"], name="folder_import_by_state_age")]

    def __str__(self) -> str:
        return f"{self.root}/{self.folder}".rstrip("/")
