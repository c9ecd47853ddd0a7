"""The audit trail: a chain of entries per dataset and one of the portal, each entry sealed by a hash over the last."""

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """Who, what, from, to, why. People are referenced by id and never copied, so that they can be erased."""

    # Empty in the portal's own chain: roles, tokens and people belong to no dataset.
    dataset = models.ForeignKey("archive.Dataset", models.PROTECT, null=True, blank=True, related_name="audit_entries")
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    # Empty for the portal itself. The id stays in the hash even when the person is erased.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, related_name="audit_entries"
    )
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, blank=True)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict, blank=True)
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            # Two writers at once would fork the chain; the second one tries again.
            models.UniqueConstraint(fields=["dataset", "sequence"], name="audit_sequence_unique_in_dataset"),
            models.UniqueConstraint(
                fields=["sequence"],
                condition=models.Q(dataset__isnull=True),
                name="audit_sequence_unique_in_portal",
            ),
        ]
        ordering = ["sequence"]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.action}"


class MachineStep(models.Model):
    """What the portal did to one file or image, written in the transaction of the change; soon folded into the chain.

    A flood of files would make a flood of chained entries that wait for each other: the sweep makes one entry of many.
    """

    dataset = models.ForeignKey("archive.Dataset", models.PROTECT, related_name="machine_steps")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, db_constraint=False, related_name="machine_steps"
    )
    at = models.DateTimeField(auto_now_add=True)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    from_state = models.CharField(max_length=20, blank=True)
    to_state = models.CharField(max_length=20)
    reason = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.subject}: {self.to_state}"
