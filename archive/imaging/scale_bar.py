"""A scale bar drawn into a picture, for figures; the viewer draws its own."""

import io
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from archive.imaging.errors import Unreadable
from archive.imaging.units import said_length

# The font that Pillow brings has no µ; this one has what lengths are written with, and its licence beside it.
_FONT = (Path(__file__).parent / "fonts" / "DejaVuSans-lengths.ttf").read_bytes()


def font_of(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(io.BytesIO(_FONT), size)


def draw(picture: Image.Image, length_um: float, pixel_um: float | None, shrunk: float) -> None:
    """At the lower right, `length_um` long; a pixel of the picture stands for `shrunk` pixels of the image."""
    if not pixel_um:
        raise Unreadable("no-pixel-size", "The image states no pixel size, so that no scale bar can be drawn.")
    width = round(min(length_um / pixel_um / shrunk, picture.width))
    margin = max(4, picture.width // 50)
    if not 1 <= width <= picture.width - 2 * margin:
        raise Unreadable("scale-bar", "A scale bar of this length does not fit the picture. Choose another length.")
    thick = max(2, picture.height // 120)
    right, bottom = picture.width - margin, picture.height - margin
    white = 255 if picture.mode == "L" else (255, 255, 255)
    black = 0 if picture.mode == "L" else (0, 0, 0)
    drawing = ImageDraw.Draw(picture)
    drawing.rectangle(
        (right - width, bottom - thick, right - 1, bottom - 1), fill=white, outline=black if thick > 3 else None
    )
    font = font_of(max(10, picture.height // 32))
    words, stroke = said_length(length_um), max(1, thick // 3)
    # Over the middle of the bar, but never beyond the edge.
    middle = min(right - width / 2, picture.width - 1 - stroke - font.getlength(words) / 2)
    drawing.text(
        (middle, bottom - thick - 2), words, fill=white, anchor="mb", font=font, stroke_width=stroke, stroke_fill=black
    )
