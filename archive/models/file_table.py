"""What a depositor says of each file in a table: the tables, and what was kept of them for every file."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from archive.states import BUSY_FILE_TABLES, FileTableState


class FileTable(models.Model):
    """A table that was uploaded: checked, shown as a preview, applied if its depositor says so, and undone.

    The row is the truth of a task's work: `done` counts the rows that are applied, batch by batch, so that a killed
    task goes on where it stopped. What the check found lies in storage as compressed JSON lines.
    """

    dataset = models.ForeignKey("archive.Dataset", models.PROTECT, related_name="file_tables")
    # The draft that it is for, by the number of the version to come.
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    key = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(
        max_length=10, default=FileTableState.CHECKING, choices=[(state, state) for state in FileTableState]
    )
    # Why it cannot be used, or why applying it stopped.
    sentence = models.TextField(blank=True)
    # rows, changed, unchanged, wrong, errors, hints, unknown, left_out, applied
    counts = models.JSONField(default=dict, blank=True)
    # Its columns as they were understood: [{name, use, is_new, filled, sentences}].
    columns = models.JSONField(default=list, blank=True)
    # The first problems: [{row, column, value, level, sentence}]; all of them lie under the key.
    problems = models.JSONField(default=list, blank=True)
    problems_key = models.CharField(max_length=200, blank=True)
    changes_key = models.CharField(max_length=200, blank=True)
    # The names of all attributes in the dataset once it is applied, in the order of columns.
    order = models.JSONField(default=list, blank=True)
    done = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    moved_at = models.DateTimeField(auto_now_add=True)
    created_at = models.DateTimeField(auto_now_add=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="file_tables")
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # Two tables at once would each be compared with what the other is about to change.
            models.UniqueConstraint(
                fields=["dataset"],
                condition=Q(state__in=[str(state) for state in BUSY_FILE_TABLES]),
                name="file_table_one_at_a_time",
            ),
        ]
        indexes = [models.Index(fields=["state", "moved_at"], name="file_table_by_state_and_age")]

    def __str__(self) -> str:
        return f"{self.name} ({self.state})"


class FileAttributes(models.Model):
    """What is said of a file from one version to another (`until_version` is the first for which it is not valid).

    A table of its own, because a file row lives through many versions and what a released one says never changes.
    """

    file = models.ForeignKey("archive.File", models.CASCADE, related_name="attribute_rows")
    # {name of the column: text}, never empty texts.
    values = models.JSONField(default=dict, blank=True)
    # Which of the study's parts it belongs to, by name: {component, biosample, specimen}.
    associations = models.JSONField(default=dict, blank=True)
    # What an undo brings back: the table that wrote it last, and {values, associations} before it in this draft.
    table = models.ForeignKey(FileTable, models.SET_NULL, null=True, blank=True, related_name="attribute_rows")
    before = models.JSONField(null=True, blank=True)
    from_version = models.PositiveIntegerField()
    until_version = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            # One word at a time on each file.
            models.UniqueConstraint(
                fields=["file"], condition=Q(until_version__isnull=True), name="file_attributes_one_while_valid"
            ),
            models.CheckConstraint(
                condition=Q(until_version__isnull=True) | Q(until_version__gt=models.F("from_version")),
                name="file_attributes_valid_for_a_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}: {', '.join(self.values)}"
