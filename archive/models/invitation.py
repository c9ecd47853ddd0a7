"""Invitations of people who have no account yet."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from archive.states import DatasetRole


class Invitation(models.Model):
    """A role in a dataset that waits for whoever reads the mails of an address. Its link is signed and stored nowhere.

    The row goes when it is accepted, taken back or has expired, and the address of somebody without account with it.
    """

    dataset = models.ForeignKey("archive.Dataset", models.CASCADE, related_name="invitations")
    email = models.EmailField("e-mail")
    role = models.CharField(max_length=12, choices=[(role, role) for role in DatasetRole])
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    # None until the mail is on its way; the sweep sends what a killed worker did not.
    mailed_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # A second invitation of the same address takes the place of the first.
            models.UniqueConstraint("dataset", Lower("email"), name="invitation_one_per_address"),
        ]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"invitation {self.pk} to {self.dataset}"

    @property
    def is_open(self) -> bool:
        return self.expires_at > timezone.now()
