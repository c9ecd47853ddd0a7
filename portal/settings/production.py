"""Production refuses to start on an insecure setting, and says which one and what to do."""

import os

from django.core.exceptions import ImproperlyConfigured

from portal.settings.base import *  # noqa: F403
from portal.settings.base import (
    ALLOWED_HOSTS,
    DEBUG,
    PORTAL_DATACITE_ACCOUNT,
    PORTAL_DATACITE_PASSWORD,
    PORTAL_DOI_PREFIX,
    REST_FRAMEWORK,
    SECRET_KEY,
    SITE_URL,
)
from portal.settings.base import PORTAL_BROKER_URL as BROKER_URL

EMBEDDED = False
_EMBEDDED_SCHEMES = ("sqlite:", "file:", "filesystem:", "memory:", "tantivy:")


def _problems() -> list[str]:
    """One sentence for each setting that must not go public."""
    found = []
    if len(SECRET_KEY) < 40:
        found.append("PORTAL_SECRET_KEY is missing or shorter than 40 characters: give a long random one.")
    if DEBUG:
        found.append("PORTAL_DEBUG is on: remove it.")
    if "PORTAL_ALLOWED_HOSTS" not in os.environ or "*" in ALLOWED_HOSTS:
        found.append("PORTAL_ALLOWED_HOSTS must name the portal's host names, and not *.")
    if not SITE_URL.startswith("https://"):
        found.append("PORTAL_SITE_URL must start with https://.")
    if PORTAL_DATACITE_ACCOUNT and (not PORTAL_DATACITE_PASSWORD or PORTAL_DOI_PREFIX == "10.5072"):
        found.append("PORTAL_DATACITE_ACCOUNT needs PORTAL_DATACITE_PASSWORD, and your prefix as PORTAL_DOI_PREFIX.")
    for name in ("DATABASE", "STORAGE", "BROKER", "SEARCH"):
        url = os.environ.get(f"PORTAL_{name}_URL", "")
        if not url or url.startswith(_EMBEDDED_SCHEMES):
            found.append(f"PORTAL_{name}_URL must name a real server; the embedded one is for one machine only.")
    return found


if _found := _problems():
    raise ImproperlyConfigured("This portal does not start:\n" + "\n".join(f"- {sentence}" for sentence in _found))

# One proxy stands in front (deploy/nginx.conf): limits count the reader behind it, not the proxy.
ALLAUTH_TRUSTED_PROXY_COUNT = 1
REST_FRAMEWORK = {**REST_FRAMEWORK, "NUM_PROXIES": 1}
# Limits are counted once for all processes.
if BROKER_URL.startswith(("redis://", "rediss://")):
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": BROKER_URL}}
SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
EMAIL_BACKEND = os.environ.get("PORTAL_EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
