"""The backend of this portal."""

from django.conf import settings

from search.backends.base import SearchBackend
from search.backends.choice import backend_for


def backend() -> SearchBackend:
    return backend_for(settings.PORTAL_SEARCH_URL)
