"""Label images as overlays: each value its own colour, the background transparent."""

import numpy as np
from PIL import Image

# Fractional part of the golden ratio: successive values get hues that lie far apart.
_GOLDEN = 0.61803398875


def picture(plane: np.ndarray) -> Image.Image:
    """RGBA of a plane of labels; what is no number is no label."""
    values = plane if plane.ndim == 2 else plane[..., 0]
    if values.dtype.kind == "f":
        values = np.rint(np.where(np.abs(values) < 2**53, values, 0))
    values = values.astype(np.int64)
    names, places = np.unique(values, return_inverse=True)
    return Image.fromarray(_palette(names)[places.reshape(values.shape)], "RGBA")


def _palette(values: np.ndarray) -> np.ndarray:
    hues = (values * _GOLDEN) % 1.0
    # The three primaries of HSV at full saturation, by the distance of the hue from each.
    spread = np.abs(hues[:, None] * 6 - np.array([3.0, 2.0, 4.0]))
    light = np.clip(np.stack([spread[:, 0] - 1, 2 - spread[:, 1], 2 - spread[:, 2]], axis=-1), 0, 1)
    colours = np.empty((len(values), 4), dtype=np.uint8)
    colours[:, :3] = 55 + light * 200
    colours[:, 3] = np.where(values == 0, 0, 255)
    return colours
