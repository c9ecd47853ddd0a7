"""PURE: what ImageJ writes into its TIFFs: calibration, time steps, lookup tables as channel colours."""

from typing import Any

import numpy as np

from archive.imaging.units import micrometres, number, seconds


def rational(page: Any, tag: int) -> float | None:
    """The value of a rational tag; None when absent or not above zero."""
    value = page.tags.valueof(tag)
    if isinstance(value, tuple) and len(value) == 2 and value[0] and value[1]:
        return float(value[0]) / float(value[1])
    return None


def lengths(metadata: dict[str, Any], page: Any) -> tuple[float | None, float | None, float | None]:
    """(x, y, z) in µm. ImageJ states a unit, pixels per unit as the resolution tags, and the spacing of sections."""
    unit = str(metadata.get("unit", ""))
    per_x, per_y = rational(page, 282), rational(page, 283)
    x = micrometres(1 / per_x, unit) if per_x else None
    y = micrometres(1 / per_y, unit) if per_y else None
    return x, y, micrometres(number(metadata.get("spacing")), unit)


def time_step(metadata: dict[str, Any]) -> float | None:
    """The frame interval in s."""
    return seconds(number(metadata.get("finterval")), str(metadata.get("tunit", "s")))


def colors(metadata: dict[str, Any], channels: int) -> list[str]:
    """RRGGBB per channel, from the brightest entry of each lookup table; empty when the file holds none."""
    tables = metadata.get("LUTs") or []
    if len(tables) != channels or any(np.shape(table) != (3, 256) for table in tables):
        return [""] * channels
    return ["".join(f"{int(level):02X}" for level in table[:, 255]) for table in tables]
