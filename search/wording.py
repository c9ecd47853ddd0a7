"""PURE: how cards and tables say what documents hold: numbers with their units, never parted from them."""

from collections.abc import Sequence

NO_BREAK = "\u00a0"
_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
NAMED_AUTHORS = 3


def length(micrometres: float) -> str:
    """A pixel size as a microscopist says it: 65 nm, 0.16 µm, 2.5 µm, 1.2 mm."""
    if micrometres < 0.1:
        return f"{_digits(micrometres * 1000)}{NO_BREAK}nm"
    if micrometres >= 1000:
        return f"{_digits(micrometres / 1000)}{NO_BREAK}mm"
    return f"{_digits(micrometres)}{NO_BREAK}µm"


def lengths(values: Sequence[float]) -> str:
    """One pixel size, or the smallest and the largest of several."""
    low, high = length(min(values)), length(max(values))
    if low == high:
        return f"{low}/px"
    number, unit = low.split(NO_BREAK)
    return f"{number}–{high}/px" if high.endswith(f"{NO_BREAK}{unit}") else f"{low} to {high}/px"


def _digits(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:,.0f}"


def byte_size(count: int) -> str:
    """Bytes in decimal units, as disks and journals count them."""
    value, step = float(count), 0
    while value >= 999.5 and step < len(_UNITS) - 1:
        value, step = value / 1000, step + 1
    return f"{value:,.{1 if step and value < 99.95 else 0}f}{NO_BREAK}{_UNITS[step]}"


def counted(count: int, noun: str) -> str:
    return f"{count:,}{NO_BREAK}{noun}{'' if count == 1 else 's'}"


def sizes(x: int, y: int, z: int, c: int, t: int) -> str:
    return " × ".join(f"{size:,}" for size in (x, y, z, c, t))


def authors(names: Sequence[str]) -> str:
    """The first authors, and how many others there are."""
    if len(names) <= NAMED_AUTHORS + 1:
        return ", ".join(names)
    others = len(names) - NAMED_AUTHORS
    return f"{', '.join(names[:NAMED_AUTHORS])} and {others:,} others"
