"""Pictures of images: thumbnails, tiles, regions, orthogonal slices. Never more is read than is shown."""

import io
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image

from archive.imaging import composition, contrast, labelling, scale_bar
from archive.imaging.errors import Unreadable
from archive.imaging.model import Rendered
from archive.imaging.planes import shrunk_plane
from archive.imaging.readers.base import Region
from archive.imaging.source import Source, fitted_size
from archive.imaging.spec import RenderSpec, SectionSpec, TileSpec, View
from archive.imaging.windows import window

# The largest picture that is drawn, whatever is asked for.
LARGEST = 4096
# WebP's method 2 takes a third of the time of the default, for 4 % more bytes. In JPEG chroma stays whole: it is data.
_ENCODINGS: dict[str, dict[str, object]] = {
    "webp": {"quality": 82, "method": 2},
    "jpeg": {"quality": 85, "subsampling": 0},
    "png": {"compress_level": 3},
}
# Where single measured pixels of several channels are looked at, the noise of the usual quality would show as colours.
_FINE_JPEG = {"quality": 95, "subsampling": 0}

# A plane of channel, z and t as the picture needs it.
Plane = Callable[[int, int, int], np.ndarray]


def thumbnails(source: Source, sizes: tuple[int, ...]) -> tuple[Rendered, ...]:
    """The default picture in several sizes, from one reading, and the limits that were measured for it."""
    image, largest = source.image, max(1, min(max(sizes), LARGEST))
    z, t = image.size_z // 2, image.size_t // 2
    limits: dict[int, contrast.Limits] = {}

    def measure(c: int, plane: np.ndarray) -> contrast.Limits:
        limits[c] = composition.measured(image, plane)
        return limits[c]

    canvas = composition.compose(
        source, View(), lambda c: shrunk_plane(source, c=c, z=z, t=t, max_size=largest), measure
    )
    picture = _picture(canvas)
    kept = tuple((c, *limits[c]) for c in sorted(limits))
    return tuple(_encoded(_fit(picture, size), "webp", z=z, t=t, limits=kept) for size in sizes)


