"""PURE: the pyramid of Deep Zoom (DZI): level 0 is one pixel, each next one twice as large, the top is the image."""

from archive.imaging.spec import TILE

_NAMESPACE = "http://schemas.microsoft.com/deepzoom/2008"


def top_level(width: int, height: int) -> int:
    """The level of the full resolution."""
    return (max(width, height) - 1).bit_length()


def has_tile(width: int, height: int, level: int, column: int, row: int) -> bool:
    halvings = top_level(width, height) - level
    if not 0 <= halvings <= top_level(width, height):
        return False
    side = TILE << halvings
    return 0 <= column * side < width and 0 <= row * side < height


def descriptor(width: int, height: int) -> str:
    """The XML that Deep Zoom viewers open."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Image xmlns="{_NAMESPACE}" Format="jpg" Overlap="0" '
        f'TileSize="{TILE}"><Size Width="{width}" Height="{height}"/></Image>\n'
    )
