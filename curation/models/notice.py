"""Whom a move concerns, and whether they were told by mail: the rows make sure that nobody is told twice."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One person's mail about one move. Written with the move; taken before it is sent, and never taken twice."""

    move = models.ForeignKey("curation.CurationMove", models.CASCADE, related_name="notices")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="curation_notices")
    created_at = models.DateTimeField(auto_now_add=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["move", "person"], name="notice_one_per_move_and_person"),
            # What is sent was taken before, so that two workers never send one mail.
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(taken_at__isnull=False), name="notice_taken_before_sent"
            ),
        ]
        indexes = [models.Index(fields=["taken_at", "created_at"], name="notice_waiting_by_age")]

    def __str__(self) -> str:
        return f"notice {self.pk}"