def render(source: Source, spec: RenderSpec) -> Rendered:
    """The picture that `spec` asks for, larger than the image only where that is wanted; raises Unreadable."""
    size = max(1, min(spec.max_size, LARGEST))
    full = (0, 0, *source.levels[0])
    box = full if spec.region is None else _inside(spec.region, *source.levels[0])
    if box == full and not spec.view.labels:
        plane: Plane = partial(_whole, source, size)
    else:
        plane = partial(_windowed, source, box, fitted_size((box[2], box[3]), size), not spec.view.labels)
    picture, z, t = _seen(source, spec.view, plane)
    if spec.enlarge and (times := size // max(picture.size)) > 1:
        picture = picture.resize((picture.width * times, picture.height * times), Image.Resampling.NEAREST)
    if spec.scale_bar:
        scale_bar.draw(picture, spec.scale_bar, source.image.physical_x_um, box[2] / picture.width)
    return _encoded(picture, spec.kind, z=z, t=t)


def tile(source: Source, spec: TileSpec) -> Rendered:
    """One tile, JPEG (or PNG where it is transparent); raises Unreadable for one that lies outside the image."""
    full_w, full_h = source.levels[0]
    step = 1 << max(0, min(spec.halvings, 40))
    side = spec.size * step
    x, y = spec.column * side, spec.row * side
    if not (0 <= x < full_w and 0 <= y < full_h):
        raise Unreadable("no-such-tile", "The image has no such tile.")
    box = (x, y, min(side, full_w - x), min(side, full_h - y))
    size = (-(-box[2] // step), -(-box[3] // step))
    picture, z, t = _seen(source, spec.view, partial(_windowed, source, box, size, not spec.view.labels))
    is_fine = step == 1 and not source.image.rgb
    return _encoded(picture, "png" if spec.view.labels else "jpeg", z=z, t=t, is_fine=is_fine)


def section(source: Source, spec: SectionSpec) -> Rendered:
    """XZ (rows are Z from the first) or ZY (columns are Z), stretched so that a µm is as long in Z as in the plane."""
    image = source.image
    width, height = source.levels[0]
    across = spec.axis == "y"
    at = composition.position(spec.axis, spec.at, height if across else width)
    t = composition.position("t", spec.view.t, image.size_t)
    length = fitted_size((width, height), min(spec.max_size, LARGEST))[0 if across else 1]
    box = (0, at, width, 1) if across else (at, 0, 1, height)
    size = (length, 1) if across else (1, length)
    depth = composition.counted(image.size_z)

    def sample(c: int) -> np.ndarray:
        lines = [window(source, c=c, z=z, t=t, box=box, size=size) for z in range(depth)]
        return np.concatenate(lines, axis=0 if across else 1)

    canvas = composition.compose(source, spec.view, sample, _automatic(source, spec.view))
    deep = _depth_in_pixels(source, length / (width if across else height))
    shape = (length, deep) if across else (deep, length)
    return _encoded(_picture(canvas).resize(shape, Image.Resampling.BILINEAR), "webp", z=0, t=t)


def _depth_in_pixels(source: Source, scale: float) -> int:
    """How many pixels of the slice the stack is deep; a step without a length counts as one pixel."""
    image = source.image
    steps = (image.physical_z_um or 0) / (image.physical_x_um or 0) if image.physical_x_um else 0
    return max(1, round(min(LARGEST, image.size_z * (steps or 1) * scale)))


def _seen(source: Source, view: View, plane: Plane) -> tuple[Image.Image, int, int]:
    image = source.image
    z = composition.position("z", view.z, image.size_z)
    t = composition.position("t", view.t, image.size_t)
    if view.labels:
        return labelling.picture(plane(view.channels[0].index if view.channels else 0, z, t)), z, t
    depth = composition.depth(z, view.z_last, image.size_z)

    def sample(c: int) -> np.ndarray:
        return composition.brightest(lambda at: plane(c, at, t), depth)

    return _picture(composition.compose(source, view, sample, _automatic(source, view))), z, t


def _whole(source: Source, size: int, c: int, z: int, t: int) -> np.ndarray:
    """A large flat plane is read in strips, for which a window would be too large."""
    return shrunk_plane(source, c=c, z=z, t=t, max_size=size)


def _windowed(source: Source, box: Region, size: tuple[int, int], blend: bool, c: int, z: int, t: int) -> np.ndarray:
    return window(source, c=c, z=z, t=t, box=box, size=size, blend=blend)


def _automatic(source: Source, view: View) -> composition.Measure:
    """By what was measured before, else by the middle plane."""
    known = {c: (low, high) for c, low, high in view.limits}
    return lambda c, plane: known[c] if c in known else composition.automatic(source, c)


def _inside(region: Region, width: int, height: int) -> Region:
    x, y, w, h = region
    if w < 1 or h < 1 or x < 0 or y < 0 or x + w > width or y + h > height:
        raise Unreadable("no-such-region", f"The region is not inside the image of {width} × {height} pixels.")
    return region


def _picture(canvas: np.ndarray) -> Image.Image:
    if canvas.dtype == np.uint8:
        return Image.fromarray(canvas)
    return Image.fromarray((canvas * np.float32(255) + np.float32(0.5)).astype(np.uint8))


def _fit(picture: Image.Image, size: int) -> Image.Image:
    if max(picture.size) <= size:
        return picture
    copy = picture.copy()
    copy.thumbnail((size, size), Image.Resampling.LANCZOS)
    return copy


def _encoded(
    picture: Image.Image,
    kind: str,
    *,
    z: int,
    t: int,
    limits: tuple[tuple[int, float, float], ...] = (),
    is_fine: bool = False,
) -> Rendered:
    if kind not in _ENCODINGS:
        raise Unreadable("no-such-kind", f"Pictures are drawn as {', '.join(_ENCODINGS)}, not as “{kind[:20]}”.")
    out = io.BytesIO()
    shown = picture if picture.mode in ("L", "RGBA") and kind != "webp" else picture.convert("RGB")
    shown.save(out, kind.upper(), **(_FINE_JPEG if is_fine and kind == "jpeg" else _ENCODINGS[kind]))
    return Rendered(out.getvalue(), picture.width, picture.height, z, t, kind, limits)
