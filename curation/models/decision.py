"""An editor's conclusion of a round: public, and never changed."""

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from curation.workflow import STATE_WORDS, CandidateState

OUTCOMES = (CandidateState.ACCEPTED, CandidateState.DECLINED, CandidateState.DEFERRED)


class ImmutableQuerySet(models.QuerySet):
    def update(self, **values: Any) -> NoReturn:
        raise TypeError("A decision is never changed; open a new round and decide again.")

    def delete(self) -> NoReturn:
        raise TypeError("A decision is never deleted.")


class Decision(models.Model):
    candidate = models.ForeignKey("curation.Candidate", models.PROTECT, related_name="decisions")
    round = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=10, choices=[(outcome, outcome) for outcome in OUTCOMES])
    editor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="decisions")
    rationale = models.TextField()
    # Why the decision differs from what the scores say.
    deviation = models.TextField(blank=True)
    # What the scores amounted to (criteria.Outcome), and the reviews that counted.
    assessed = models.CharField(max_length=12)
    reviews = models.ManyToManyField("curation.Review", related_name="decisions", blank=True)
    points = models.PositiveSmallIntegerField(default=0)
    most_points = models.PositiveSmallIntegerField(default=0)
    review_count = models.PositiveSmallIntegerField(default=0)
    criteria_version = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField()
    decided_at = models.DateTimeField()

    objects = ImmutableQuerySet.as_manager()

    class Meta:
        constraints = [
            # Two editors at once: the second one is told.
            models.UniqueConstraint(fields=["candidate", "round"], name="decision_one_per_round"),
            models.CheckConstraint(condition=~Q(rationale=""), name="decision_says_why"),
            models.CheckConstraint(
                condition=Q(outcome__in=[str(outcome) for outcome in OUTCOMES]), name="decision_outcome_known"
            ),
        ]
        indexes = [models.Index(fields=["-decided_at"], name="decision_by_age")]
        ordering = ["-decided_at", "-pk"]

    def __str__(self) -> str:
        return f"decision {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("curation:decision", args=[self.pk])

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Once only."""
        if self.pk is not None and not kwargs.get("force_insert"):
            raise TypeError("A decision is never changed; open a new round and decide again.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("A decision is never deleted.")

    @property
    def evidence(self) -> str:
        """Why something has its label, in a line: "Accepted 12 March 2026 by two reviewers, 15 of 18 points"."""
        count = {2: "two", 3: "three", 4: "four"}.get(self.review_count, str(self.review_count))
        return f"Accepted {self.decided_at:%-d %B %Y} by {count} reviewers, {self.points} of {self.most_points} points"

    @property
    def is_revoked(self) -> bool:
        """Whether the label that it granted was taken back. `candidate` should be fetched with it."""
        accepted = self.outcome == CandidateState.ACCEPTED
        return accepted and self.candidate.state == CandidateState.REVOKED and self.candidate.round == self.round

    @property
    def outcome_label(self) -> str:
        label = STATE_WORDS[CandidateState(self.outcome)][0]
        return f"{label}, then revoked" if self.is_revoked else label

    @property
    def outcome_kind(self) -> str:
        return "bad" if self.is_revoked else {"accepted": "ok", "deferred": "warn"}.get(self.outcome, "")
