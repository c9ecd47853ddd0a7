"""Template helpers of the site-wide pages. They look up and format; they never read the database."""

from django import template

from portal.error_pages import ErrorWords, words_of

register = template.Library()

UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB")
NO_BREAK_SPACE = "\u00a0"


@register.simple_tag
def error_words(status: int | str | None) -> ErrorWords:
    return words_of(status)


@register.filter
def size(count: int | None) -> str:
    """Bytes in decimal units, as disks and journals count them, with a space that never breaks: 36.2 TB."""
    number, unit = size_parts(count)
    return f"{number}{NO_BREAK_SPACE}{unit}"


@register.filter
def size_parts(count: int | None) -> tuple[str, str]:
    """Number and unit apart, for figures that set the unit smaller."""
    value, step = float(count or 0), 0
    while value >= 999.5 and step < len(UNITS) - 1:
        value, step = value / 1000, step + 1
    digits = 1 if step and value < 99.95 else 0
    return f"{value:,.{digits}f}", UNITS[step]
