"""The stored pixels of an image, bit for bit, for what is made of it: OME-Zarr, OME-TIFF."""

from collections.abc import Callable

import numpy as np

from archive.imaging.errors import Unreadable
from archive.imaging.model import RawRegion
from archive.models import Image
from archive.services import workspace
from archive.services.imaging import pool

Box = tuple[int, int, int, int]
# Of channel, section, time and box (x, y, width, height): (height, width), with samples last where the image is RGB.
Pixels = Callable[[int, int, int, Box], np.ndarray]


def pixels_of(image: Image) -> Pixels:
    """At full resolution. Each call reads one region; raises Unreadable, PoolUnavailable, Overloaded."""
    place = workspace.prepare_image(image)

    def asked(c: int, z: int, t: int, box: Box) -> RawRegion:
        return pool().raw(*place, image.series, c=c, z=z, t=t, level=0, region=box)

    def read(c: int, z: int, t: int, box: Box) -> np.ndarray:
        nonlocal place
        try:
            found = asked(c, z, t, box)
        except Unreadable as error:
            if error.code != "missing-file":
                raise
            # Somebody tidied the folder: a download or a conversion may outlast it.
            place = workspace.prepare_image(image)
            found = asked(c, z, t, box)
        return np.frombuffer(found.data, np.dtype(found.dtype)).reshape(found.shape)

    return read
