"""What a decision or a recipe grants to a dataset: dated, revocable, never deleted."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from curation.labels import BY_KIND, LabelDeclaration, LabelKind


class Label(models.Model):
    dataset = models.ForeignKey("archive.Dataset", models.PROTECT, related_name="labels")
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in LabelKind])
    granted_at = models.DateTimeField()
    # Empty for what a recipe grants.
    decision = models.ForeignKey(
        "curation.Decision", models.PROTECT, null=True, blank=True, related_name="granted_labels"
    )
    # In a line: why the dataset has it.
    evidence = models.CharField(max_length=300)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="revoked_labels"
    )
    revocation_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            # A badge is shown once.
            models.UniqueConstraint(
                fields=["dataset", "kind"], condition=Q(revoked_at__isnull=True), name="label_one_live_of_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revocation_reason="")
                | (Q(revoked_at__isnull=False) & ~Q(revocation_reason="")),
                name="label_revocation_says_why",
            ),
            # A reference label stands on a decision that people can read.
            models.CheckConstraint(
                condition=~Q(kind=LabelKind.REFERENCE) | Q(decision__isnull=False), name="label_reference_by_decision"
            ),
        ]
        ordering = ["granted_at"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.dataset_id}"

    @property
    def declaration(self) -> LabelDeclaration:
        return BY_KIND[LabelKind(self.kind)]

    @property
    def is_live(self) -> bool:
        return self.revoked_at is None
