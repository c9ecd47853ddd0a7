"""Cells of a plate's grids. Made here, not in a template: a plate of 1,536 wells has thousands of them."""

from typing import Any

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def picture_cells(cells: list[Any], is_many: bool = False) -> SafeString:
    """Table cells with the pictures of the wells, each a link to its image."""
    return mark_safe("".join(_pictures(cell, is_many) for cell in cells))  # every value is escaped


@register.simple_tag
def heat_cells(cells: list[Any]) -> SafeString:
    """Table cells in the colours of the values; a well without an image is no link."""
    return mark_safe("".join(_heat(cell) for cell in cells))  # every value is escaped


def _pictures(cell: Any, is_many: bool) -> str:
    if not cell.shots:
        return f'<td><span class="gone"><span class="vh">{escape(cell.name)}, no image</span>–</span></td>'
    links = "".join(_picture(cell, shot) for shot in cell.shots)
    return f'<td><div class="fields">{links}</div></td>' if is_many else f"<td>{links}</td>"


def _picture(cell: Any, shot: Any) -> str:
    label, url = escape(shot.label), escape(shot.url)
    value = f", {escape(cell.value)}" if cell.value else ""
    inside = (
        f'<img src="{escape(shot.picture)}" width="96" height="96" alt="" loading="lazy">'
        if shot.picture
        else escape(cell.name)
    )
    return f'<a href="{url}" aria-label="{label}{value}" title="{label}{value}">{inside}</a>'


def _heat(cell: Any) -> str:
    colour = "no" if cell.step is None else f"h{cell.step}"
    label = f"{escape(cell.name)}, {escape(cell.value or 'no value')}"
    value = f'<span class="value num" aria-hidden="true">{escape(cell.value)}</span>' if cell.value else ""
    if not cell.shots:
        words = f'<span class="vh">{label}, no image</span>'
        return f'<td><span class="heat {colour}" title="{label}">{words}{value}</span></td>'
    url = escape(cell.shots[0].url)
    return f'<td><a class="heat {colour}" href="{url}" aria-label="{label}" title="{label}">{value}</a></td>'
