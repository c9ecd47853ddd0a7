"""The imaging pool of this host, at the address that the settings name."""

from django.conf import settings

from archive.imaging.pool.client import ImagingPool


def pool() -> ImagingPool:
    return ImagingPool(settings.PORTAL_IMAGING_SOCKET)
