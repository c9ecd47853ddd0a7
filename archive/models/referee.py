"""Referees: links by which they read what is not public yet, and what a search for names found in its files."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from archive.states import NameScanState


class RefereeLink(models.Model):
    """A way to an unreleased dataset for whoever has the link. Only the SHA-256 of its token is stored."""

    dataset = models.ForeignKey("archive.Dataset", models.CASCADE, related_name="referee_links")
    # For whom it was made, in the owner's words; referees never see it.
    note = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    # Without people, affiliations, funding and publication; originals only where a search found no name in them.
    is_anonymised = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    openings = models.PositiveIntegerField(default=0)
    last_opened_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"referee link {self.pk} of {self.dataset}"

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class NameScan(models.Model):
    """Whether the bytes of a file hold one of the names that an anonymised link must not tell."""

    dataset = models.ForeignKey("archive.Dataset", models.CASCADE, related_name="name_scans")
    file = models.OneToOneField("archive.File", models.CASCADE, related_name="name_scan")
    # Which names, and which bytes: others make it worthless.
    names_digest = models.CharField(max_length=64)
    bytes_digest = models.CharField(max_length=64, blank=True)
    state = models.CharField(
        max_length=10, default=NameScanState.WANTED, choices=[(state, state) for state in NameScanState]
    )
    reason = models.TextField(blank=True)
    moved_at = models.DateTimeField(auto_now_add=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[str(state) for state in NameScanState]), name="name_scan_state_known"
            ),
        ]
        indexes = [models.Index(fields=["state", "moved_at"], name="name_scan_by_state_and_age")]

    def __str__(self) -> str:
        return f"names in {self.file}: {self.state}"
