"""How cards and tables say what documents hold: numbers with their units, never parted from them."""

from collections.abc import Sequence

from archive.templatetags.quantities import NO_BREAK_SPACE, length, size

NAMED_AUTHORS = 3
__all__ = ["authors", "counted", "length", "lengths", "size", "sizes"]


def lengths(values: Sequence[float]) -> str:
    """One pixel size, or the smallest and the largest of several."""
    low, high = length(min(values)), length(max(values))
    if low == high:
        return f"{low}/px"
    number, unit = low.split(NO_BREAK_SPACE)
    return f"{number}–{high}/px" if high.endswith(f"{NO_BREAK_SPACE}{unit}") else f"{low} to {high}/px"


def counted(count: int, noun: str) -> str:
    return f"{count:,}{NO_BREAK_SPACE}{noun}{'' if count == 1 else 's'}"


def sizes(x: int, y: int, z: int, c: int, t: int) -> str:
    return " × ".join(f"{size:,}" for size in (x, y, z, c, t))


def authors(names: Sequence[str]) -> str:
    """The first authors, and how many others there are."""
    if len(names) <= NAMED_AUTHORS + 1:
        return ", ".join(names)
    others = len(names) - NAMED_AUTHORS
    return f"{', '.join(names[:NAMED_AUTHORS])} and {others:,} others"
