"""The site: settings, wiring, and the pages that belong to no app."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
