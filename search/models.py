"""The outbox: which datasets changed and are not yet in the index as they are now."""

from django.db import models


class PendingChange(models.Model):
    """A changed dataset, one row however often it changes.

    Written in the transaction of the change, deleted only when the index has what was read after `mark` was set: a
    change that comes while the index is written sets another mark, and the row stays. No foreign key, so that a dataset
    that is deleted can still be taken out of the index.
    """

    dataset_id = models.PositiveBigIntegerField(primary_key=True)
    mark = models.UUIDField()
    changed_at = models.DateTimeField()
    # How often work on it began since it changed: one that cannot be indexed lets the others pass.
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["tries", "changed_at"], name="pending_change_by_turn")]

    def __str__(self) -> str:
        return f"dataset {self.dataset_id}"
