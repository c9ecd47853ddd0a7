"""What the portal makes of an image so that others can open it."""

from django.conf import settings
from django.db import models

from archive.models.image import Image
from archive.states import RenditionState


class Rendition(models.Model):
    """An image as OME-Zarr, made by the portal: a pyramid for tiles, and an address that programs open."""

    dataset = models.ForeignKey("archive.Dataset", models.CASCADE, related_name="renditions")
    image = models.OneToOneField(Image, models.CASCADE, related_name="rendition")
    state = models.CharField(
        max_length=10, default=RenditionState.WANTED, choices=[(state, state) for state in RenditionState]
    )
    reason = models.TextField(blank=True)
    # Where its objects lie in the storage of what is derived; another place for each attempt.
    prefix = models.CharField(max_length=200, blank=True)
    # What it is made of and what it takes, in bytes.
    raw_size = models.PositiveBigIntegerField(default=0)
    size = models.PositiveBigIntegerField(default=0)
    object_count = models.PositiveIntegerField(default=0)
    wanted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    moved_at = models.DateTimeField(auto_now_add=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["state", "moved_at"], name="rendition_by_state_and_age")]

    def __str__(self) -> str:
        return f"{self.image.accession} as OME-Zarr"
