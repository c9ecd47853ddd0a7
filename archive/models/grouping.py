"""Files that only their names join: what the portal proposes, and what a depositor said to it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from archive.states import GroupingState


class Grouping(models.Model):
    """Files of one folder that look like one image, or the images of one plate, by their names.

    `members` are [path, place on each axis, …] in the order of the places; `axes` are [{name, values}]. Confirmed, the
    group is what its images are read by: its members do not change any more, and those of a released version stay.
    """

    dataset = models.ForeignKey("archive.Dataset", models.PROTECT, related_name="groupings")
    # What the names have in common, and what groups have in common that are answered together: digests.
    key = models.CharField(max_length=64)
    pattern = models.CharField(max_length=64)
    label = models.CharField(max_length=500)
    why = models.TextField()
    axes = models.JSONField(default=list)
    members = models.JSONField(default=list)
    member_count = models.PositiveIntegerField()
    image_count = models.PositiveIntegerField()
    # Places in the grid for which there is no file: the first ones by name, and how many.
    absent = models.JSONField(default=list, blank=True)
    absent_count = models.PositiveIntegerField(default=0)
    state = models.CharField(
        max_length=10, default=GroupingState.PROPOSED, choices=[(state, state) for state in GroupingState]
    )
    # Why the files could not be joined.
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    from_version = models.PositiveIntegerField()
    until_version = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # What looks alike is asked once.
            models.UniqueConstraint(
                fields=["dataset", "key"],
                condition=Q(until_version__isnull=True),
                name="grouping_key_unique_while_valid",
            ),
            # An answer says who gave it and when; a person who was erased leaves the time.
            models.CheckConstraint(
                condition=~Q(state__in=[str(GroupingState.CONFIRMED), str(GroupingState.DECLINED)])
                | Q(decided_at__isnull=False),
                name="grouping_answer_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["dataset", "state"], name="grouping_by_state")]

    def __str__(self) -> str:
        return f"{self.label} ({self.member_count} files)"

    @property
    def paths(self) -> list[str]:
        return [path for path, *_ in self.members]
