"""Numbers with their units as readers say them, never parted from each other (no-break space): 65 nm, 36.2 TB."""

from django import template

from archive.imaging.units import NO_BREAK_SPACE, said_length

register = template.Library()

BYTE_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")


@register.filter
def size(count: int | None) -> str:
    """Bytes in decimal units, as disks count them: 36.2 TB."""
    return NO_BREAK_SPACE.join(size_parts(count))


@register.filter
def size_parts(count: int | None) -> tuple[str, str]:
    """Number and unit apart, for figures that set the unit smaller."""
    value, step = float(count or 0), 0
    while value >= 999.5 and step < len(BYTE_UNITS) - 1:
        value, step = value / 1000, step + 1
    digits = 1 if step and value < 99.95 else 0
    unit = "byte" if step == 0 and count == 1 else BYTE_UNITS[step]
    return f"{value:,.{digits}f}", unit


@register.filter
def length(micrometres: float | str | None) -> str:
    """A length in µm as a reader would say it: 65 nm, 0.16 µm, 4.2 mm. Words pass as they are, nothing stays empty."""
    if micrometres in (None, ""):
        return ""
    try:
        value = float(micrometres)
    except ValueError:
        return str(micrometres)
    return said_length(value)
