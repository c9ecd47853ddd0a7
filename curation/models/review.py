"""A reviewer's judgement of a candidate: one for each reviewer and round, with a score for each criterion."""

from enum import StrEnum

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from curation import criteria


class Conflict(StrEnum):
    """A reviewer's declaration of interest."""

    UNANSWERED = ""
    NONE = "none"
    DECLARED = "declared"  # blocks scoring; the review is passed to somebody else


class Recommendation(StrEnum):
    ACCEPT = "accept"
    DECLINE = "decline"
    DEFER = "defer"


class Review(models.Model):
    candidate = models.ForeignKey("curation.Candidate", models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="reviews")
    round = models.PositiveSmallIntegerField()
    criteria_version = models.PositiveSmallIntegerField()
    conflict = models.CharField(
        max_length=10, default=Conflict.UNANSWERED, blank=True, choices=[(conflict, conflict) for conflict in Conflict]
    )
    # What the portal noticed when it was declared: sentences, kept for the editor.
    warnings = models.JSONField(default=list, blank=True)
    recommendation = models.CharField(
        max_length=10, blank=True, choices=[(choice, choice) for choice in Recommendation]
    )
    # Private: for the editor.
    note = models.TextField(blank=True)
    may_be_named = models.BooleanField(default=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="invited_reviews")
    invited_at = models.DateTimeField()
    due_on = models.DateField()
    saved_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # One voice for each person and round.
            models.UniqueConstraint(fields=["candidate", "reviewer", "round"], name="review_one_per_person_and_round"),
            # Only who declared to have no conflict has scored, and a submitted review recommends something.
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | (Q(conflict=Conflict.NONE) & ~Q(recommendation="")),
                name="review_submitted_without_conflict",
            ),
        ]
        indexes = [models.Index(fields=["reviewer", "submitted_at"], name="review_by_reviewer")]
        ordering = ["round", "invited_at", "pk"]

    def __str__(self) -> str:
        return f"review {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("curation:review", args=[self.candidate_id])

    @property
    def is_submitted(self) -> bool:
        return self.submitted_at is not None

    @property
    def has_conflict(self) -> bool:
        return self.conflict == Conflict.DECLARED

    @property
    def is_pending(self) -> bool:
        return not self.is_submitted and not self.has_conflict

    def scores_by_criterion(self) -> dict[str, int]:
        """`scores` should be prefetched."""
        return {row.criterion: row.score for row in self.scores.all() if row.score is not None}


class Score(models.Model):
    """One criterion of a review. The score is empty while the review is a draft."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="scores")
    criterion = models.CharField(max_length=40)
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    comment = models.TextField(blank=True)
    # One line each: an address, an accession, a DOI, or words.
    evidence = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="score_one_per_criterion"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__lte=criteria.BEST), name="score_from_0_to_3"
            ),
        ]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.score}"
