"""Depositions that a broker prepares for somebody else, and what is called back to the broker about them."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from archive.states import CallbackEvent, DatasetRole


class Handover(models.Model):
    """What another archive, a hospital's system or a journal's knows of a study already. Whoever opens its link, which
    is signed and stored nowhere, begins the deposition with it and owns that.

    What was prepared is deleted when it is taken: it stands in the deposition then.
    """

    broker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="handovers")
    template = models.CharField(max_length=60)
    metadata = models.JSONField(default=dict, blank=True)
    # What the broker may do with the dataset; empty for nothing.
    broker_role = models.CharField(max_length=12, blank=True, choices=[(role, role) for role in DatasetRole])
    callback_url = models.URLField(max_length=500, blank=True)
    dataset = models.ForeignKey("archive.Dataset", models.PROTECT, null=True, blank=True, related_name="handovers")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"handover {self.pk} by {self.broker}"

    @property
    def is_open(self) -> bool:
        return self.taken_at is None and self.expires_at > timezone.now()


class Callback(models.Model):
    """One thing to tell a broker; sent until it is accepted, or given up after a week."""

    handover = models.ForeignKey(Handover, models.CASCADE, related_name="callbacks")
    event = models.CharField(max_length=10, choices=[(event, event) for event in CallbackEvent])
    number = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    # What the last try ended with.
    sentence = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            # A deposition that goes back and forth is accepted once for each version.
            models.UniqueConstraint(fields=["handover", "event", "number"], name="callback_once"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.number} of {self.handover_id}"
