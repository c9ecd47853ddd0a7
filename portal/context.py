"""What every page knows of the site. One context processor; it reads settings only, never the database."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest

VERSION = "0.1.0"


@dataclass(frozen=True)
class Portal:
    name: str
    url: str
    version: str
    accession_prefix: str
    max_file_bytes: int
    max_files: int
    quota_bytes: int
    upload_expiry_days: int


def site(request: HttpRequest) -> dict[str, Any]:
    """`portal` (allauth has a `site` of its own), `has_curation` (it may be left out), `has_orcid` (is configured)."""
    return {
        "portal": Portal(
            name=settings.PORTAL_NAME,
            url=settings.SITE_URL,
            version=VERSION,
            accession_prefix=settings.PORTAL_ACCESSION_PREFIX,
            max_file_bytes=min(settings.PORTAL_MAX_FILE_BYTES, settings.PORTAL_QUOTA_BYTES),
            max_files=settings.PORTAL_MAX_FILES,
            quota_bytes=settings.PORTAL_QUOTA_BYTES,
            upload_expiry_days=settings.PORTAL_UPLOAD_EXPIRY_DAYS,
        ),
        "has_curation": apps.is_installed("curation"),
        "has_orcid": bool(settings.SOCIALACCOUNT_PROVIDERS),
    }
