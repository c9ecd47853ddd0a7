"""DOIs: of a dataset over all its versions, and of each version. The row is the truth of what DataCite was told."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from archive.states import DoiState


class Doi(models.Model):
    """A name that was reserved, and how far its registration is. What it should be follows from the dataset."""

    dataset = models.ForeignKey("archive.Dataset", models.CASCADE, related_name="dois")
    # The version's; None is the dataset's own, over all versions.
    number = models.PositiveIntegerField(null=True, blank=True)
    name = models.CharField("DOI", max_length=100, unique=True)
    state = models.CharField(max_length=10, default=DoiState.RESERVED, choices=[(state, state) for state in DoiState])
    # When DataCite is to be told next; None when it knows all. A worker that begins puts it off, so that nobody else
    # does the same, and somebody does should it die.
    due_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    # Counts changes: one that came while DataCite was told is told next.
    mark = models.PositiveBigIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    # Why the last attempt failed, for those who run the portal.
    reason = models.TextField(blank=True)
    # SHA-256 of what was told last, so that nothing is told twice.
    told_digest = models.CharField(max_length=64, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # Whoever cites a dataset means one name.
            models.UniqueConstraint(fields=["dataset"], condition=Q(number__isnull=True), name="doi_one_of_dataset"),
            models.UniqueConstraint(fields=["dataset", "number"], name="doi_one_of_version"),
            models.CheckConstraint(condition=Q(state__in=[str(state) for state in DoiState]), name="doi_state_known"),
        ]
        indexes = [models.Index(fields=["due_at"], name="doi_by_due")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_registered(self) -> bool:
        """Whether it leads somewhere."""
        return self.state in (DoiState.FINDABLE, DoiState.HIDDEN)
