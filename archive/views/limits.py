"""Limits, said before the first byte."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Limits:
    @property
    def file_bytes(self) -> int:
        """No file may be larger than all files of one person together."""
        return min(settings.PORTAL_MAX_FILE_BYTES, settings.PORTAL_QUOTA_BYTES)

    @property
    def files(self) -> int:
        return settings.PORTAL_MAX_FILES

    @property
    def quota_bytes(self) -> int:
        return settings.PORTAL_QUOTA_BYTES


LIMITS = Limits()
