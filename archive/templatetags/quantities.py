"""Numbers with their units as readers say them, never parted from each other (no-break space): 65 nm, 36.2 TB."""

from django import template

register = template.Library()

NO_BREAK_SPACE = "\u00a0"
BYTE_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
# Below this many µm a length is said in nm, from this many on in mm.
SMALLEST_UM = 0.1
LARGEST_UM = 1000


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
    number, unit = (value * 1000, "nm") if value < SMALLEST_UM else (value, "µm")
    if value >= LARGEST_UM:
        number, unit = value / 1000, "mm"
    return f"{_significant(number)}{NO_BREAK_SPACE}{unit}"


def _significant(number: float) -> str:
    """Three significant digits, without zeros that say nothing: 65, 0.5, 1,230."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.3g}"
