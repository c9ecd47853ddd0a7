"""What depositors and curators write to each other about a dataset, and what curators note for themselves."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from archive.states import MessageKind


class Message(models.Model):
    """One letter of a dataset's conversation. Never public; an author who leaves takes the name along, not the text."""

    dataset = models.ForeignKey("archive.Dataset", models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=9, choices=[(kind, kind) for kind in MessageKind])
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)
    # None until the other side's mails are on their way; notes are mailed to nobody.
    mailed_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=[str(kind) for kind in MessageKind]), name="message_kind_known"
            ),
        ]
        indexes = [
            models.Index(fields=["dataset", "id"], name="message_by_dataset"),
            models.Index(fields=["mailed_at", "moved_at"], name="message_to_be_mailed"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} about {self.dataset_id}"
